"""What compiled expressions call (実行時の部品): paths, loops, functions, fitting values to types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .meter import ALLOWANCE, Exhausted, spend
from .properties import property_of
from .types import (
    ANY,
    ELEMENT,
    NULL,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
    conforms,
)
from .values import DEEPEST, FAILURES, LONGEST_LIST, SCALAR_OF_CLASS, Range, as_context, as_list

Call = Callable[..., Any]
MISMATCH: Any = object()
ENDINGS = (Exhausted, RecursionError, *FAILURES)  # of an evaluation, its value null
UNITS = {Decimal: Decimal(1), date: timedelta(1)}  # of what can be counted through


def measured(value: Any, depth: int = DEEPEST) -> Any:
    """Give a result back; lists that share parts may stand for far more than they take to make."""
    if isinstance(value, (list, dict)):
        spend(len(value) if depth else ALLOWANCE + 1)
        for part in value.values() if isinstance(value, dict) else value:
            measured(part, depth - 1)
    return value


# ── paths and loops ──────────────────────────────────────────────────────────────────────────


def path(value: Any, name: str) -> Any:
    """Read an entry of a context, of each item of a list, or a property of a date and its like."""
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, list):
        spend(len(value))
        return [path(item, name) for item in value]
    return property_of(value, name)


def column(rows: list[Any] | None, name: str, python: type | None, read: Call) -> Any:
    """Read one entry of each context in a list."""
    if rows is None:
        return None
    try:
        return [v if (v := row.get(name)).__class__ is python else read(v) for row in rows]
    except AttributeError:  # not all of them are contexts
        return [read((as_context(row) or {}).get(name)) for row in rows]


def has(item: Any, name: str) -> bool:
    """Tell whether the item of a filter has an entry of this name."""
    return isinstance(item, Mapping) and name in item


def place(items: Any, position: Decimal) -> int:
    """Give Python's index of a position counted from 1, or from the end when negative."""
    index = int(position)
    if index == 0 or abs(index) > len(items):
        raise IndexError(position)
    return index - 1 if index > 0 else len(items) + index


def at_position(value: Any, position: Decimal) -> Any:
    """Take the item at a position; IndexError when there is none."""
    items = as_list(value) or []
    if position != int(position):
        raise IndexError(position)
    return items[place(items, position)]


def domain_of(value: Any) -> list[Any] | None:
    """Give what a loop goes through: the items of a list, the steps of a range, a single value."""
    if not isinstance(value, Range):
        return as_list(value)
    found = steps(value.low, value.high)
    if found and not value.low_included:
        del found[0]
    if found and not value.high_included and found[-1] == value.high:
        del found[-1]
    return found


def steps(start: Any, end: Any) -> list[Any] | None:
    """Count from one whole number or date to another, upwards or downwards, both included."""
    unit: Any = UNITS.get(start.__class__)
    if unit is None or start.__class__ is not end.__class__:
        return None
    distance = int((end - start) / unit)
    if abs(distance) >= LONGEST_LIST or (unit == 1 and start != int(start)):
        return None
    sign = 1 if distance >= 0 else -1
    return [start + n * unit for n in range(0, distance + sign, sign)]


# ── functions ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class UserFunction:
    """A function written in FEEL (式で書かれた関数)."""

    type: FunctionType
    body: Call

    def __call__(self, *arguments: Any) -> Any:
        """Call by position; wrong arguments give None."""
        spend(1)
        if len(arguments) != len(self.type.params):
            return None
        wanted = [kind for _, kind in self.type.params]
        values = list(map(conform, arguments, wanted))
        return None if MISMATCH in values else self.body(*values)

    def call_named(self, arguments: Mapping[str, Any]) -> Any:
        """Call by name; a parameter left out is null."""
        names = [name for name, _ in self.type.params]
        return self(*map(arguments.get, names)) if set(arguments) <= set(names) else None


def invoke(function: Any, arguments: tuple[Any, ...], names: tuple[str, ...] | None = None) -> Any:
    """Call what may be a function; what is none, or fails, gives None."""
    if not callable(function):
        return None
    spend(1)
    try:
        if names is None:
            return function(*arguments)
        named = dict(zip(names, arguments, strict=True))
        call_named = getattr(function, "call_named", None)
        return call_named(named) if call_named else function(**named)
    except RecursionError:
        raise Exhausted from None
    except FAILURES:
        return None


def conform(value: Any, wanted: Type) -> Any:
    """Fit a value to a parameter, converting lists of one (DMN 10.3.2.9.4); else MISMATCH."""
    if value is None or is_a(value, wanted, nulls=True):
        return value
    if not isinstance(wanted, ListType):
        if isinstance(value, list) and len(value) == 1 and is_a(value[0], wanted):
            return value[0]
    elif not isinstance(value, list) and is_a(value, wanted.of):
        return [value]
    return MISMATCH


def is_a(value: Any, wanted: Type | None, nulls: bool = False) -> bool:
    """Tell whether a value is of a type; null is of the type Null only, unless lists may hold it."""
    if value is None or wanted is None:
        return wanted == NULL
    if SCALAR_OF_CLASS.get(value.__class__) == wanted or wanted in (ANY, ELEMENT):
        return True
    match wanted:
        case ListType(of=of) if isinstance(value, list) and len(value) <= LONGEST_LIST:
            spend(len(value))
            return of in (ANY, ELEMENT) or all((nulls and v is None) or is_a(v, of) for v in value)
        case ContextType(entries=entries):
            held = as_context(value)
            return held is not None and all(
                name in held and (held[name] is None or is_a(held[name], kind))
                for name, kind in entries.items()
            )
        case RangeType(of=of) if isinstance(value, Range):
            return all(end is None or is_a(end, of) for end in (value.low, value.high))
        case FunctionType() if callable(value):
            kind = getattr(value, "type", None)
            return kind is None or conforms(kind, wanted)
    return False
