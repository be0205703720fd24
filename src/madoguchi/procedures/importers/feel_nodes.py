"""Small pieces of FEEL trees (FEELの部品): calls, and, or, not, with constants folded away."""

from collections.abc import Iterable
from decimal import Decimal

from madoguchi.feel import syntax as feel
from madoguchi.feel.expression import parse
from madoguchi.feel.printer import printed

YES, NO, NULL = feel.Literal(True), feel.Literal(False), feel.Literal(None)
ZERO, ONE = feel.Literal(Decimal(0)), feel.Literal(Decimal(1))


def always(truth: bool) -> feel.Node:
    """A rule that is always true, or never."""
    return YES if truth else NO


def call(name: str, *arguments: feel.Node) -> feel.Node:
    """A call of a function of FEEL."""
    return feel.Call(feel.Name(name), arguments)


def equals(left: feel.Node, right: feel.Node, wanted: bool = True) -> feel.Node:
    """`left = right`, or `left != right` where that is wanted."""
    return feel.Comparison("=" if wanted else "!=", left, right)


def either_way(node: feel.Node, wanted: bool) -> feel.Node:
    """The rule, or `not(…)` of it; it must never be null."""
    if wanted:
        return node
    return always(node.value is not True) if isinstance(node, feel.Literal) else call("not", node)


def some_rows(name: str) -> feel.Node:
    """Whether a list has anything in it."""
    return feel.Comparison(">", call("count", feel.Name(name)), ZERO)


def counted(nodes: list[feel.Node]) -> feel.Node:
    """How many of the rules are true."""
    true = feel.Comparison("=", feel.Name("item"), YES)
    return call("count", feel.Filter(feel.ListOf(tuple(nodes)), true))


def conjunction(nodes: Iterable[feel.Node]) -> feel.Node:
    """All of them; constants fall away."""
    return _joined("and", nodes, YES)


def disjunction(nodes: Iterable[feel.Node]) -> feel.Node:
    """Any of them; constants fall away."""
    return _joined("or", nodes, NO)


def _joined(op: str, nodes: Iterable[feel.Node], neutral: feel.Literal) -> feel.Node:
    kept: list[feel.Node] = []
    for node in nodes:
        if isinstance(node, feel.Logic) and node.op == op:
            kept += node.operands
        elif not isinstance(node, feel.Literal):
            kept.append(node)
        elif node.value is not neutral.value:
            return node
    return feel.Logic(op, tuple(kept)) if len(kept) > 1 else kept[0] if kept else neutral


def check_digits(node: feel.Node, weights: str) -> feel.Node:
    """Whether digits times their weights make a multiple of 11; spaces do not count."""
    digits = f'replace({printed(node)}, " ", "")'
    term = f"number(substring({digits}, i, 1)) * [{weights}][i]"
    return parse(f"modulo(sum(for i in 1..{weights.count(',') + 1} return {term}), 11) = 0")[0]


def row_name(variable: str) -> str:
    """A name for a row that no field can have: names of fields are in small letters."""
    return "Row" if variable.endswith("'") else f"Row_{variable}"


def constant_text(value: object) -> str:
    """A constant as the text an option or answer would be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
