"""Ranges of constants from text (文字列から範囲): what the built-in ``range`` reads."""

from __future__ import annotations

from typing import Any

from .faults import FeelError, fault
from .operators import made_range
from .parser import Parser
from .syntax import Call, Literal, Name, Negation, Node, RangeOf
from .temporal import date_from_text, date_time_from_text, duration_from_text, time_from_text
from .values import Range, negate

READERS = {
    "date": date_from_text,
    "time": time_from_text,
    "date and time": date_time_from_text,
    "duration": duration_from_text,
}


def constant_range(text: str) -> Range | None:
    """Read ``[1..10)`` and its like; None when an end is no constant or the ends are reversed."""
    try:
        node = Parser(text, READERS).whole_expression()
        if not isinstance(node, RangeOf):
            return None
        low, high = constant(node.low), constant(node.high)
    except FeelError:
        return None
    if low is None and high is None:
        return None
    return made_range(low, high, node.low_included, node.high_included)


def constant(node: Node) -> Any:
    """Give the value of a literal, or of a temporal constructor called with one."""
    match node:
        case Literal(value):
            return value
        case Negation(Literal(value)):
            return negate(value)
        case Call(Name(name), (Literal(str(text)),)) if name in READERS:
            return READERS[name](text)
    raise FeelError([fault("", 0, "syntax", found="", wanted="定数", wanted_en="a constant")])
