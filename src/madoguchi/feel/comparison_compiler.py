"""Compiling comparisons and logic (比較と論理のコンパイル): Python's own where types are simple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import operators, syntax
from .emitter import unless_absent
from .syntax import Node
from .types import BOOLEAN, DATE_TIME, ORDERED, SCALARS, STRING, TIME, ListType
from .values import CLASSES, Range

if TYPE_CHECKING:
    from .compiler import Compiler

INLINE = ORDERED - {TIME, DATE_TIME}  # whose order is Python's own
Side = tuple[str, Node]  # a value already written, and its node


def write_comparison(to: Compiler, node: syntax.Comparison) -> str:
    """Write a comparison."""
    left, right = to.visit(node.left), to.visit(node.right)
    return compare(to, node.op, (left, node.left), (right, node.right))


def compare(to: Compiler, op: str, first: Side, second: Side) -> str:
    """Write a comparison of two values already written."""
    (left, node), (right, other) = first, second
    equality = {"=": "==", "!=": "!="}.get(op)
    if equality and "None" in (left, right):
        return to.out.assign(f"({left} is None) {equality} ({right} is None)")
    kind = to.type(node)
    if kind == to.type(other) and (kind in INLINE or (equality and kind == BOOLEAN)):
        if kind == STRING and "k" not in (left[0], right[0]):
            to.pass_over(left, right)
        text = f"{left} {equality or op} {right}"
        return to.out.assign(text if equality else unless_absent(text, left, right))
    to.metered = to.metered or kind not in SCALARS.values()
    return to.out.call(operators.COMPARE[op], left, right)


def write_between(to: Compiler, node: syntax.Between) -> str:
    """Write ``between``."""
    value, low, high = (to.visit(part) for part in (node.value, node.low, node.high))
    kinds = [to.type(part) for part in (node.value, node.low, node.high)]
    if kinds[0] in INLINE and kinds == [kinds[0]] * 3 and low[0] == high[0] == "k":
        return to.out.assign(unless_absent(f"{low} <= {value} <= {high}", value))
    return to.out.call(operators.between, value, low, high)


def write_logic(to: Compiler, node: syntax.Logic) -> str:
    """Write ``and`` and ``or`` in three-valued logic, later operands only when they matter."""
    out, result = to.out, to.out.fresh()
    decisive, neutral = ("False", "True") if node.op == "and" else ("True", "False")
    out.line(f"{result} = {write_condition(to, node.operands[0])}")
    for operand in node.operands[1:]:
        with out.block(f"if {result} is not {decisive}:"):
            value = write_condition(to, operand)
            out.line(f"if {value} is not {neutral}: {result} = {value}")
    return result


def write_condition(to: Compiler, node: Node) -> str:
    """Write a node, anything but a boolean becoming null."""
    value = to.visit(node)
    if to.type(node) == BOOLEAN:
        return value
    return to.out.assign(f"{value} if {value} is True or {value} is False else None")


def write_membership(to: Compiler, node: syntax.In) -> str:
    """Write ``in``: the tests in turn, until one holds."""
    out, result, subject = to.out, to.out.fresh(), (to.visit(node.value), node.value)
    out.line(f"{result} = {write_passing(to, subject, node.tests[0])}")
    for test in node.tests[1:]:
        with out.block(f"if {result} is not True:"):
            answer = write_passing(to, subject, test)
            out.line(f"if {answer} is not False: {result} = {answer}")
    return result


def write_passing(to: Compiler, subject: Side, test: Node) -> str:
    """Write one test of ``in``."""
    if isinstance(test, syntax.Holds):
        return write_condition(to, test.condition)
    if isinstance(test, syntax.Test):
        return compare(to, test.op, subject, (to.visit(test.operand), test.operand))
    (value, node), wanted = subject, to.visit(test)
    kind = to.type(node)
    if kind in INLINE:
        if to.type(test) == kind:
            return compare(to, "=", subject, (wanted, test))
        constant = to.out.globals.get(wanted)
        if isinstance(constant, Range) and not constant.op:
            ends = {constant.low.__class__, constant.high.__class__}
            if ends == {CLASSES[kind]}:
                return to.out.assign(unless_absent(interval(to, constant, value), value))
        if isinstance(constant, list) and to.type(test) == ListType(kind):
            return to.out.assign(f"{value} in {to.out.constant(frozenset(constant))}")
    to.metered = True
    return to.out.call(operators.holds, value, wanted)


def interval(to: Compiler, span: Range, value: str) -> str:
    """Write that a value lies in a range."""
    low, high = to.out.constant(span.low), to.out.constant(span.high)
    first, second = "<=" if span.low_included else "<", "<=" if span.high_included else "<"
    return f"{low} {first} {value} {second} {high}"
