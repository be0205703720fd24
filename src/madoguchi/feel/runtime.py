"""What compiled expressions call (実行時の部品): paths, filters, loops, functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .meter import Exhausted, spend
from .operators import all_of, any_of, less
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
from .values import (
    CLASSES,
    LONGEST_LIST,
    SCALAR_OF_CLASS,
    Range,
    as_context,
    as_list,
)

Call = Callable[..., Any]
MISMATCH: Any = object()
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


# ── paths and filters ────────────────────────────────────────────────────────────────────────


def path(value: Any, name: str) -> Any:
    """Read an entry of a context, of each item of a list, or a property of a date and its like."""
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, (list, tuple)):
        spend(len(value))
        return [path(item, name) for item in value]
    return property_of(value, name)


def column(rows: list[Any] | None, name: str, read: Call) -> list[Any] | None:
    """Read one entry of each context in a list."""
    if rows is None:
        return None
    spend(len(rows))
    return [read(row.get(name)) if isinstance(row, Mapping) else None for row in rows]


def has(item: Any, name: str) -> bool:
    """Tell whether the item of a filter has an entry of this name."""
    return isinstance(item, Mapping) and name in item


def at_index(value: Any, position: Any) -> Any:
    """Take the item at a position counted from 1, or from the end when negative."""
    items = as_list(value)
    if items is None or position is None or position != int(position):
        return None
    index = int(position)
    if index == 0 or abs(index) > len(items):
        return None
    return items[index - 1 if index > 0 else index]


def select(value: Any, test: Call, read: Call | None) -> Any:
    """Keep the items that pass the test; a test that is a number takes the item at that place."""
    items = as_list(value)
    if items is None:
        return []
    spend(len(items))
    kept = []
    for raw in items:
        item = read(raw) if read else raw
        answer = test(item)
        if answer is True:
            kept.append(item)
        elif answer.__class__ is Decimal:
            found = at_index(items, answer)
            return read(found) if read else found
    return kept


# ── loops ────────────────────────────────────────────────────────────────────────────────────


def domain_of(value: Any) -> Iterable[Any] | None:
    """Give what a loop goes through: the items of a list, the steps of a range, a single value."""
    if isinstance(value, Range):
        if value.low is None or value.high is None:
            return None
        found = steps(value.low, value.high)
        return found and [
            v
            for v in found
            if (value.low_included or v != value.low) and (value.high_included or v != value.high)
        ]
    return as_list(value)


def steps(start: Any, end: Any) -> list[Any] | None:
    """Count from one whole number or date to another, upwards or downwards, both included."""
    if start.__class__ is not end.__class__ or less(start, end, True) is None:
        return None
    if start.__class__ is Decimal:
        distance = int(end - start)
        if start != int(start) or abs(distance) >= LONGEST_LIST:
            return None
        sign = 1 if distance >= 0 else -1
        return [start + n for n in range(0, distance + sign, sign)]
    if start.__class__ is date:
        distance = (end - start).days
        if abs(distance) >= LONGEST_LIST:
            return None
        sign = 1 if distance >= 0 else -1
        return [start + timedelta(n) for n in range(0, distance + sign, sign)]
    return None


def each(domain: Iterable[Any] | None, body: Call) -> bool:
    """Run the body for every item; False when the domain cannot be gone through."""
    if domain is None:
        return False
    for item in domain:
        spend(1)
        if body(item) is False:
            return False
    return True


def collect(results: list[Any], value: Any) -> None:
    """Keep the result of one turn of a loop."""
    spend(1)
    results.append(value)


def some(domain: Iterable[Any] | None, test: Call) -> bool | None:
    """Tell whether the test holds for an item."""
    return None if domain is None else any_of(test(item) for item in metered_items(domain))


def every(domain: Iterable[Any] | None, test: Call) -> bool | None:
    """Tell whether the test holds for all items."""
    return None if domain is None else all_of(test(item) for item in metered_items(domain))


def metered_items(domain: Iterable[Any]) -> Iterable[Any]:
    """Count each turn of a loop."""
    for item in domain:
        spend(1)
        yield item


# ── functions ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class UserFunction:
    """A function written in FEEL (式で書かれた関数)."""

    type: FunctionType
    body: Call

    def __call__(self, *arguments: Any) -> Any:
        """Call by position; wrong arguments give None."""
        spend(1)
        wanted = self.type.params
        if len(arguments) != len(wanted):
            return None
        values = [conform(a, t) for a, (_, t) in zip(arguments, wanted, strict=True)]
        return None if any(v is MISMATCH for v in values) else self.body(*values)

    def call_named(self, arguments: Mapping[str, Any]) -> Any:
        """Call by name; a parameter left out is null."""
        names = [name for name, _ in self.type.params]
        if not set(arguments) <= set(names):
            return None
        return self(*(arguments.get(name) for name in names))


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
    if value is None or wanted == ANY:
        return value
    python = CLASSES.get(wanted)
    if python is not None:
        if value.__class__ is python or SCALAR_OF_CLASS.get(value.__class__) == wanted:
            return value
        if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
            return MISMATCH if value[0] is None else conform(value[0], wanted)
        return MISMATCH
    if isinstance(wanted, ListType):
        return conform_list(value, wanted)
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
        value = value[0]
    return value if instance_of(value, wanted) else MISMATCH


def conform_list(value: Any, wanted: ListType) -> Any:
    """Fit a value to a list parameter; a single value is a list of one."""
    items = as_list(value) or []
    if len(items) > LONGEST_LIST:
        return MISMATCH
    if wanted.of in (ANY, ELEMENT):
        return items
    python = CLASSES.get(wanted.of)
    fitting = all(
        item is None or item.__class__ is python or instance_of(item, wanted.of) for item in items
    )
    return items if fitting else MISMATCH


def instance_of(value: Any, wanted: Type | None) -> bool:
    """Tell whether a value is of a type; null is of the type Null only."""
    if value is None or wanted is None:
        return wanted == NULL
    if wanted in (ANY, ELEMENT):
        return True
    if isinstance(wanted, ListType):
        items = value if isinstance(value, list) else None
        spend(len(items or ()))
        return items is not None and all(
            wanted.of == ANY or instance_of(item, wanted.of) for item in items
        )
    if isinstance(wanted, ContextType):
        found = as_context(value)
        return found is not None and all(
            name in found and (found[name] is None or instance_of(found[name], kind))
            for name, kind in wanted.entries.items()
        )
    if isinstance(wanted, RangeType):
        return isinstance(value, Range) and all(
            end is None or instance_of(end, wanted.of) for end in (value.low, value.high)
        )
    if isinstance(wanted, FunctionType):
        kind = getattr(value, "type", None)
        return callable(value) and (kind is None or conforms(kind, wanted))
    return SCALAR_OF_CLASS.get(value.__class__) == wanted
