"""Range built-ins (範囲の関数): the relations of points and ranges, DMN 10.3.4.10 (Table 78)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..faults import FeelError
from ..meter import spend
from ..operators import all_of, any_of, equal, in_range, less, opposite
from ..syntax import Call, Literal, Name, Negation, RangeOf, children
from ..values import Range
from .registry import Functions

Answer = bool | None
Relation = Callable[[Any, Any], Answer]


def before(a: Any, b: Any) -> Answer:
    """Tell whether a lies wholly before b, sharing no point."""
    if a is None or b is None:
        return None
    left, left_included = (a.high, a.high_included) if isinstance(a, Range) else (a, True)
    right, right_included = (b.low, b.low_included) if isinstance(b, Range) else (b, True)
    touching = False if left_included and right_included else equal(left, right)
    return any_of((less(left, right), touching))


def meets(a: Range, b: Range) -> Answer:
    """Tell whether a ends in the very point where b begins."""
    return all_of((a.high_included and b.low_included, equal(a.high, b.low)))


def overlaps(a: Range, b: Range) -> Answer:
    """Tell whether the ranges have a point in common."""
    return opposite(any_of((before(a, b), before(b, a))))


def begins_first(a: Range, b: Range) -> Answer:
    """Tell whether a begins before b does."""
    wider = a.low_included and not b.low_included
    return any_of((less(a.low, b.low), all_of((wider, equal(a.low, b.low)))))


def ends_first(a: Range, b: Range) -> Answer:
    """Tell whether a ends before b does."""
    narrower = b.high_included and not a.high_included
    return any_of((less(a.high, b.high), all_of((narrower, equal(a.high, b.high)))))


def overlaps_before(a: Range, b: Range) -> Answer:
    """Tell whether a begins before b and ends within it."""
    return all_of((begins_first(a, b), overlaps(a, b), opposite(ends_first(b, a))))


def finishes(a: Any, b: Range) -> Answer:
    """Tell whether a ends where b does, and begins no sooner."""
    if not isinstance(a, Range):
        return all_of((b.high_included, equal(a, b.high)))
    same = all_of((equal(a.high, b.high), a.high_included == b.high_included))
    return all_of((same, opposite(begins_first(a, b))))


def starts(a: Any, b: Range) -> Answer:
    """Tell whether a begins where b does, and ends no later."""
    if not isinstance(a, Range):
        return all_of((b.low_included, equal(a, b.low)))
    same = all_of((equal(a.low, b.low), a.low_included == b.low_included))
    return all_of((same, opposite(ends_first(b, a))))


def includes(a: Range, b: Any) -> Answer:
    """Tell whether b lies within a."""
    if isinstance(b, Range):
        return opposite(any_of((begins_first(b, a), ends_first(a, b))))
    return in_range(b, a)


def coincides(a: Any, b: Any) -> Answer:
    """Tell whether two points or two ranges are the same."""
    if isinstance(a, Range) and isinstance(b, Range):
        ends = (equal(a.low, b.low), equal(a.high, b.high))
        return all_of((*ends, a.low_included == b.low_included, a.high_included == b.high_included))
    return None if a is None or b is None else equal(a, b)


def swapped(relation: Relation) -> Relation:
    """Give the inverse of a relation."""
    return lambda a, b: relation(b, a)


@lru_cache(maxsize=500)
def range_of(text: str) -> Range | None:
    """Read a range of constants, such as ``"[1..10)"``; None when it is none."""
    from ..expression import compile

    spend(1000)
    try:
        found = compile(text, {})
    except FeelError:
        return None
    ends = children(found.node) if isinstance(found.node, RangeOf) else ()
    parts = [part for end in ends for part in (children(end) if isinstance(end, Call) else (end,))]
    if not parts or not all(isinstance(part, (Name, Literal, Negation)) for part in parts):
        return None
    value = found({}) if found.node in found.analysis.constant else None
    return value if value and not value.low is value.high is None else None


FUNCTIONS: Functions = {
    "before(point1: Any, point2: Any) -> boolean": before,
    "after(point1: Any, point2: Any) -> boolean": swapped(before),
    "meets(range1: range, range2: range) -> boolean": meets,
    "met by(range1: range, range2: range) -> boolean": swapped(meets),
    "overlaps(range1: range, range2: range) -> boolean": overlaps,
    "overlaps before(range1: range, range2: range) -> boolean": overlaps_before,
    "overlaps after(range1: range, range2: range) -> boolean": swapped(overlaps_before),
    "finishes(point: Any, range: range) -> boolean": finishes,
    "finished by(range: range, point: Any) -> boolean": swapped(finishes),
    "starts(point: Any, range: range) -> boolean": starts,
    "started by(range: range, point: Any) -> boolean": swapped(starts),
    "includes(range: range, point: Any) -> boolean": includes,
    "during(point: Any, range: range) -> boolean": swapped(includes),
    "coincides(point1: Any, point2: Any) -> boolean": coincides,
    "range(from: string) -> range": range_of,
}
