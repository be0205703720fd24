"""Periods of time as laws state them (期間, 民法 第138条–第143条): "30 days", "36 hours", "1 month".

Hours run from the very moment (第139条). Other periods do not count the day they begin on
(初日不算入, 第140条) and end with the end of their last day (第141条); weeks, months and years end
the day before the corresponding one, or with the last of the month (第143条). Whether a last day
on which offices are closed moves on (行政機関の休日に関する法律 第2条) is said by who asks:
it does for what people must file, not for a waiting period.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from madoguchi.kernel import calendar
from madoguchi.kernel.clock import JST, as_jst, as_utc, jst_date
from madoguchi.kernel.language import Text

PATTERN = r"[1-9]\d{0,3} (hour|day|open day|week|month|year)s?"
HOURS = "hours"
_PERIOD = re.compile(rf"({PATTERN})\Z", re.ASCII)


@dataclass(frozen=True)
class Period:
    """So many hours, days, open days, weeks, months or years."""

    count: int
    unit: str

    def times(self, count: int) -> "Period":
        """This period so many times over."""
        return Period(self.count * count, self.unit)


def read_period(text: str | None) -> Period | None:
    """The period a text such as "30 open days" states; None when it states none."""
    match = _PERIOD.match(text or "")
    if match is None:
        return None
    count, _, unit = match[1].partition(" ")
    return Period(int(count), unit.removesuffix("s") + "s")


def last_day(start: date, period: Period) -> date:
    """The day with whose end a period ends that began on `start`. ValueError for hours."""
    match period.unit:
        case "days":
            return start + timedelta(days=period.count)
        case "open days":
            return calendar.add_open_days(start, period.count)
        case "weeks":
            return start + timedelta(weeks=period.count)
        case "months":
            return _months_after(start, period.count)
        case "years":
            return _months_after(start, 12 * period.count)
    raise ValueError(f"{period.unit} end within a day")


def over_at(start: datetime | date, period: Period) -> datetime:
    """The moment (UTC) from which a period that began at `start` is over.

    For hours a date begins at its first moment in Japan.
    """
    if period.unit == HOURS:
        moment = start if isinstance(start, datetime) else datetime.combine(start, time(), JST)
        return as_utc(moment) + timedelta(hours=period.count)
    day = jst_date(start) if isinstance(start, datetime) else start
    return end_of_day(last_day(day, period))


def end_of_day(day: date) -> datetime:
    """The moment (UTC) a day ends in Japan: the first of the next day, 24時."""
    return as_utc(datetime.combine(day + timedelta(days=1), time(), JST))


def start_of_day(day: date) -> datetime:
    """The first moment (UTC) of a day in Japan."""
    return as_utc(datetime.combine(day, time(), JST))


def last_day_before(moment: datetime) -> date:
    """The last day in Japan on which there is time before a moment: the day itself, unless the
    moment is its very first.
    """
    return jst_date(moment - timedelta(microseconds=1))


def until_text(moment: datetime) -> Text:
    """By when, as people say it: the last day, with the time where it is not the end of a day."""
    day = last_day_before(moment)
    return _day_text(day) if end_of_day(day) == as_utc(moment) else _moment_text(moment)


def from_text(moment: datetime) -> Text:
    """From when, as people say it: the day, with the time where it is not its first moment."""
    day = jst_date(moment)
    return _day_text(day) if start_of_day(day) == as_utc(moment) else _moment_text(moment)


def _day_text(day: date) -> Text:
    return {"ja": f"{day.year}年{day.month}月{day.day}日", "en": f"{day.day} {day:%B} {day.year}"}


def _moment_text(moment: datetime) -> Text:
    shown, day = as_jst(moment), _day_text(jst_date(moment))
    return {
        "ja": f"{day['ja']} {shown.hour}時{shown:%M}分",
        "en": f"{day['en']}, {shown:%H:%M} (JST)",
    }


def _months_after(day: date, months: int) -> date:
    start = day + timedelta(days=1)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    if start.day > last:
        return date(year, month + 1, last)
    return date(year, month + 1, start.day) - timedelta(days=1)
