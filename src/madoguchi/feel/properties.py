"""Properties (属性) of dates, times, durations and ranges (``day.year``), DMN Table 53."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .types import (
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


def offset_of(value: Any) -> timedelta | None:
    """Give the offset from UTC of a moment or time; None when it has none."""
    return value.utcoffset()  # type: ignore[no-any-return]


def zone_of(value: Any) -> str | None:
    """Give the name of the zone of a moment or time, when it was given by name."""
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def part_of(unit: int, size: int) -> Callable[[timedelta], int]:
    """Read a part of a duration: how often ``unit`` seconds go into it, less whole ``size``s."""

    def read(length: timedelta) -> int:
        sign = -1 if length < timedelta() else 1
        count = abs(length) // timedelta(seconds=unit)
        return sign * (count % size if size else count)

    return read


_DAY = {
    "year": whole(lambda d: d.year),
    "month": whole(lambda d: d.month),
    "day": whole(lambda d: d.day),
    "weekday": whole(lambda d: d.isoweekday()),
}
_CLOCK = {
    "hour": whole(lambda t: t.hour),
    "minute": whole(lambda t: t.minute),
    "second": whole(lambda t: t.second),
    "time offset": (DAYS_DURATION, offset_of),
    "timezone": (STRING, zone_of),
}
PROPERTIES: dict[Type, dict[str, Property]] = {
    DATE: _DAY,
    TIME: _CLOCK,
    DATE_TIME: {**_DAY, **_CLOCK},
    DAYS_DURATION: {
        "days": whole(part_of(86400, 0)),
        "hours": whole(part_of(3600, 24)),
        "minutes": whole(part_of(60, 60)),
        "seconds": whole(part_of(1, 60)),
    },
    YEARS_DURATION: {
        "years": whole(lambda d: d.years),
        "months": whole(lambda d: d.months - d.years * 12),
    },
}
PROPERTIES_OF_CLASS = {
    python: PROPERTIES[kind] for python, kind in SCALAR_OF_CLASS.items() if kind in PROPERTIES
}
RANGE_PROPERTIES: dict[str, Callable[[Range], Any]] = {
    "start": lambda r: r.low,
    "end": lambda r: r.high,
    "start included": lambda r: r.low_included,
    "end included": lambda r: r.high_included,
}


def property_types(kind: Type) -> dict[str, Type]:
    """Give the properties that values of a type have, with their types."""
    if isinstance(kind, RangeType):
        included = {"start included": BOOLEAN, "end included": BOOLEAN}
        return {"start": kind.of, "end": kind.of, **included}
    return {name: found[0] for name, found in PROPERTIES.get(kind, {}).items()}


def property_of(value: Any, name: str) -> Any:
    """Read a property of a scalar or range; None when it has no such property."""
    if value.__class__ is Range:
        read = RANGE_PROPERTIES.get(name)
        return read(value) if read else None
    found = PROPERTIES_OF_CLASS.get(value.__class__, {}).get(name)
    return found[1](value) if found else None
