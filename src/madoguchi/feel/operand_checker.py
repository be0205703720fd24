"""Which operands an operator takes (演算の型): the rules the checker applies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .arithmetic import OPERATIONS
from .syntax import Holds, Node, Test
from .types import (
    ANY,
    BOOLEAN,
    NULL,
    ORDERED,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
    conforms,
)
from .values import SCALAR_OF_CLASS

if TYPE_CHECKING:
    from .checker import Checker


def literal_type(value: Any) -> Type:
    """Give the type of a literal's value."""
    return NULL if value is None else SCALAR_OF_CLASS[value.__class__]


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """Give the type ``left op right`` has; None when it can have no value."""
    table = OPERATIONS[op]
    if (left, right) in table:
        return table[left, right][0]
    loose = (ANY, NULL)
    possible = {
        result
        for (a, b), (result, _) in table.items()
        if (left == a or left in loose) and (right == b or right in loose)
    }
    if len(possible) > 1:
        return ANY
    return possible.pop() if possible else None


def comparable(left: Type, right: Type) -> bool:
    """Tell whether ``=`` between two types can be true or false."""
    if ANY in (left, right) or NULL in (left, right) or left == right:
        return True
    for kind in (ListType, RangeType):
        if isinstance(left, kind) and isinstance(right, kind):
            return comparable(left.of, right.of)
    return any(
        isinstance(left, kind) and isinstance(right, kind) for kind in (ContextType, FunctionType)
    )


def check_comparable(checker: Checker, node: Node, op: str, left: Type, right: Type) -> None:
    """Report an equality between values of different kinds."""
    if not comparable(left, right):
        checker.report(node, "operand-type", op=op, left=left, right=right)


def check_ordered(checker: Checker, node: Node, op: str, left: Type, right: Type) -> None:
    """Report a comparison of what has no common order."""
    loose = (ANY, NULL)
    ordered = all(kind in loose or kind in ORDERED for kind in (left, right))
    if ordered and (left == right or left in loose or right in loose):
        return
    checker.report(node, "operand-type", op=op, left=left, right=right)


def check_membership(checker: Checker, node: Node, test: Node, value: Type, kind: Type) -> None:
    """Report a test of ``in`` that no value of the type can pass or fail."""
    if isinstance(test, Holds):
        if not conforms(kind, BOOLEAN):
            checker.report(test, "condition-type", type=kind)
    elif isinstance(test, Test):
        operand = kind.of if isinstance(kind, RangeType) else kind
        check = check_comparable if test.op in ("=", "!=") else check_ordered
        check(checker, test, test.op, value, operand)
    elif isinstance(kind, RangeType) and not isinstance(value, RangeType):
        check_ordered(checker, node, "in", value, kind.of)
    elif isinstance(kind, ListType) and not comparable(value, kind):
        of = kind.of
        inner = of.of if isinstance(of, (RangeType, ListType)) else of
        if not comparable(value, inner):
            checker.report(node, "operand-type", op="in", left=value, right=kind)
    elif not isinstance(kind, ListType):
        check_comparable(checker, node, "in", value, kind)
