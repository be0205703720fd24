"""Date and time built-ins (日付・時刻の関数), DMN 10.3.4.1, 10.3.4.6 and 10.3.4.9."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from .. import far
from ..temporal import (
    date_from_text,
    date_time_from_text,
    duration_from_text,
    made_date,
    time_from_text,
)
from ..values import YearsMonths
from .registry import Functions

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
LARGEST_OFFSET = timedelta(hours=18)


def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> Any:
    """Make a date of its parts."""
    return made_date(int(year), int(month), int(day))


def moment_of_parts(day: Any, clock: time) -> Any:
    """Join a date and a time."""
    cycles, near = far.split(day)
    return far.whole(cycles, datetime.combine(near, clock))


def time_of_parts(
    hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None
) -> time | None:
    """Make a time of its parts."""
    if offset is not None and abs(offset) > LARGEST_OFFSET:
        return None
    zone = None if offset is None else timezone(offset)
    return time(int(hour), int(minute), int(second), int(second % 1 * 1_000_000), zone)


def months_between(start: Any, end: Any) -> YearsMonths:
    """Measure whole months between two dates."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


FUNCTIONS: Functions = {
    "date(from: string) -> date": date_from_text,
    "date(from: date and time) -> date": lambda moment: moment.date(),
    "date(from: date) -> date": lambda day: day,
    "date(year: number, month: number, day: number) -> date": date_of_parts,
    "date and time(from: string) -> date and time": date_time_from_text,
    "date and time(date: {date|date and time}, time: time) -> date and time": moment_of_parts,
    "time(from: string) -> time": time_from_text,
    "time(from: date and time) -> time": lambda moment: moment.timetz(),
    "time(from: time) -> time": lambda clock: clock,
    "time(from: date) -> time": lambda _day: time(tzinfo=UTC),  # when the day begins
    "time(hour: number, minute: number, second: number, offset?: days and time duration?) -> time": (
        time_of_parts
    ),
    "duration(from: string) -> Any": duration_from_text,
    "years and months duration(from: {date|date and time}, to: {date|date and time})"
    " -> years and months duration": months_between,
    "now() -> date and time": lambda: datetime.now(UTC),
    "today() -> date": lambda: datetime.now(UTC).date(),  # a package passes its own instead
    "day of year(date: {date|date and time}) -> number": lambda day: Decimal(
        day.timetuple().tm_yday
    ),
    "day of week(date: {date|date and time}) -> string": lambda day: WEEKDAYS[day.weekday()],
    "month of year(date: {date|date and time}) -> string": lambda day: MONTHS[day.month - 1],
    "week of year(date: {date|date and time}) -> number": lambda day: Decimal(
        day.isocalendar().week
    ),
}
