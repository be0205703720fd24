"""The values of FEEL (値): 34-digit decimals, years-and-months durations, ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import total_ordering
from typing import Any

from .far import FarDate, FarMoment
from .meter import spend
from .types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    YEARS_DURATION,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)

# IEEE 754-2008 decimal128, as DMN 10.3.2.3.1 asks.
DECIMAL128 = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    clamp=1,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
LONGEST_LIST = 100_000
LONGEST_STRING = 1_000_000
WIDEST_INTEGER = 20_000  # bits; 10**6144 needs 20,410


@total_ordering
@dataclass(frozen=True)
class YearsMonths:
    """A years-and-months duration (年月の期間), as a number of months."""

    months: int

    @property
    def years(self) -> int:
        """Whole years, rounded towards zero."""
        return abs(self.months) // 12 * (-1 if self.months < 0 else 1)

    def __lt__(self, other: YearsMonths) -> bool:
        return self.months < other.months


@dataclass(frozen=True)
class Range:
    """A range (範囲); with ``op`` one written as a comparison (``< 10``), open on the other side."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True
    op: str = ""


CLASSES: dict[Type, type] = {
    NUMBER: Decimal,
    STRING: str,
    BOOLEAN: bool,
    DATE: date,
    TIME: time,
    DATE_TIME: datetime,
    DAYS_DURATION: timedelta,
    YEARS_DURATION: YearsMonths,
}
SCALAR_OF_CLASS: dict[type, Type] = {
    **{python: scalar for scalar, python in CLASSES.items()},
    FarDate: DATE,
    FarMoment: DATE_TIME,
}


def number(value: object) -> Decimal | None:
    """Read a number: decimals, integers and (by their shortest text) floats; else None."""
    if value.__class__ is Decimal:
        return value if value.is_finite() else None
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int):
            return (
                DECIMAL128.create_decimal(value) if value.bit_length() <= WIDEST_INTEGER else None
            )
        if isinstance(value, float):
            return number(Decimal(repr(value)))
        if isinstance(value, Decimal):
            return number(Decimal(value))
    except ArithmeticError:
        pass
    return None


def normal(value: object, depth: int = 50) -> Any:
    """Read a value of unknown type: numbers become decimals, at any depth of lists and contexts."""
    kind = value.__class__
    if value is None or (kind in SCALAR_OF_CLASS and kind is not Decimal):
        return value
    if depth < 0:
        return None
    if isinstance(value, (list, tuple)):
        spend(len(value))  # lists may share parts, so that walking through them takes for ever
        return [normal(item, depth - 1) for item in value[:LONGEST_LIST]]
    if isinstance(value, Mapping):
        spend(len(value))
        return {str(key): normal(item, depth - 1) for key, item in value.items()}
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return number(value)
    if isinstance(value, Range) or callable(value):
        return value
    return plain(value)


def plain(value: object) -> Any:
    """Give an instance of a subclass (an enum of strings, a test's frozen date) as its base."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return datetime.combine(date(value.year, value.month, value.day), value.timetz())
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    return None


def reader(wanted: Type) -> Callable[[Any], Any]:
    """Give the function that reads a value as the type, one level deep; what does not fit is None.

    Items of lists and entries of contexts are read when they are taken out, so a rule over one
    column of a long table never touches the others.
    """
    if wanted == NUMBER:
        return number
    if isinstance(wanted, ListType):
        return as_list
    if isinstance(wanted, ContextType):
        return as_context
    if isinstance(wanted, RangeType):
        return lambda value: value if isinstance(value, Range) else None
    if isinstance(wanted, FunctionType):
        return lambda value: value if callable(value) else None
    if wanted not in CLASSES:
        return normal

    def read_scalar(value: Any) -> Any:
        kind = SCALAR_OF_CLASS.get(value.__class__)
        if kind is None:
            value = plain(value)
            kind = SCALAR_OF_CLASS.get(value.__class__)
        return value if kind == wanted else None

    return read_scalar


def as_list(value: object) -> list[Any] | None:
    """Read a list; a single value is a list of one (DMN 10.3.2.9.4)."""
    if value.__class__ is list:
        return value
    if value is None:
        return None
    return list(value)[:LONGEST_LIST] if isinstance(value, (tuple, list)) else [value]


def as_context(value: object) -> Mapping[str, Any] | None:
    """Read a context; a list of one context is that context."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
        return value[0]
    return None


def negate(value: Any) -> Any:
    """Give the negative of a number or duration."""
    if value.__class__ is Decimal:
        return DECIMAL128.minus(value)
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    try:
        return -value if isinstance(value, timedelta) else None
    except OverflowError:
        return None
