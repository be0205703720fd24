"""The printer (書き出し): a tree back to text, with no more parentheses than it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from .builtins.conversion import text_of
from .far import FarDate
from .name_parser import INPUT
from .parser import ADDITION, COMPARISON, PRECEDENCE
from .syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextOf,
    Filter,
    For,
    Function,
    Holds,
    If,
    In,
    InstanceOf,
    Iteration,
    ListOf,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeOf,
    Test,
)
from .temporal import temporal_text
from .types import ANY
from .values import YearsMonths

LOOSE, UNARY, POSTFIX = 0, 7, 9
TEXTUAL = (If, For, Quantified, Function)


def printed(node: Node, lowest: int = LOOSE) -> str:
    """Write a node; in parentheses when it binds less tightly than ``lowest``."""
    text = PRINTERS[type(node)](node)
    return f"({text})" if binding(node) < lowest else text


def binding(node: Node) -> int:
    """Tell how tightly a node binds."""
    if isinstance(node, TEXTUAL):
        return LOOSE
    if isinstance(node, (Arithmetic, Comparison, Logic)):
        return PRECEDENCE[node.op]
    if isinstance(node, (Between, In)):
        return COMPARISON
    if isinstance(node, (Negation, InstanceOf)):
        return UNARY
    return POSTFIX


def literal(node: Literal) -> str:
    """Write a constant."""
    if isinstance(node.value, (date, time, timedelta, YearsMonths, FarDate)):
        return f'@"{temporal_text(node.value)}"'
    if isinstance(node.value, str):
        escaped = node.value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
    return text_of(node.value, quoted=True)


def infix(node: Arithmetic | Comparison) -> str:
    """Write a binary operator."""
    level = PRECEDENCE[node.op]
    return f"{printed(node.left, level)} {node.op} {printed(node.right, level + 1)}"


def logic(node: Logic) -> str:
    """Write ``and`` or ``or``."""
    level = PRECEDENCE[node.op] + 1
    return f" {node.op} ".join(printed(operand, level) for operand in node.operands)


def between(node: Between) -> str:
    """Write ``between``."""
    value, low, high = (printed(part, ADDITION) for part in (node.value, node.low, node.high))
    return f"{value} between {low} and {high}"


def membership(node: In) -> str:
    """Write ``in``; of the input of a cell only its tests."""
    tests = [test(t) if isinstance(t, Test) else printed(t) for t in node.tests]
    if isinstance(node.value, Name) and node.value.name == INPUT:
        return ", ".join(tests)
    if len(tests) == 1 and not isinstance(node.tests[0], (Test, Holds)):
        return f"{printed(node.value, ADDITION)} in {printed(node.tests[0], POSTFIX)}"
    return f"{printed(node.value, ADDITION)} in ({', '.join(tests)})"


def test(node: Test) -> str:
    """Write a test of an unnamed value."""
    return f"{node.op} {printed(node.operand, ADDITION)}"


def conditional(node: If) -> str:
    """Write ``if``."""
    return f"if {printed(node.condition)} then {printed(node.yes)} else {printed(node.no)}"


def iterations(nodes: tuple[Iteration, ...]) -> str:
    """Write the iterations of a loop."""
    parts = []
    for node in nodes:
        end = "" if node.end is None else f"..{printed(node.end, ADDITION)}"
        parts.append(f"{node.name} in {printed(node.domain, ADDITION if end else LOOSE)}{end}")
    return ", ".join(parts)


def call(node: Call) -> str:
    """Write a call."""
    names = [f"{name}: " for name in node.names] if node.names else [""] * len(node.arguments)
    pairs = zip(names, node.arguments, strict=True)
    arguments = ", ".join(name + printed(argument) for name, argument in pairs)
    return f"{printed(node.function, POSTFIX)}({arguments})"


def function(node: Function) -> str:
    """Write a function literal."""
    parts = [name if kind == ANY else f"{name}: {kind}" for name, kind in node.parameters]
    body = "external {}" if node.body is None else printed(node.body)
    return f"function({', '.join(parts)}) {body}"


def range_of(node: RangeOf) -> str:
    """Write a range."""
    low, high = printed(node.low), printed(node.high, ADDITION)
    return f"{'[' if node.low_included else '('}{low}..{high}{']' if node.high_included else ')'}"


def context(node: ContextOf) -> str:
    """Write a context, its keys in quotes."""
    entries = (f"{literal(Literal(name))}: {printed(value)}" for name, value in node.entries)
    return "{" + ", ".join(entries) + "}"


PRINTERS: dict[type[Node], Callable[[Any], str]] = {
    Arithmetic: infix,
    Between: between,
    Call: call,
    Comparison: infix,
    ContextOf: context,
    Filter: lambda n: f"{printed(n.base, POSTFIX)}[{printed(n.condition)}]",
    For: lambda n: f"for {iterations(n.iterations)} return {printed(n.body)}",
    Function: function,
    Holds: lambda n: printed(n.condition),
    If: conditional,
    In: membership,
    InstanceOf: lambda n: f"{printed(n.value, UNARY)} instance of {n.type_name}",
    ListOf: lambda n: f"[{', '.join(printed(item) for item in n.items)}]",
    Literal: literal,
    Logic: logic,
    Name: lambda n: n.name,
    Negation: lambda n: f"-{printed(n.operand, UNARY)}",
    Path: lambda n: f"{printed(n.base, POSTFIX)}.{n.name}",
    Quantified: lambda n: f"{n.word} {iterations(n.iterations)} satisfies {printed(n.condition)}",
    RangeOf: range_of,
    Test: lambda n: f"({test(n)})",
}
