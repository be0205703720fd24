"""Ranges of constants from text (文字列から範囲): what the built-in ``range`` reads."""

from __future__ import annotations

from typing import Any

from .faults import FeelError
from .operators import less
from .parser import Parser
from .syntax import Call, Literal, Name, Negation, Node, RangeOf
from .values import Range

READERS = ("date", "time", "date and time", "duration")


def constant_range(text: str) -> Range | None:
    """Read ``[1..10)`` and its like; None when an end is no constant or the ends are reversed."""
    try:
        node = Parser(text, READERS).whole_expression()
    except FeelError:
        return None
    if not isinstance(node, RangeOf):
        return None
    low, high = constant(node.low), constant(node.high)
    if low is None and high is None:
        return None
    if low is not None and high is not None and not less(low, high, or_equal=True):
        return None
    low_included = node.low_included and low is not None
    return Range(low, high, low_included, node.high_included and high is not None)


def constant(node: Node) -> Any:
    """Give the value of a literal, negated literal or temporal constructor; else None."""
    from .builtins.registry import BUILTINS

    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Negation) and isinstance(node.operand, Literal):
        from .arithmetic import negate

        return negate(node.operand.value)
    if isinstance(node, Call) and isinstance(node.function, Name) and not node.names:
        if node.function.name in READERS:
            return BUILTINS[node.function.name](*(constant(a) for a in node.arguments))
    return None
