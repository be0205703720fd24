"""List built-ins (リストの関数), DMN 10.3.4.4 and 10.3.4.8."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from ..meter import spend
from ..operators import PLAIN, all_of, any_of, equal, less
from ..values import DECIMAL128, LONGEST_LIST
from .registry import builtin


def variadic(function: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """Take one list, or the items as arguments."""
    return lambda *items: function(list(items))


@builtin("list contains(list: list, element: Any) -> boolean")
def list_contains(items: list[Any], element: Any) -> bool:
    """Tell whether a list contains an element (null included)."""
    spend(len(items))
    return any(equal(item, element) is True for item in items)


@builtin("count(list: list) -> number", lazy=True)
def count(items: list[Any]) -> Decimal:
    """Count items."""
    return Decimal(len(items))


def extreme(items: list[Any], largest: bool) -> Any:
    """Find the least or largest item; None when they have no common order."""
    if not items:
        return None
    best = items[0]
    if less(best, best, or_equal=True) is None:
        return None
    for item in items[1:]:
        smaller = less(item, best)
        if smaller is None:
            return None
        if smaller is not largest and (not largest or less(best, item)):
            best = item
    return best


@builtin("min(list: list<T>) -> T")
def least(items: list[Any]) -> Any:
    """Find the least item."""
    return extreme(items, largest=False)


@builtin("max(list: list<T>) -> T")
def most(items: list[Any]) -> Any:
    """Find the largest item."""
    return extreme(items, largest=True)


builtin("min(c…: T) -> T")(variadic(least))
builtin("max(c…: T) -> T")(variadic(most))


@builtin("sum(list: list<number>) -> number")
def total(items: list[Decimal]) -> Decimal | None:
    """Add up numbers; null of an empty list or of one that holds a null."""
    if not items or None in items:
        return None
    result = items[0]
    for item in items[1:]:
        result = DECIMAL128.add(result, item)
    return result


@builtin("product(list: list<number>) -> number")
def product(items: list[Decimal]) -> Decimal | None:
    """Multiply numbers."""
    if not items or None in items:
        return None
    result = items[0]
    for item in items[1:]:
        result = DECIMAL128.multiply(result, item)
    return result


@builtin("mean(list: list<number>) -> number")
def mean(items: list[Decimal]) -> Decimal | None:
    """Give the arithmetic mean."""
    added = total(items)
    return None if added is None else DECIMAL128.divide(added, Decimal(len(items)))


@builtin("median(list: list<number>) -> number")
def median(items: list[Decimal]) -> Decimal | None:
    """Give the middle value, or the mean of the two in the middle."""
    if not items or None in items:
        return None
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL128.divide(DECIMAL128.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev(list: list<number>) -> number")
def stddev(items: list[Decimal]) -> Decimal | None:
    """Give the sample standard deviation of two or more numbers."""
    average = mean(items)
    if average is None or len(items) < 2:
        return None
    squares = Decimal(0)
    for item in items:
        distance = DECIMAL128.subtract(item, average)
        squares = DECIMAL128.fma(distance, distance, squares)
    return DECIMAL128.sqrt(DECIMAL128.divide(squares, Decimal(len(items) - 1)))


@builtin("mode(list: list<number>) -> list<number>")
def mode(items: list[Decimal]) -> list[Decimal] | None:
    """Give the most frequent numbers, in ascending order."""
    if None in items:
        return None
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    top = max(counts.values(), default=0)
    return sorted(item for item, times in counts.items() if times == top)


for _function in (total, product, mean, median, stddev, mode):
    _name = {"total": "sum"}.get(_function.__name__, _function.__name__)
    _returns = "list<number>" if _function is mode else "number"
    builtin(f"{_name}(n…: number?) -> {_returns}")(variadic(_function))


@builtin("all(list: list<boolean>) -> boolean")
def all_hold(items: list[Any]) -> bool | None:
    """Conjoin booleans, in three-valued logic."""
    return all_of(items)


@builtin("any(list: list<boolean>) -> boolean")
def any_holds(items: list[Any]) -> bool | None:
    """Disjoin booleans, in three-valued logic."""
    return any_of(items)


builtin("all(b…: Any) -> boolean")(variadic(all_hold))
builtin("any(b…: Any) -> boolean")(variadic(any_holds))


@builtin("sublist(list: list<T>, start position: number, length?: number) -> list<T>")
def sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    """Take items from a position counted from 1, or from the end when negative."""
    first = int(start)
    if first == 0 or abs(first) > len(items):
        return None
    begin = first - 1 if first > 0 else len(items) + first
    if length is None:
        return items[begin:]
    end = begin + int(length)
    return items[begin:end] if length >= 1 and end <= len(items) else None


@builtin("append(list: list<T>, item…: T) -> list<T>")
def append(items: list[Any], *more: Any) -> list[Any]:
    """Add items at the end."""
    return [*items, *more]


@builtin("concatenate(list…: list<T>) -> list<T>")
def concatenate(*lists: list[Any]) -> list[Any] | None:
    """Join lists."""
    if sum(map(len, lists)) > LONGEST_LIST:
        return None
    return [item for items in lists for item in items]


@builtin("insert before(list: list<T>, position: number, newItem: T) -> list<T>")
def insert_before(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    """Insert an item before the one at a position."""
    at = place(items, position)
    return None if at is None else [*items[:at], item, *items[at:]]


def place(items: list[Any], position: Decimal) -> int | None:
    """Give the Python index of a position counted from 1, or from the end when negative."""
    index = int(position)
    if index == 0 or abs(index) > len(items):
        return None
    return index - 1 if index > 0 else len(items) + index


@builtin("remove(list: list<T>, position: number) -> list<T>")
def remove(items: list[Any], position: Decimal) -> list[Any] | None:
    """Remove the item at a position."""
    at = place(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


@builtin("list replace(list: list<T>, position: number, newItem: T) -> list<T>")
def replace_at(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    """Replace the item at a position."""
    at = place(items, position)
    return None if at is None else [*items[:at], item, *items[at + 1 :]]


@builtin("list replace(list: list<T>, match: function, newItem: T) -> list<T>")
def replace_matching(items: list[Any], match: Callable[..., Any], new: Any) -> list[Any] | None:
    """Replace every item for which ``match(item, newItem)`` is true."""
    answers = [match(item, new) for item in items]
    if not all(answer is True or answer is False for answer in answers):
        return None
    return [new if answer else item for item, answer in zip(items, answers, strict=True)]


@builtin("reverse(list: list<T>) -> list<T>")
def reverse(items: list[Any]) -> list[Any]:
    """Put items in the opposite order."""
    return items[::-1]


@builtin("index of(list: list, match: Any) -> list<number>")
def index_of(items: list[Any], match: Any) -> list[Decimal]:
    """Give the positions of an element."""
    spend(len(items))
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(item, match) is True]


@builtin("distinct values(list: list<T>) -> list<T>")
def distinct_values(items: list[Any]) -> list[Any]:
    """Keep the first of equal items."""
    kept: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    others: list[Any] = []  # those that must be compared one by one
    for item in items:
        if item is None or item.__class__ in PLAIN or isinstance(item, bool):
            key = (item.__class__, item)
            if key in seen:
                continue
            seen.add(key)
        else:
            spend(len(others))
            if any(equal(item, other) is True for other in others):
                continue
            others.append(item)
        kept.append(item)
    return kept


@builtin("union(list…: list<T>) -> list<T>")
def union(*lists: list[Any]) -> list[Any]:
    """Join lists, without duplicates."""
    return distinct_values(concatenate(*lists) or [])


@builtin("flatten(list: list) -> list")
def flatten(items: list[Any]) -> list[Any]:
    """Replace lists within the list by their items."""
    flat: list[Any] = []
    pending = list(reversed(items))
    while pending:
        item = pending.pop()
        spend(1)
        if isinstance(item, list):
            pending.extend(reversed(item))
        else:
            flat.append(item)
    return flat


@builtin("sort(list: list<T>, precedes?: function) -> list<T>")
def sort(items: list[Any], precedes: Callable[..., Any] | None = None) -> list[Any] | None:
    """Sort stably by a function that tells whether its first argument precedes the second."""
    before = precedes or less

    def order(left: Any, right: Any) -> int:
        spend(1)
        if before(left, right) is True:
            return -1
        return 1 if before(right, left) is True else 0

    return sorted(items, key=cmp_to_key(order))
