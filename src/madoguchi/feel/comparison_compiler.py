"""Compiling comparisons and logic (比較と論理のコンパイル): Python's own where types are simple."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import operators
from .syntax import Between, Comparison, Holds, In, ListOf, Literal, Logic, Node, Test
from .types import (
    BOOLEAN,
    DATE,
    DAYS_DURATION,
    NUMBER,
    SCALARS,
    STRING,
    YEARS_DURATION,
    ListType,
)

if TYPE_CHECKING:
    from .compiler import Compiler

INLINE = frozenset((NUMBER, STRING, DATE, DAYS_DURATION, YEARS_DURATION))


def compile_comparison(compiler: Compiler, node: Comparison) -> str:
    """Write a comparison."""
    left, right = compiler.visit(node.left), compiler.visit(node.right)
    return compare(compiler, node.op, (left, node.left), (right, node.right))


def compare(compiler: Compiler, op: str, first: tuple[str, Node], second: tuple[str, Node]) -> str:
    """Write a comparison of two values already written, each with its node."""
    (left, left_node), (right, right_node) = first, second
    if op in ("=", "!=") and "None" in (left, right):
        other = right if left == "None" else left
        return compiler.out.assign(f"{other} is{' not' if op == '!=' else ''} None")
    kind = compiler.type(left_node)
    if kind == compiler.type(right_node) and kind in INLINE:
        if op in ("=", "!="):
            return compiler.out.assign(f"{left} {'==' if op == '=' else op} {right}")
        nullable = [name for name, side in (first, second) if side not in compiler.found.constant]
        absent = " or ".join(f"{name} is None" for name in nullable)
        text = f"{left} {op} {right}"
        return compiler.out.assign(f"None if {absent} else {text}" if absent else text)
    compiler.loops = compiler.loops or kind not in SCALARS.values()
    return compiler.helper(operators.COMPARE[op], left, right)


def compile_between(compiler: Compiler, node: Between) -> str:
    """Write ``between``."""
    parts = [compiler.visit(part) for part in (node.value, node.low, node.high)]
    return compiler.helper(operators.between, *parts)


def compile_logic(compiler: Compiler, node: Logic) -> str:
    """Write ``and`` and ``or`` in three-valued logic, later operands only when they matter."""
    out, result = compiler.out, compiler.out.fresh()
    decisive, neutral = ("False", "True") if node.op == "and" else ("True", "False")
    out.line(f"{result} = {boolean(compiler, node.operands[0])}")
    for operand in node.operands[1:]:
        with out.block(f"if {result} is not {decisive}:"):
            value = boolean(compiler, operand)
            with out.block(f"if {value} is not {neutral}:"):
                out.line(f"{result} = {value}")
    return result


def boolean(compiler: Compiler, node: Node) -> str:
    """Write a node, anything but a boolean becoming null."""
    value = compiler.visit(node)
    if compiler.type(node) == BOOLEAN:
        return value
    return compiler.out.assign(f"{value} if {value} is True or {value} is False else None")


def compile_membership(compiler: Compiler, node: In) -> str:
    """Write ``in``: the tests in turn, until one holds."""
    out, value = compiler.out, compiler.visit(node.value)
    result = out.fresh()
    out.line(f"{result} = {passes(compiler, value, node.value, node.tests[0])}")
    for test in node.tests[1:]:
        with out.block(f"if {result} is not True:"):
            answer = passes(compiler, value, node.value, test)
            with out.block(f"if {answer} is not False:"):
                out.line(f"{result} = {answer}")
    return result


def passes(compiler: Compiler, value: str, subject: Node, test: Node) -> str:
    """Write one test of ``in``."""
    if isinstance(test, Holds):
        return boolean(compiler, test.condition)
    if isinstance(test, Test):
        return compare(
            compiler, test.op, (value, subject), (compiler.visit(test.operand), test.operand)
        )
    kind, wanted = compiler.type(subject), compiler.type(test)
    if kind in INLINE and wanted == kind:
        return compare(compiler, "=", (value, subject), (compiler.visit(test), test))
    if kind in INLINE and isinstance(test, ListOf) and wanted == ListType(kind):
        constants = [item.value for item in test.items if isinstance(item, Literal)]
        if len(constants) == len(test.items):
            return compiler.out.assign(f"{value} in {compiler.out.constant(frozenset(constants))}")
    compiler.loops = True
    return compiler.helper(operators.holds, value, compiler.visit(test))
