"""Which operands an operator takes (演算の型), and what comes out."""

from __future__ import annotations

from typing import Any

from .arithmetic import OPERATIONS
from .syntax import Arithmetic, Literal
from .types import ANY, BOOLEAN, DATE, DATE_TIME, NULL, NUMBER, ORDERED, Type, comparable
from .values import SCALAR_OF_CLASS

UNKNOWN = frozenset((ANY, NULL))


def constant_type(value: Any) -> Type:
    """Give the type of a constant."""
    return NULL if value is None else SCALAR_OF_CLASS.get(value.__class__, ANY)


def operation_type(op: str, left: Type, right: Type) -> Type | None:
    """Give the type of ``left op right``; None when values of these types have no result."""
    if op not in OPERATIONS:
        ordered = op in ("=", "!=") or {left, right} <= ORDERED | UNKNOWN
        return BOOLEAN if ordered and comparable(left, right) else None
    possible = {
        result
        for (a, b), (result, _) in OPERATIONS[op].items()
        if left in (a, *UNKNOWN) and right in (b, *UNKNOWN)
    }
    return possible.pop() if len(possible) == 1 else ANY if possible else None


def days_meant(node: Arithmetic, left: Type) -> str | None:
    """Guess what was meant by a number added to a date."""
    match node.right:
        case Literal(value) if constant_type(value) == NUMBER and left in (DATE, DATE_TIME):
            return f'{node.op} duration("P{value}D")'
    return None
