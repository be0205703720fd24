"""Arithmetic (四則): one table of what may be combined gives both the checker and the evaluator."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from . import far
from .far import FarDate
from .types import (
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    YEARS_DURATION,
    Type,
)
from .values import DECIMAL128, LONGEST_STRING, SCALAR_OF_CLASS, YearsMonths

MICROSECOND = timedelta(microseconds=1)
LARGEST_MONTHS = 12 * 10**9

Binary = Callable[[Any, Any], Any]


def add_strings(left: str, right: str) -> str | None:
    """Join two strings."""
    return left + right if len(left) + len(right) <= LONGEST_STRING else None


def add_months(day: Any, length: YearsMonths) -> Any:
    """Add months to a date (or date and time); the 31st becomes the last day of a short month."""
    year, month = divmod(day.year * 12 + day.month - 1 + length.months, 12)

    def make(year: int) -> Any:
        last = monthrange(year, month + 1)[1]
        near = day.near if isinstance(day, FarDate) else day
        return near.replace(year=year, month=month + 1, day=min(day.day, last))

    return far.made(year, make)


def subtract_months(day: Any, length: YearsMonths) -> Any:
    """Subtract months from a date (or date and time)."""
    return add_months(day, YearsMonths(-length.months))


def add_days(day: Any, length: timedelta) -> Any:
    """Add a duration to a date, counted from its midnight (DMN 10.3.2.12)."""
    if type(day) is date:
        try:
            return day + length  # Python leaves out the part of the duration below a day
        except OverflowError:
            pass
    cycles, near = far.split(day)
    return far.moved(far.whole(cycles, datetime.combine(near, time())), length).date()


def subtract_days(day: Any, length: timedelta) -> Any:
    """Subtract a duration from a date."""
    return add_days(day, -length)


def add_to_time(clock: time, length: timedelta) -> time:
    """Add a duration to a time of day, round the clock."""
    moved = datetime.combine(date(2000, 1, 1), clock.replace(tzinfo=None)) + length % timedelta(1)
    return moved.time().replace(tzinfo=clock.tzinfo)


def subtract_from_time(clock: time, length: timedelta) -> time:
    """Subtract a duration from a time of day."""
    return add_to_time(clock, -length)


def between_moments(later: Any, earlier: Any) -> timedelta:
    """Measure the time between two moments; TypeError when only one has a zone."""
    return far.difference(later, earlier)


def between_dates(later: Any, earlier: Any) -> timedelta:
    """Measure the time between dates; a date beside a moment is its midnight in UTC (Table 48)."""
    return far.difference(midnight(later), midnight(earlier))


def midnight(day: Any) -> Any:
    """Give the moment a date begins, in UTC."""
    cycles, near = far.split(day)
    moment = near if isinstance(near, datetime) else datetime.combine(near, time(), UTC)
    return far.whole(cycles, moment)


def between_times(later: time, earlier: time) -> timedelta | None:
    """Measure the time between two times of day."""
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        return None
    return since_midnight(later) - since_midnight(earlier)


def since_midnight(clock: time) -> timedelta:
    """Measure the time since midnight, in UTC when the time has a zone."""
    length = timedelta(0, clock.second, clock.microsecond, 0, clock.minute, clock.hour)
    if clock.tzinfo is None:
        return length
    offset = clock.utcoffset()
    if offset is None:  # a named zone: its standard offset
        offset = clock.tzinfo.utcoffset(datetime(1970, 1, 1))
    return length - (offset or timedelta())


def scale_days(length: timedelta, factor: Decimal) -> timedelta:
    """Multiply a duration by a number."""
    return MICROSECOND * int(DECIMAL128.multiply(Decimal(length // MICROSECOND), factor))


def divide_days(length: timedelta, divisor: Decimal) -> timedelta:
    """Divide a duration by a number."""
    return MICROSECOND * int(DECIMAL128.divide(Decimal(length // MICROSECOND), divisor))


def ratio_of_days(left: timedelta, right: timedelta) -> Decimal:
    """Divide a duration by a duration."""
    return DECIMAL128.divide(Decimal(left // MICROSECOND), Decimal(right // MICROSECOND))


def months(count: Decimal) -> YearsMonths:
    """Make a duration of whole months (a fraction is cut off)."""
    if abs(count) > LARGEST_MONTHS:
        raise OverflowError
    return YearsMonths(int(count))


def add_lengths(left: YearsMonths, right: YearsMonths) -> YearsMonths:
    """Add two durations of months."""
    return months(Decimal(left.months + right.months))


def subtract_lengths(left: YearsMonths, right: YearsMonths) -> YearsMonths:
    """Subtract a duration of months from another."""
    return months(Decimal(left.months - right.months))


def flipped(function: Binary) -> Binary:
    """Take the operands the other way round."""
    return lambda left, right: function(right, left)


_ADD: list[tuple[Type, Type, Type, Binary]] = [
    (NUMBER, NUMBER, NUMBER, DECIMAL128.add),
    (STRING, STRING, STRING, add_strings),
    (DATE, YEARS_DURATION, DATE, add_months),
    (DATE_TIME, YEARS_DURATION, DATE_TIME, add_months),
    (DATE, DAYS_DURATION, DATE, add_days),
    (DATE_TIME, DAYS_DURATION, DATE_TIME, far.moved),
    (TIME, DAYS_DURATION, TIME, add_to_time),
    (
        YEARS_DURATION,
        YEARS_DURATION,
        YEARS_DURATION,
        lambda a, b: months(Decimal(a.months + b.months)),
    ),
    (DAYS_DURATION, DAYS_DURATION, DAYS_DURATION, lambda a, b: a + b),
]
_SUBTRACT: list[tuple[Type, Type, Type, Binary]] = [
    (NUMBER, NUMBER, NUMBER, DECIMAL128.subtract),
    (DATE, YEARS_DURATION, DATE, subtract_months),
    (DATE_TIME, YEARS_DURATION, DATE_TIME, subtract_months),
    (DATE, DAYS_DURATION, DATE, subtract_days),
    (DATE_TIME, DAYS_DURATION, DATE_TIME, lambda a, b: far.moved(a, -b)),
    (TIME, DAYS_DURATION, TIME, subtract_from_time),
    (DATE, DATE, DAYS_DURATION, far.difference),
    (DATE_TIME, DATE_TIME, DAYS_DURATION, between_moments),
    (DATE, DATE_TIME, DAYS_DURATION, between_dates),
    (DATE_TIME, DATE, DAYS_DURATION, between_dates),
    (TIME, TIME, DAYS_DURATION, between_times),
    (
        YEARS_DURATION,
        YEARS_DURATION,
        YEARS_DURATION,
        lambda a, b: months(Decimal(a.months - b.months)),
    ),
    (DAYS_DURATION, DAYS_DURATION, DAYS_DURATION, lambda a, b: a - b),
]
_MULTIPLY: list[tuple[Type, Type, Type, Binary]] = [
    (NUMBER, NUMBER, NUMBER, DECIMAL128.multiply),
    (DAYS_DURATION, NUMBER, DAYS_DURATION, scale_days),
    (
        YEARS_DURATION,
        NUMBER,
        YEARS_DURATION,
        lambda a, b: months(DECIMAL128.multiply(Decimal(a.months), b)),
    ),
]
_DIVIDE: list[tuple[Type, Type, Type, Binary]] = [
    (NUMBER, NUMBER, NUMBER, DECIMAL128.divide),
    (DAYS_DURATION, NUMBER, DAYS_DURATION, divide_days),
    (
        YEARS_DURATION,
        NUMBER,
        YEARS_DURATION,
        lambda a, b: months(DECIMAL128.divide(Decimal(a.months), b)),
    ),
    (DAYS_DURATION, DAYS_DURATION, NUMBER, ratio_of_days),
    (
        YEARS_DURATION,
        YEARS_DURATION,
        NUMBER,
        lambda a, b: DECIMAL128.divide(Decimal(a.months), Decimal(b.months)),
    ),
]
_POWER: list[tuple[Type, Type, Type, Binary]] = [(NUMBER, NUMBER, NUMBER, DECIMAL128.power)]


def _both_ways(
    rows: list[tuple[Type, Type, Type, Binary]],
) -> list[tuple[Type, Type, Type, Binary]]:
    """Add the rows of a commutative operator with the operands exchanged."""
    return rows + [(b, a, result, flipped(f)) for a, b, result, f in rows if a != b]


OPERATIONS: dict[str, dict[tuple[Type, Type], tuple[Type, Binary]]] = {
    op: {(left, right): (result, function) for left, right, result, function in rows}
    for op, rows in {
        "+": _both_ways(_ADD),
        "-": _SUBTRACT,
        "*": _both_ways(_MULTIPLY),
        "/": _DIVIDE,
        "**": _POWER,
    }.items()
}
_BY_CLASS = {
    op: {
        (left, right): table[kinds][1]
        for left, first in SCALAR_OF_CLASS.items()
        for right, second in SCALAR_OF_CLASS.items()
        if (kinds := (first, second)) in table
    }
    for op, table in OPERATIONS.items()
}


def guarded(function: Binary) -> Binary:
    """Make an operation on present values of the right classes give None where it has no result."""

    def operation(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return None
        try:
            return function(left, right)
        except (ArithmeticError, ValueError, TypeError):
            return None

    return operation


def dispatching(op: str) -> Binary:
    """Make the operation that looks at the values' classes, for operands of unknown type."""
    table = _BY_CLASS[op]

    def operation(left: Any, right: Any) -> Any:
        function = table.get((left.__class__, right.__class__))
        if function is None:
            return None
        try:
            return function(left, right)
        except (ArithmeticError, ValueError, TypeError):
            return None

    return operation


BY_TYPES: dict[str, dict[tuple[Type, Type], Binary]] = {
    op: {pair: guarded(function) for pair, (_, function) in table.items()}
    for op, table in OPERATIONS.items()
}
BY_VALUES: dict[str, Binary] = {op: dispatching(op) for op in OPERATIONS}
