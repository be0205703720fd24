"""The meter (計量): bounds the work one evaluation may do, so that no expression can hang."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from time import thread_time
from typing import Any

ALLOWANCE = 500_000  # steps, each of some microseconds at most
SECONDS = 3.0  # of processor time, should the steps be long ones
SLICE = 2_000  # steps between two looks at the clock
DEEPEST_CALL = 100
A_STEP = {str: 16, list: 16, dict: 2}  # how much of a text, list or context is copied in a step


class Exhausted(Exception):
    """The evaluation did more work than is allowed; its value is null."""


class _Meter(local):
    left = ALLOWANCE
    look = ALLOWANCE
    end = 0.0
    depth = 0


_meter = _Meter()


def spend(steps: int) -> None:
    """Count work done; raise Exhausted when the allowance is used up."""
    if _meter.depth:
        _meter.left -= steps
        if _meter.left < _meter.look:
            look()


def look() -> None:
    """Compare steps and time with what is allowed; the clock starts at the first look."""
    if _meter.look == ALLOWANCE - SLICE:
        _meter.end = thread_time() + SECONDS
    if exhausted() or thread_time() > _meter.end:
        _meter.left, _meter.look = -1, 0  # a part may catch this: the next step is too many again
        raise Exhausted
    _meter.look = _meter.left - SLICE


def exhausted() -> bool:
    """Tell whether the evaluation has come to its end."""
    return _meter.left < 0


def pass_over(*values: Any) -> None:
    """Count going through texts, lists and contexts as work."""
    spend(1 + sum(len(v) // A_STEP[v.__class__] for v in values if v.__class__ in A_STEP))


def enter() -> None:
    """Begin an evaluation; evaluations inside one another share the allowance of the outermost."""
    if _meter.depth == 0:
        _meter.left, _meter.look = ALLOWANCE, ALLOWANCE - SLICE
    elif _meter.depth > DEEPEST_CALL:
        raise Exhausted
    _meter.depth += 1


def leave() -> None:
    """End an evaluation."""
    _meter.depth -= 1


@contextmanager
def metered() -> Iterator[None]:
    """Count the work of a block as one evaluation."""
    enter()
    try:
        yield
    finally:
        leave()
