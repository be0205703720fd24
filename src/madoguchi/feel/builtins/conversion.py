"""Conversion built-ins (変換の関数), DMN 10.3.4.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from .. import far
from ..far import FarDate, FarMoment
from ..meter import spend
from ..operators import equal
from ..temporal import (
    date_from_text,
    date_time_from_text,
    duration_from_text,
    made_date,
    number_text,
    temporal_text,
    time_from_text,
)
from ..values import DECIMAL128, SCALAR_OF_CLASS, Range, YearsMonths
from .registry import builtin

LARGEST_OFFSET = timedelta(hours=18)
NUMBER_TEXT = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


@builtin("string(from: Any) -> string")
def string(value: Any) -> str | None:
    """Write any value as text."""
    return None if value is None else text_of(value, quoted=False)


def text_of(value: Any, quoted: bool) -> str:
    """Write a value; inside lists and contexts strings are quoted."""
    if value is None:
        return "null"
    if isinstance(value, str):
        spend(len(value) // 16)
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if quoted else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, (list, Mapping)):
        spend(len(value))
    if isinstance(value, list):
        return "[" + ", ".join(text_of(item, True) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {text_of(v, True)}" for k, v in value.items()) + "}"
    if isinstance(value, Range):
        low, high = text_of(value.low, True), text_of(value.high, True)
        left = "[" if value.low_included else "("
        return f"{left}{low}..{high}{']' if value.high_included else ')'}"
    if isinstance(value, (date, time, timedelta, YearsMonths, FarDate)):
        return temporal_text(value)
    return "function"


@builtin(
    "number(from: string, grouping separator?: string?, decimal separator?: string?) -> number"
)
def number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    """Read a number written with the separators given."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        return None
    if grouping is not None and grouping == point:
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point == ",":
        text = text.replace(".", "x").replace(",", ".")
    return DECIMAL128.create_decimal(text) if NUMBER_TEXT.fullmatch(text) else None


@builtin("number(from: number) -> number")
def number_itself(value: Decimal) -> Decimal:
    """Give a number back."""
    return value


@builtin("date(from: string) -> date")
def date_from_string(text: str) -> date | None:
    """Read a date."""
    return date_from_text(text)


@builtin("date(from: date and time) -> date")
def date_of_moment(moment: datetime) -> date:
    """Take the date of a moment."""
    return moment.date()


@builtin("date(from: date) -> date")
def date_itself(day: date) -> date:
    """Give a date back."""
    return day


@builtin("date(year: number, month: number, day: number) -> date")
def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> date | None:
    """Make a date of its parts."""
    return made_date(int(year), int(month), int(day))


@builtin("date and time(from: string) -> date and time")
def date_time_from_string(text: str) -> datetime | None:
    """Read a date and time."""
    return date_time_from_text(text)


@builtin(
    "date and time(date: date, time: time) -> date and time",
    "date and time(date: date and time, time: time) -> date and time",
)
def date_time_of_parts(day: date, clock: time) -> datetime:
    """Join a date and a time."""
    cycles, near = far.split(day)
    whole = near.date() if isinstance(near, datetime) else near
    return far.whole(cycles, datetime.combine(whole, clock))  # type: ignore[no-any-return]


@builtin("time(from: string) -> time")
def time_from_string(text: str) -> time | None:
    """Read a time of day."""
    return time_from_text(text)


@builtin("time(from: date and time) -> time")
def time_of_moment(moment: datetime) -> time:
    """Take the time of a moment, with its zone."""
    return moment.timetz()


@builtin("time(from: time) -> time")
def time_itself(clock: time) -> time:
    """Give a time back."""
    return clock


@builtin("time(from: date) -> time")
def time_of_date(_day: date) -> time | None:
    """Give midnight in UTC, when the day begins."""
    return time_from_text("00:00:00Z")


@builtin(
    "time(hour: number, minute: number, second: number, offset?: days and time duration?) -> time"
)
def time_of_parts(
    hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None
) -> time | None:
    """Make a time of its parts."""
    micro = int(second % 1 * 1_000_000)
    if offset is not None and abs(offset) > LARGEST_OFFSET:
        return None
    zone = None if offset is None else timezone(offset)
    return time(int(hour), int(minute), int(second), micro, zone)


@builtin("duration(from: string) -> Any")
def duration(text: str) -> timedelta | YearsMonths | None:
    """Read a duration of either kind."""
    return duration_from_text(text)


@builtin(
    "years and months duration(from: date, to: date) -> years and months duration",
    "years and months duration(from: date and time, to: date and time)"
    " -> years and months duration",
    "years and months duration(from: date, to: date and time) -> years and months duration",
    "years and months duration(from: date and time, to: date) -> years and months duration",
)
def years_and_months_duration(start: date, end: date) -> YearsMonths:
    """Measure whole months between two dates."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


@builtin("is(value1: Any, value2: Any) -> boolean")
def is_same(left: Any, right: Any) -> bool:
    """Tell whether two values are of one type and the same, zones as written included."""
    if left.__class__ is not right.__class__:
        return False
    if isinstance(left, (time, datetime, FarMoment)):
        return temporal_text(left) == temporal_text(right)
    if left is None or left.__class__ in SCALAR_OF_CLASS:
        return bool(left == right)
    return equal(left, right) is True


@builtin("not(negand: Any) -> boolean")
def negation(value: Any) -> bool | None:
    """Negate, in three-valued logic."""
    return (not value) if isinstance(value, bool) else None
