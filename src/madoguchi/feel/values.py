"""The values of FEEL (値): 34-digit decimals, years-and-months durations, ranges; reading data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import partial
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
LARGEST_INTEGER = 10**6145
LARGEST_MONTHS = 10**12
LONGEST_LIST = 100_000
LONGEST_STRING = 1_000_000
DEEPEST = 50
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)  # give null
Reader = Callable[[Any], Any]


@dataclass(frozen=True, order=True)
class YearsMonths:
    """A years-and-months duration (年月の期間), as a number of months."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > LARGEST_MONTHS:
            raise OverflowError

    @property
    def years(self) -> int:
        """Whole years, rounded towards zero."""
        return abs(self.months) // 12 * (-1 if self.months < 0 else 1)

    def __add__(self, other: YearsMonths) -> YearsMonths:
        return YearsMonths(self.months + other.months)

    def __neg__(self) -> YearsMonths:
        return YearsMonths(-self.months)

    def __abs__(self) -> YearsMonths:
        return YearsMonths(abs(self.months))


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
SCALAR_OF_CLASS: dict[type, Type] = {python: scalar for scalar, python in CLASSES.items()}
SCALAR_OF_CLASS |= {FarDate: DATE, FarMoment: DATE_TIME}


def is_structure(kind: Type) -> bool:
    """Tell whether values of a type have parts."""
    return isinstance(kind, (ListType, ContextType))


def is_flat(kind: Type) -> bool:
    """Tell whether a type is a list of scalars."""
    return isinstance(kind, ListType) and kind.of in CLASSES


def negate(value: Any) -> Any:
    """Give the negative of a number or duration."""
    if value.__class__ is Decimal:
        return DECIMAL128.minus(value)
    return -value if isinstance(value, (timedelta, YearsMonths)) else None


def sized(value: Any) -> Any:
    """Give a list or text back unless it is too long."""
    longest = {list: LONGEST_LIST, str: LONGEST_STRING}.get(value.__class__)
    return None if longest and len(value) > longest else value


def finite(value: Any) -> Any:
    """Give a value back unless it is a number that is none (NaN), as data may hold."""
    return None if value.__class__ is Decimal and not value.is_finite() else value


# ── reading data ─────────────────────────────────────────────────────────────────────────────


def number(value: Any) -> Decimal | None:
    """Read a number: decimals, integers and (by their shortest text) floats; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        within = -LARGEST_INTEGER < value < LARGEST_INTEGER
        return DECIMAL128.create_decimal(int(value)) if within else None
    if isinstance(value, (float, Decimal)):
        return finite(Decimal(repr(float(value)) if isinstance(value, float) else value))  # type: ignore[no-any-return]
    return None


def normal(value: Any, depth: int = DEEPEST) -> Any:
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
    if isinstance(value, Range) or callable(value):
        return value
    return plain(value)


def plain(value: Any) -> Any:
    """Read a number, or an instance of a subclass (an enum of strings, a test's frozen date)."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime):
        return datetime.combine(date(value.year, value.month, value.day), value.timetz())
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    return number(value)


def reading(kind: Type) -> tuple[type | None, Reader]:
    """Give the class whose instances are of a type as they are, and what reads other data.

    Lists of scalars are read at once. Items of other lists and entries of contexts are read when
    they are taken out, so a rule over one column of a long table never touches the others.
    """
    match kind:
        case ListType(of=of) if of in CLASSES:
            return None, partial(read_items, *reading(of))
        case ListType():
            return list, as_list
        case ContextType():
            return dict, as_context
        case RangeType():
            return Range, lambda _: None
        case FunctionType():
            return None, lambda value: value if callable(value) else None
    if kind in CLASSES:
        return CLASSES[kind], number if kind == NUMBER else partial(read_scalar, kind)
    return None, normal


def read_scalar(kind: Type, value: Any) -> Any:
    """Read a value that must be of a scalar type."""
    if value.__class__ not in SCALAR_OF_CLASS:
        value = plain(value)
    return value if SCALAR_OF_CLASS.get(value.__class__) == kind else None


def read_items(python: type | None, read: Reader, value: Any) -> list[Any] | None:
    """Read a list of scalars."""
    items = as_list(value)
    if items is None:
        return None
    return [item if item.__class__ is python else read(item) for item in items]


def as_list(value: Any) -> list[Any] | None:
    """Read a list; a single value is a list of one (DMN 10.3.2.9.4)."""
    if value is None or value.__class__ is list:
        return value
    return list(value)[:LONGEST_LIST] if isinstance(value, (tuple, list)) else [value]


def as_context(value: Any) -> Mapping[str, Any] | None:
    """Read a context; a list of one context is that context."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, Mapping) else None
