"""Arithmetic (四則): one table of what may be combined gives both the checker and the evaluator."""

from __future__ import annotations

import operator
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from . import far
from .far import FarDate
from .meter import A_STEP, spend
from .types import DATE, DATE_TIME, DAYS_DURATION, NUMBER, STRING, TIME, YEARS_DURATION, Type
from .values import DECIMAL128, FAILURES, LONGEST_STRING, SCALAR_OF_CLASS, YearsMonths

MICROSECOND = timedelta(microseconds=1)
ROOT_STEPS = 50
Binary = Callable[[Any, Any], Any]
Row = tuple[Type, Type, Type, Binary]  # left, right, result


def add_strings(left: str, right: str) -> str | None:
    """Join two strings."""
    size = len(left) + len(right)
    if size > A_STEP[str]:
        spend(size // A_STEP[str])
    return left + right if size <= LONGEST_STRING else None


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """Raise to a power; one that is not whole takes its time."""
    if exponent != exponent.to_integral_value():
        spend(ROOT_STEPS)
    return DECIMAL128.power(base, exponent)


def add_months(day: Any, length: YearsMonths) -> Any:
    """Add months to a date (or date and time); the 31st becomes the last day of a short month."""
    year, month = divmod(day.year * 12 + day.month - 1 + length.months, 12)
    near = day.near if isinstance(day, FarDate) else day
    return far.made(
        year,
        lambda year: near.replace(
            year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1])
        ),
    )


def add_days(day: Any, length: timedelta) -> Any:
    """Add a duration to a date, counted from its midnight (DMN 10.3.2.12)."""
    if type(day) is date and length.seconds == length.microseconds == 0:
        try:
            return day + length
        except OverflowError:
            pass
    cycles, near = far.split(day)
    return far.moved(far.whole(cycles, datetime.combine(near, time())), length).date()


def add_to_time(clock: time, length: timedelta) -> time:
    """Add a duration to a time of day, round the clock."""
    moved = datetime.combine(date(2000, 1, 1), clock.replace(tzinfo=None)) + length % timedelta(1)
    return moved.time().replace(tzinfo=clock.tzinfo)


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
    # A named zone has no offset without a date: its standard one is meant.
    return length - (
        clock.utcoffset() or clock.tzinfo.utcoffset(datetime(1970, 1, 1)) or timedelta()
    )


def size(length: Any) -> Decimal:
    """Give the months or microseconds of a duration."""
    return Decimal(length.months if isinstance(length, YearsMonths) else length // MICROSECOND)


def scaling(operation: Binary) -> Binary:
    """Make an operation of a duration and a number from one of numbers."""

    def scaled(length: Any, factor: Decimal) -> Any:
        count = int(operation(size(length), factor))
        return YearsMonths(count) if isinstance(length, YearsMonths) else MICROSECOND * count

    return scaled


DURATIONS = (DAYS_DURATION, YEARS_DURATION)
ADD: list[Row] = [
    (DATE, YEARS_DURATION, DATE, add_months),
    (DATE_TIME, YEARS_DURATION, DATE_TIME, add_months),
    (DATE, DAYS_DURATION, DATE, add_days),
    (DATE_TIME, DAYS_DURATION, DATE_TIME, far.moved),
    (TIME, DAYS_DURATION, TIME, add_to_time),
    *((kind, kind, kind, operator.add) for kind in DURATIONS),
]
SUBTRACT: list[Row] = [
    (left, right, result, lambda a, b, add=add: add(a, -b))  # type: ignore[misc]
    for left, right, result, add in ADD
]
MULTIPLY = [(kind, NUMBER, kind, scaling(DECIMAL128.multiply)) for kind in DURATIONS]


def flipped(rows: list[Row]) -> list[Row]:
    """Exchange the operands of a commutative operator."""
    return [(b, a, kind, lambda x, y, f=f: f(y, x)) for a, b, kind, f in rows if a != b]  # type: ignore[misc]


ROWS: dict[str, list[Row]] = {
    "+": [
        (NUMBER, NUMBER, NUMBER, DECIMAL128.add),
        (STRING, STRING, STRING, add_strings),
        *ADD,
        *flipped(ADD),
    ],
    "-": [
        (NUMBER, NUMBER, NUMBER, DECIMAL128.subtract),
        *SUBTRACT,
        *(
            (a, b, DAYS_DURATION, far.difference)
            for a in (DATE, DATE_TIME)
            for b in (DATE, DATE_TIME)
        ),
        (TIME, TIME, DAYS_DURATION, between_times),
    ],
    "*": [(NUMBER, NUMBER, NUMBER, DECIMAL128.multiply), *MULTIPLY, *flipped(MULTIPLY)],
    "/": [
        (NUMBER, NUMBER, NUMBER, DECIMAL128.divide),
        *((kind, NUMBER, kind, scaling(DECIMAL128.divide)) for kind in DURATIONS),
        *((k, k, NUMBER, lambda a, b: DECIMAL128.divide(size(a), size(b))) for k in DURATIONS),
    ],
    "**": [(NUMBER, NUMBER, NUMBER, power)],
}
OPERATIONS: dict[str, dict[tuple[Type | None, Type | None], tuple[Type, Binary]]] = {
    op: {(left, right): (result, function) for left, right, result, function in rows}
    for op, rows in ROWS.items()
}


def calculate(op: str, left: Any, right: Any) -> Any:
    """Apply an operator to values of any type; None where it has no result."""
    kinds = SCALAR_OF_CLASS.get(left.__class__), SCALAR_OF_CLASS.get(right.__class__)
    try:
        return OPERATIONS[op][kinds][1](left, right)
    except FAILURES:
        return None
