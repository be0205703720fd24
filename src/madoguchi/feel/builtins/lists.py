"""List built-ins (リストの関数), DMN 10.3.4.4 and 10.3.4.8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key, partial, reduce
from typing import Any

from ..meter import spend
from ..operators import PLAIN, all_of, any_of, equal, less
from ..runtime import place
from ..values import DECIMAL128, LONGEST_LIST
from .registry import Functions

Items = list[Any]


def contains(items: Items, element: Any) -> bool:
    """Tell whether a list contains an element (null included)."""
    if element.__class__ is str:
        return element in items
    spend(len(items))
    return any(equal(item, element) is True for item in items)


def extreme(items: Items, largest: bool) -> Any:
    """Find the least or largest item; an error (so null) without any or a common order."""
    kinds = set(map(type, items))
    if len(kinds) == 1 and kinds <= PLAIN:
        return max(items) if largest else min(items)

    def better(best: Any, item: Any) -> Any:
        wins: Any = less(best, item) if largest else less(item, best)
        return {True: item, False: best}[wins]  # null: KeyError

    return reduce(better, items[1:], better(items[0], items[0]))


least = partial(extreme, largest=False)
most = partial(extreme, largest=True)


total: Callable[[Items], Decimal] = partial(
    reduce, DECIMAL128.add
)  # TypeError without any, or of null


def mean(items: Items) -> Decimal:
    """Give the arithmetic mean."""
    return DECIMAL128.divide(total(items), Decimal(len(items)))


def median(items: Items) -> Decimal:
    """Give the middle value, or the mean of the two in the middle."""
    ordered, middle = sorted(items), len(items) // 2
    return ordered[middle] if len(items) % 2 else mean(ordered[middle - 1 : middle + 1])


def stddev(items: Items) -> Decimal:
    """Give the sample standard deviation of two or more numbers."""
    average, squares = mean(items), Decimal(0)
    for item in items:
        distance = DECIMAL128.subtract(item, average)
        squares = DECIMAL128.fma(distance, distance, squares)
    return DECIMAL128.sqrt(DECIMAL128.divide(squares, Decimal(len(items) - 1)))


def mode(items: Items) -> Items | None:
    """Give the most frequent numbers, in ascending order."""
    counts = Counter(items)
    top = max(counts.values(), default=0)
    return None if None in counts else sorted(n for n, times in counts.items() if times == top)


def sublist(items: Items, start: Decimal, length: Decimal | None = None) -> Items | None:
    """Take items from a position."""
    begin = place(items, start)
    if length is None:
        return items[begin:]
    end = begin + int(length)
    return items[begin:end] if length >= 1 and end <= len(items) else None


def concatenate(*lists: Items) -> Items | None:
    """Join lists."""
    if sum(map(len, lists)) > LONGEST_LIST:
        return None
    return [item for items in lists for item in items]


def spliced(items: Items, position: Decimal, taken: int, *put: Any) -> Items:
    """Put items in the place of as many as are taken away at a position."""
    at = place(items, position)
    return [*items[:at], *put, *items[at + taken :]]


def replace_matching(items: Items, match: Callable[..., Any], new: Any) -> Items | None:
    """Replace every item for which ``match(item, new)`` is true."""
    answers = [match(item, new) for item in items]
    if not all(answer is True or answer is False for answer in answers):
        return None
    return [new if answer else item for item, answer in zip(items, answers, strict=True)]


def index_of(items: Items, match: Any) -> Items:
    """Give the positions of an element."""
    spend(len(items))
    return [Decimal(i) for i, item in enumerate(items, 1) if equal(item, match) is True]


def distinct_values(items: Items) -> Items:
    """Keep the first of equal items."""
    kept: Items = []
    seen: set[tuple[type, Any]] = set()
    others: Items = []  # those that must be compared one by one
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


def flatten(items: Items) -> Items:
    """Replace lists within the list by their items."""
    flat: Items = []
    pending = items[::-1]
    while pending:
        item = pending.pop()
        spend(1)
        if isinstance(item, list):
            pending.extend(reversed(item))
        else:
            flat.append(item)
    return flat


def sort(items: Items, precedes: Callable[..., Any] = less) -> Items:
    """Sort stably by a function that tells whether its first argument precedes the second."""

    def order(left: Any, right: Any) -> int:
        spend(1)
        if precedes(left, right) is True:
            return -1
        return 1 if precedes(right, left) is True else 0

    return sorted(items, key=cmp_to_key(order))


SUMMARIES: Functions = {  # of the items of one list, or of as many arguments
    "min(list: list<T>) -> T": least,
    "max(list: list<T>) -> T": most,
    "sum(list: list<number>) -> number": total,
    "product(list: list<number>) -> number": partial(reduce, DECIMAL128.multiply),
    "mean(list: list<number>) -> number": mean,
    "median(list: list<number>) -> number": median,
    "stddev(list: list<number>) -> number": stddev,
    "mode(list: list<number>) -> list<number>": mode,
    "all(list: list<boolean>) -> boolean": all_of,
    "any(list: list<boolean>) -> boolean": any_of,
}


def variadic(function: Callable[[Items], Any]) -> Callable[..., Any]:
    """Take the items of a list as arguments."""
    return lambda *items: function(list(items))


FUNCTIONS: Functions = {
    **SUMMARIES,
    **{
        usage.replace("(list: list<", "(item…: ").replace(">)", "?)"): variadic(function)
        for usage, function in SUMMARIES.items()
    },
    "list contains(list: list, element: Any) -> boolean": contains,
    "count(list: list) -> number": lambda items: Decimal(len(items)),
    "sublist(list: list<T>, start position: number, length?: number) -> list<T>": sublist,
    "append(list: list<T>, item…: T) -> list<T>": lambda items, *more: [*items, *more],
    "concatenate(list…: list<T>) -> list<T>": concatenate,
    "insert before(list: list<T>, position: number, newItem: T) -> list<T>": (
        lambda items, position, new: spliced(items, position, 0, new)
    ),
    "remove(list: list<T>, position: number) -> list<T>": (
        lambda items, position: spliced(items, position, 1)
    ),
    "list replace(list: list<T>, position: number, newItem: T) -> list<T>": (
        lambda items, position, new: spliced(items, position, 1, new)
    ),
    "list replace(list: list<T>, match: function, newItem: T) -> list<T>": replace_matching,
    "reverse(list: list<T>) -> list<T>": lambda items: items[::-1],
    "index of(list: list, match: Any) -> list<number>": index_of,
    "distinct values(list: list<T>) -> list<T>": distinct_values,
    "union(list…: list<T>) -> list<T>": lambda *lists: distinct_values(concatenate(*lists) or []),
    "flatten(list: list) -> list": flatten,
    "sort(list: list<T>, precedes?: function) -> list<T>": sort,
}
