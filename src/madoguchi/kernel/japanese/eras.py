"""Eras (元号): their borders, and dates written in them (和暦).

改元 of 1912-07-30 and 1926-12-25 took effect "from that day on" (詔書, 大正元年七月三十日 /
昭和元年十二月二十五日), and registers hold both names for those two days, so both are read. The
later two took effect at the next midnight (元号法に基づく政令: 1989-01-08, 2019-05-01).
"""

from dataclasses import dataclass
from datetime import date

GREGORIAN_START = date(1873, 1, 1)  # 明治6年1月1日 (太政官布告第337号); lunar dates before


@dataclass(frozen=True)
class Era:
    """An era: names, first and last day (None: still running), as used for reading."""

    name: str
    short: str
    letter: str
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether a date may be written in this era."""
        return self.first <= day and (self.last is None or day <= self.last)

    def year(self, western: int) -> int:
        """The year of this era in which the western year lies (may be beyond its end)."""
        return western - self.first.year + 1


ERAS = (
    Era("令和", "令", "R", date(2019, 5, 1), None),
    Era("平成", "平", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("昭和", "昭", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("大正", "大", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("明治", "明", "M", date(1868, 10, 23), date(1912, 7, 30)),
)
BY_NAME = {name: era for era in ERAS for name in (era.name, era.short, era.letter)}


def era_of(day: date) -> Era | None:
    """The era of a day; None before 1873, when the calendar was lunar."""
    if day < GREGORIAN_START:
        return None
    return next(era for era in ERAS if era.first <= day)


def format_wareki(day: date, style: str = "long") -> str:
    """ "令和8年4月1日" (style "long") or "R8.4.1" ("short"); before 1873 the Western year."""
    era = era_of(day)
    if style == "short":
        year = f"{era.letter}{era.year(day.year)}" if era else str(day.year)
        return f"{year}.{day.month}.{day.day}"
    return f"{_year_text(era, day.year)}{day.month}月{day.day}日"


def format_wareki_month(year: int, month: int) -> str:
    """ "令和8年4月": the era of the month's last days, so May 2019 is 令和元年5月."""
    return f"{_year_text(era_of(date(year, month, 28)), year)}{month}月"


def _year_text(era: Era | None, western: int) -> str:
    if era is None:
        return f"{western}年"
    number = era.year(western)
    return f"{era.name}{'元' if number == 1 else number}年"
