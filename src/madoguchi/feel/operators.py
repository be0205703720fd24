"""Equality, order, membership and logic (比較と論理): three-valued, null where unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .arithmetic import between_moments, since_midnight
from .far import FarDate, FarMoment
from .meter import spend
from .values import SCALAR_OF_CLASS, Range, YearsMonths

PLAIN = frozenset((Decimal, str, date, timedelta, YearsMonths, FarDate))


MOMENTS = frozenset((datetime, time, FarMoment))


def same_kind(left: Any, right: Any) -> bool:
    """Tell whether two values are of one class, or of one type in spite of a far year."""
    kind, other = left.__class__, right.__class__
    return kind is other or SCALAR_OF_CLASS.get(kind, kind) == SCALAR_OF_CLASS.get(other, other)


def equal(left: Any, right: Any) -> bool | None:
    """Compare with ``=`` (DMN Table 42): values of different kinds give None, except with null."""
    if left is None or right is None:
        return left is right
    kind = left.__class__
    if kind in PLAIN or kind is bool:
        return left == right if same_kind(left, right) else None
    if isinstance(left, list):
        return equal_lists(left, right) if isinstance(right, list) else None
    if isinstance(left, Mapping):
        return equal_contexts(left, right) if isinstance(right, Mapping) else None
    if not same_kind(left, right):
        return None
    if kind in MOMENTS:
        return same_moment(left, right)
    if kind is Range:
        return left == right  # type: ignore[no-any-return]
    return left is right if callable(left) else None


def same_moment(left: Any, right: Any) -> bool:
    """Compare moments or times of day to the millisecond; with and without zone they differ."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    cut = timedelta(milliseconds=1)
    if isinstance(left, time):
        return since_midnight(left) // cut == since_midnight(right) // cut
    apart = between_moments(left, right)
    return abs(apart) < cut and (left.microsecond // 1000 == right.microsecond // 1000)


def equal_lists(left: list[Any], right: list[Any]) -> bool | None:
    """Compare two lists item by item."""
    spend(len(left))
    if len(left) != len(right):
        return False
    return all_of(equal(a, b) for a, b in zip(left, right, strict=True))


def equal_contexts(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool | None:
    """Compare two contexts entry by entry, in whatever order."""
    spend(len(left))
    if left.keys() != right.keys():
        return False
    return all_of(equal(value, right[key]) for key, value in left.items())


def all_of(answers: Any) -> bool | None:
    """Conjoin three-valued answers."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is not True:
            result = None
    return result


def any_of(answers: Any) -> bool | None:
    """Disjoin three-valued answers."""
    result: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        if answer is not False:
            result = None
    return result


def less(left: Any, right: Any, or_equal: bool = False) -> bool | None:
    """Tell whether left comes before right; None when they have no common order."""
    kind = left.__class__
    if not same_kind(left, right):
        return None
    if kind in PLAIN:
        return left <= right if or_equal else left < right  # type: ignore[no-any-return]
    if kind in MOMENTS:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        if kind is time:
            left, right = since_midnight(left), since_midnight(right)
        return left <= right if or_equal else left < right  # type: ignore[no-any-return]
    return None


def different(left: Any, right: Any) -> bool | None:
    """Compare with ``!=``."""
    same = equal(left, right)
    return None if same is None else not same


COMPARE: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": equal,
    "!=": different,
    "<": less,
    "<=": lambda left, right: less(left, right, or_equal=True),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: less(right, left, or_equal=True),
}


def between(value: Any, low: Any, high: Any) -> bool | None:
    """Tell whether ``low <= value <= high``."""
    return all_of((less(low, value, or_equal=True), less(value, high, or_equal=True)))


def in_range(value: Any, span: Range) -> bool | None:
    """Tell whether a value lies in a range; null when an end is null."""
    if not span.op:
        return all_of(
            (less(span.low, value, span.low_included), less(value, span.high, span.high_included))
        )
    return COMPARE[span.op](value, span.high if span.low is None else span.low)


def holds(value: Any, test: Any) -> bool | None:
    """Tell whether a value passes one test of ``in``: a range, a list of tests, a value."""
    if test.__class__ is Range:
        return equal(value, test) if value.__class__ is Range else in_range(value, test)
    if isinstance(test, list):
        spend(len(test))
        if isinstance(value, list) and equal(value, test) is True:
            return True
        return any_of(holds(value, item) is True for item in test)
    return equal(value, test)


def test_range(op: str, bound: Any) -> Range | None:
    """Make the range that ``(< bound)`` and its like stand for."""
    if bound is None:
        return None
    if op in ("=", "!="):
        return Range(bound, bound, True, True, op)
    if op[0] == "<":
        return Range(None, bound, False, op == "<=", op)
    return Range(bound, None, op == ">=", False, op)


def made_range(low: Any, high: Any, low_included: bool, high_included: bool) -> Range | None:
    """Make a range; null when its ends have no common order or are reversed."""
    if low is not None and high is not None and less(low, high, or_equal=True) is not True:
        return None
    return Range(low, high, low_included, high_included)
