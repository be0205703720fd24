"""Dates and months as people write them: ISO, 2026年4月1日, 令和8年4月1日, R8.4.1, kanji."""

import calendar
import re
from datetime import date

from madoguchi.kernel.japanese.eras import (
    BY_NAME,
    GREGORIAN_START,
    Era,
    format_wareki,
    format_wareki_month,
)
from madoguchi.kernel.japanese.faults import JapaneseInputError
from madoguchi.kernel.japanese.kanji_numbers import KANJI, read_number
from madoguchi.kernel.japanese.normalising import fold_code

_MARKS = str.maketrans(
    dict.fromkeys("○◯", "〇")
    | {"㍾": "明治", "㍽": "大正", "㍼": "昭和", "㍻": "平成", "㋿": "令和", "。": ".", "．": "."}
)
_N = f"[0-9{KANJI}]{{1,12}}"
_ERA = "令和|平成|昭和|大正|明治|令|平|昭|大|明|[RHSTM]"
_SEPARATED = rf"(?P<era>{_ERA})?(?P<year>{_N})(?:年(?P<m1>{_N})月|(?P<sep>[-/.])(?P<m2>{_N}))"
_DATE = re.compile(rf"{_SEPARATED}(?:(?<=月)(?P<d1>{_N})日|(?P=sep)(?P<d2>{_N}))")
_MONTH = re.compile(_SEPARATED)
_ISO = re.compile(r"[12]\d{3}-\d{2}-\d{2}", re.ASCII)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def parse_date(text: str) -> date:
    """A date from ISO, 20260401, 2026/4/1, 2026年4月1日, 令和8年4月1日, 令和元年, R8.4.1, 八年….

    Raises JapaneseInputError: empty, date_format, date_two_digit_year, date_no_such_month,
    date_no_such_day, date_no_such_year, date_before_calendar, and date_other_era when the era
    does not hold that day (平成32年4月1日): its params name the right one.
    """
    if _ISO.fullmatch(text):
        return _day(int(text[:4]), int(text[5:7]), int(text[8:]))
    typed = _compact(text)
    eight = _EIGHT_DIGITS.fullmatch(typed)
    if eight:
        return _day(int(eight[1]), int(eight[2]), int(eight[3]))
    match = _DATE.fullmatch(typed)
    if match is None:
        raise JapaneseInputError("date_format")
    year, era = _year(match)
    month, day = read_number(match["m1"] or match["m2"]), read_number(match["d1"] or match["d2"])
    if month is None or day is None:
        raise JapaneseInputError("date_format")
    found = _day(year, month, day)
    if era is not None:
        _check_era(era, found)
    return found


def parse_year_month(text: str) -> tuple[int, int]:
    """(year, month) from 2026-04, 2026年4月, 令和8年4月, R8.4.

    Raises as parse_date, with month_format and month_other_era. A month in which the era
    changed may be written in both.
    """
    match = _MONTH.fullmatch(_compact(text))
    if match is None:
        raise JapaneseInputError("month_format")
    year, era = _year(match)
    month = read_number(match["m1"] or match["m2"])
    if month is None:
        raise JapaneseInputError("month_format")
    first = _day(year, month, 1)
    last = first.replace(day=calendar.monthrange(year, month)[1])
    if era is not None:
        _check_gregorian(first)
        if not (era.holds(first) or era.holds(last)):
            raise JapaneseInputError(
                "month_other_era",
                era=era.name,
                right=format_wareki_month(year, month),
                iso=f"{year:04}-{month:02}",
            )
    return year, month


def _compact(text: str) -> str:
    typed = "".join(fold_code(text.translate(_MARKS)).upper().split())
    if not typed:
        raise JapaneseInputError("empty")
    return typed


def _year(match: re.Match[str]) -> tuple[int, Era | None]:
    """The western year written in a match, and the era it was written in."""
    number, era = read_number(match["year"]), BY_NAME.get(match["era"] or "")
    if number is None:
        raise JapaneseInputError("date_format")
    if era is None:
        if match["year"] == "元" or number < 100:
            raise JapaneseInputError("date_two_digit_year")
        if not 1000 <= number <= 9999:
            raise JapaneseInputError("date_format")
        return number, None
    if not 1 <= number <= 999:
        raise JapaneseInputError("date_no_such_year")
    return era.first.year + number - 1, era


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= year <= 9999:
        raise JapaneseInputError("date_format")
    if not 1 <= month <= 12:
        raise JapaneseInputError("date_no_such_month", month=month)
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        last = calendar.monthrange(year, month)[1]
        raise JapaneseInputError(
            "date_no_such_day", year=year, month=month, day=day, last=last
        ) from None


def _check_gregorian(day: date) -> None:
    if day < GREGORIAN_START:
        raise JapaneseInputError("date_before_calendar")


def _check_era(era: Era, day: date) -> None:
    _check_gregorian(day)
    if era.holds(day):
        return
    raise JapaneseInputError(
        "date_other_era" if era.last else "date_other_era_open",
        era=era.name,
        first=_western(era.first),
        last=_western(era.last) if era.last else "",
        right=format_wareki(day),
        iso=day.isoformat(),
    )


def _western(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
