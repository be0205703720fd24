"""Equality, order, membership and logic (比較と論理): three-valued, null where unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .arithmetic import since_midnight
from .far import FarDate, FarMoment, difference
from .meter import A_STEP, spend
from .values import SCALAR_OF_CLASS, Range, YearsMonths

Answer = bool | None
PLAIN = frozenset((Decimal, str, date, timedelta, YearsMonths, FarDate))
MOMENTS = frozenset((datetime, time, FarMoment))
MILLISECOND = timedelta(milliseconds=1)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Conjoin three-valued answers."""
    result: Answer = True
    for answer in answers:
        if answer is False:
            return False
        if answer is not True:
            result = None
    return result


def any_of(answers: Iterable[Answer]) -> Answer:
    """Disjoin three-valued answers."""
    return opposite(all_of(map(opposite, answers)))


def opposite(answer: Answer) -> Answer:
    """Negate, in three-valued logic."""
    return not answer if isinstance(answer, bool) else None


def same_kind(left: Any, right: Any) -> bool:
    """Tell whether two values are of one class, or of one type in spite of a far year."""
    kind, other = left.__class__, right.__class__
    return kind is other or SCALAR_OF_CLASS.get(kind, kind) == SCALAR_OF_CLASS.get(other, other)


def equal(left: Any, right: Any) -> Answer:
    """Compare with ``=`` (DMN Table 42): values of different kinds give None, except with null."""
    if left is None or right is None:
        return left is right
    kind = left.__class__
    if isinstance(left, list) and isinstance(right, list):
        spend(len(left))
        return len(left) == len(right) and all_of(map(equal, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        spend(len(left))
        return left.keys() == right.keys() and all_of(equal(left[key], right[key]) for key in left)
    if not same_kind(left, right):
        return None
    if kind in MOMENTS:
        return same_moment(left, right)
    if kind is str:
        spend(len(left) // A_STEP[str])
    if kind in PLAIN or kind is bool or kind is Range:
        return left == right  # type: ignore[no-any-return]
    return left is right if callable(left) else None


def same_moment(left: Any, right: Any) -> bool:
    """Compare moments or times of day to the millisecond; with and without zone they differ."""
    if (left.tzinfo is None) != (right.tzinfo is None):
        return False
    if isinstance(left, time):
        return since_midnight(left) // MILLISECOND == since_midnight(right) // MILLISECOND
    same = left.microsecond // 1000 == right.microsecond // 1000
    return same and abs(difference(left, right)) < MILLISECOND


def less(left: Any, right: Any, or_equal: bool = False) -> Answer:
    """Tell whether left comes before right; None when they have no common order."""
    kind = left.__class__
    if not same_kind(left, right) or not (kind in PLAIN or kind in MOMENTS):
        return None
    if kind in MOMENTS:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        if kind is time:
            left, right = since_midnight(left), since_midnight(right)
    return left <= right if or_equal else left < right  # type: ignore[no-any-return]


COMPARE: dict[str, Callable[[Any, Any], Answer]] = {
    "=": equal,
    "!=": lambda left, right: opposite(equal(left, right)),
    "<": less,
    "<=": lambda left, right: less(left, right, or_equal=True),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: less(right, left, or_equal=True),
}


def between(value: Any, low: Any, high: Any) -> Answer:
    """Tell whether ``low <= value <= high``."""
    return in_range(value, Range(low, high))


def in_range(value: Any, span: Range) -> Answer:
    """Tell whether a value lies in a range; null when an end is null."""
    if span.op:
        return COMPARE[span.op](value, span.high if span.low is None else span.low)
    above = less(span.low, value, span.low_included)
    return all_of((above, less(value, span.high, span.high_included)))


def holds(value: Any, test: Any) -> Answer:
    """Tell whether a value passes one test of ``in``: a range, a list of tests, a value."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return in_range(value, test)
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
