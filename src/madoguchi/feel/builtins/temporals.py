"""Date and time built-ins (日付・時刻の関数), DMN 10.3.4.6, 10.3.4.9 and 10.3.4.10."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ..values import YearsMonths
from .registry import builtin

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@builtin("now() -> date and time", pure=False)
def now() -> datetime:
    """Give the present moment."""
    return datetime.now(UTC)


@builtin("today() -> date", pure=False)
def today() -> date:
    """Give the present date (UTC; a package passes its own ``today`` instead)."""
    return datetime.now(UTC).date()


def of_day(usage: str) -> tuple[str, str]:
    """Give the signatures of a function of a date or a date and time."""
    name, returns = usage.split(" -> ")
    return f"{name}(date: date) -> {returns}", f"{name}(date: date and time) -> {returns}"


@builtin(*of_day("day of year -> number"))
def day_of_year(day: date) -> Decimal:
    """Count the days of the year up to this one."""
    return Decimal(day.timetuple().tm_yday)


@builtin(*of_day("day of week -> string"))
def day_of_week(day: date) -> str:
    """Name the day of the week."""
    return WEEKDAYS[day.weekday()]


@builtin(*of_day("month of year -> string"))
def month_of_year(day: date) -> str:
    """Name the month."""
    return MONTHS[day.month - 1]


@builtin(*of_day("week of year -> number"))
def week_of_year(day: date) -> Decimal:
    """Give the week by ISO 8601."""
    return Decimal(day.isocalendar().week)


@builtin("abs(n: number) -> number")
def absolute(n: Decimal) -> Decimal:
    """Give the absolute value."""
    return n.copy_abs()


@builtin("abs(n: days and time duration) -> days and time duration")
def absolute_days(n: timedelta) -> timedelta:
    """Give the length of a duration."""
    return abs(n)


@builtin("abs(n: years and months duration) -> years and months duration")
def absolute_months(n: YearsMonths) -> YearsMonths:
    """Give the length of a duration."""
    return YearsMonths(abs(n.months))
