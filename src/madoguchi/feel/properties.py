"""Properties (属性) of dates, times, durations and ranges (``day.year``), DMN Table 53."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from .types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    TIME,
    YEARS_DURATION,
    RangeType,
    Type,
)
from .values import SCALAR_OF_CLASS, Range

Property = tuple[Type, Callable[[Any], Any]]


def whole(read: Callable[[Any], int]) -> Property:
    """Describe a property that is a whole number."""
    return NUMBER, lambda value: Decimal(read(value))


def attributes(names: Iterable[str]) -> dict[str, Property]:
    """Describe properties that are whole numbers of the same name in Python."""
    return {name: whole(attrgetter(name)) for name in names}


def part(unit: int, size: int | None) -> Property:
    """Describe a part of a duration: how often ``unit`` seconds go into it, less whole ``size``s."""

    def read(length: timedelta) -> int:
        count = abs(length) // timedelta(seconds=unit)
        return (-1 if length < timedelta() else 1) * (count % size if size else count)

    return whole(read)


DAY = {**attributes(("year", "month", "day")), "weekday": whole(lambda day: day.isoweekday())}
CLOCK = {
    **attributes(("hour", "minute", "second")),
    "time offset": (DAYS_DURATION, lambda moment: moment.utcoffset()),
    "timezone": (STRING, lambda moment: getattr(moment.tzinfo, "key", None)),
}
PROPERTIES: dict[Type, dict[str, Property]] = {
    DATE: DAY,
    TIME: CLOCK,
    DATE_TIME: {**DAY, **CLOCK},
    DAYS_DURATION: {
        "days": part(86400, None),
        "hours": part(3600, 24),
        "minutes": part(60, 60),
        "seconds": part(1, 60),
    },
    YEARS_DURATION: {
        "years": whole(attrgetter("years")),
        "months": whole(lambda length: length.months - length.years * 12),
    },
    RangeType(): {
        "start": (ANY, attrgetter("low")),
        "end": (ANY, attrgetter("high")),
        "start included": (BOOLEAN, attrgetter("low_included")),
        "end included": (BOOLEAN, attrgetter("high_included")),
    },
}


def property_types(kind: Type) -> dict[str, Type]:
    """Give the properties that values of a type have, with their types."""
    if isinstance(kind, RangeType):
        return {n: kind.of if of == ANY else of for n, (of, _) in PROPERTIES[RangeType()].items()}
    return {name: of for name, (of, _) in PROPERTIES.get(kind, {}).items()}


def property_of(value: Any, name: str) -> Any:
    """Read a property of a scalar or range; None when it has no such property."""
    kind = RangeType() if value.__class__ is Range else SCALAR_OF_CLASS.get(value.__class__, ANY)
    found = PROPERTIES.get(kind, {}).get(name)
    return found[1](value) if found else None
