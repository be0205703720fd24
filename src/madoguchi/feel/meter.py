"""The meter (計量): bounds the work one evaluation may do, so that no expression can hang."""

from __future__ import annotations

from threading import local

ALLOWANCE = 500_000  # steps: about a second of work
DEEPEST_CALL = 100


class Exhausted(Exception):
    """The evaluation did more work than is allowed; its value is null."""


class _Meter(local):
    left = ALLOWANCE
    depth = 0


_meter = _Meter()


def spend(steps: int) -> None:
    """Count work done; raise Exhausted when the allowance is used up."""
    if _meter.depth:
        _meter.left -= steps
        if _meter.left < 0:
            raise Exhausted


def enter() -> None:
    """Begin an evaluation; evaluations inside one another share the allowance of the outermost."""
    if _meter.depth == 0:
        _meter.left = ALLOWANCE
    elif _meter.depth > DEEPEST_CALL:
        raise Exhausted
    _meter.depth += 1


def leave() -> None:
    """End an evaluation."""
    _meter.depth -= 1
