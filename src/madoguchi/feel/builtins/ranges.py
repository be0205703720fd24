"""Range built-ins (範囲の関数): the relations of points and ranges, DMN 10.3.4.10 (Table 78)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..operators import all_of, any_of, equal, in_range, less
from ..values import Range
from .registry import builtin

Answer = bool | None


def strictly(left: Any, left_included: bool, right: Any, right_included: bool) -> Answer:
    """Tell whether the end ``left`` lies before the beginning ``right``, sharing no point."""
    touching = False if left_included and right_included else equal(left, right)
    return any_of((less(left, right), touching))


def same(a: Any, a_included: bool, b: Any, b_included: bool) -> Answer:
    """Tell whether two ends are the same, both included or both not."""
    return all_of((equal(a, b), a_included == b_included))


@builtin("before(point1: Any, point2: Any) -> boolean")
def before(a: Any, b: Any) -> Answer:
    """Tell whether a lies wholly before b."""
    if a is None or b is None:
        return None
    left = (a.high, a.high_included) if isinstance(a, Range) else (a, True)
    right = (b.low, b.low_included) if isinstance(b, Range) else (b, True)
    return strictly(*left, *right)


@builtin("after(point1: Any, point2: Any) -> boolean")
def after(a: Any, b: Any) -> Answer:
    """Tell whether a lies wholly after b."""
    return before(b, a)


@builtin("meets(range1: range, range2: range) -> boolean")
def meets(a: Range, b: Range) -> Answer:
    """Tell whether a ends in the very point where b begins."""
    return all_of((a.high_included and b.low_included, equal(a.high, b.low)))


@builtin("met by(range1: range, range2: range) -> boolean")
def met_by(a: Range, b: Range) -> Answer:
    """Tell whether b meets a."""
    return meets(b, a)


@builtin("overlaps(range1: range, range2: range) -> boolean")
def overlaps(a: Range, b: Range) -> Answer:
    """Tell whether the ranges have a point in common."""
    return none_of((before(a, b), after(a, b)))


def none_of(answers: tuple[Answer, ...]) -> Answer:
    """Tell whether none of the answers is true."""
    found = any_of(answers)
    return None if found is None else not found


def begins_first(a: Range, b: Range) -> Answer:
    """Tell whether a begins before b does."""
    wider = a.low_included and not b.low_included
    return any_of((less(a.low, b.low), all_of((wider, equal(a.low, b.low)))))


def ends_first(a: Range, b: Range) -> Answer:
    """Tell whether a ends before b does."""
    narrower = b.high_included and not a.high_included
    return any_of((less(a.high, b.high), all_of((narrower, equal(a.high, b.high)))))


@builtin("overlaps before(range1: range, range2: range) -> boolean")
def overlaps_before(a: Range, b: Range) -> Answer:
    """Tell whether a begins before b and ends within it."""
    return all_of((begins_first(a, b), overlaps(a, b), none_of((ends_first(b, a),))))


@builtin("overlaps after(range1: range, range2: range) -> boolean")
def overlaps_after(a: Range, b: Range) -> Answer:
    """Tell whether b begins before a and ends within it."""
    return overlaps_before(b, a)


def end_of(side: str) -> Callable[[Any, Any], Answer]:
    """Make ``finishes`` (side high) or ``starts`` (side low)."""

    def relation(a: Any, b: Range) -> Answer:
        edge, included = getattr(b, side), getattr(b, f"{side}_included")
        if not isinstance(a, Range):
            return all_of((included, equal(a, edge)))
        meets_edge = same(getattr(a, side), getattr(a, f"{side}_included"), edge, included)
        other = (begins_first(a, b),) if side == "high" else (ends_first(b, a),)
        return all_of((meets_edge, none_of(other)))

    return relation


finishes = builtin("finishes(point: Any, range: range) -> boolean")(end_of("high"))
starts = builtin("starts(point: Any, range: range) -> boolean")(end_of("low"))


@builtin("finished by(range: range, point: Any) -> boolean")
def finished_by(a: Range, b: Any) -> Answer:
    """Tell whether b finishes a."""
    return finishes(b, a)


@builtin("started by(range: range, point: Any) -> boolean")
def started_by(a: Range, b: Any) -> Answer:
    """Tell whether b starts a."""
    return starts(b, a)


@builtin("includes(range: range, point: Any) -> boolean")
def includes(a: Range, b: Any) -> Answer:
    """Tell whether b lies within a."""
    if isinstance(b, Range):
        return none_of((begins_first(b, a), ends_first(a, b)))
    return in_range(b, a)


@builtin("during(point: Any, range: range) -> boolean")
def during(a: Any, b: Range) -> Answer:
    """Tell whether a lies within b."""
    return includes(b, a)


@builtin("coincides(point1: Any, point2: Any) -> boolean")
def coincides(a: Any, b: Any) -> Answer:
    """Tell whether two points or two ranges are the same."""
    if a is None or b is None:
        return None
    if isinstance(a, Range) and isinstance(b, Range):
        low = same(a.low, a.low_included, b.low, b.low_included)
        return all_of((low, same(a.high, a.high_included, b.high, b.high_included)))
    return equal(a, b)


@builtin("range(from: string) -> range")
def range_from_text(text: str) -> Range | None:
    """Read a range of constants, such as ``"[1..10)"``."""
    from ..constants import constant_range

    return constant_range(text)
