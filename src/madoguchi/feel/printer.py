"""The printer (書き出し): a tree back to text, with no more parentheses than it needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from . import syntax
from .builtins.conversion import text_of
from .far import FarDate
from .parser import INFIX, Level
from .syntax import Holds, Node, Test
from .temporal import temporal_text
from .types import ANY
from .values import YearsMonths

ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def printed(node: Node, lowest: int = Level.LOOSE) -> str:
    """Write a node; in parentheses when it binds less tightly than ``lowest``.

    Reading it again gives the same tree, unless a known name spells two of its parts (``a and b``).
    """
    form, binds = FORMS[type(node)]
    binds = INFIX[getattr(node, "op", "")][0] if binds is None else binds
    if isinstance(form, str):
        names: tuple[str, ...] = node.__match_args__
        text = form.format_map({name: _Part(getattr(node, name)) for name in names})
    else:
        text = form(node)
    return f"({text})" if binds < lowest else text


class _Part:
    """A part as a form writes it: ``{part:n}`` binds at least as tightly as level ``n``."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, lowest: str) -> str:
        if isinstance(self.value, tuple):
            return ", ".join(format(_Part(part), lowest) for part in self.value)
        if isinstance(self.value, Node):
            return printed(self.value, Level[lowest or "LOOSE"])
        return str(self.value)


def infix(node: syntax.Arithmetic | syntax.Comparison) -> str:
    """Write a binary operator; those alike group from the left."""
    binds = INFIX[node.op][0]
    return f"{printed(node.left, binds)} {node.op} {printed(node.right, binds + 1)}"


def logic(node: syntax.Logic) -> str:
    """Write ``and`` or ``or``."""
    binds = INFIX[node.op][0] + 1
    return f" {node.op} ".join(printed(operand, binds) for operand in node.operands)


def literal(node: syntax.Literal) -> str:
    """Write a constant."""
    if isinstance(node.value, (date, time, timedelta, YearsMonths, FarDate)):
        return f'@"{temporal_text(node.value)}"'
    if isinstance(node.value, str):
        return f'"{node.value.translate(ESCAPES)}"'
    return text_of(node.value, quoted=True)


def membership(node: syntax.In) -> str:
    """Write ``in``; one value or range stands without parentheses."""
    value, tests = printed(node.value, Level.ADDITION), node.tests
    if len(tests) == 1 and not isinstance(tests[0], (Test, Holds)):
        return f"{value} in {printed(tests[0], Level.POSTFIX)}"
    texts = [printed(test)[1:-1] if isinstance(test, Test) else printed(test) for test in tests]
    return f"{value} in ({', '.join(texts)})"


def iteration(node: syntax.Iteration) -> str:
    """Write what a loop goes through."""
    if node.end is None:
        return f"{node.name} in {printed(node.domain)}"
    return f"{node.name} in {printed(node.domain, Level.ADDITION)}..{printed(node.end, Level.ADDITION)}"


def call(node: syntax.Call) -> str:
    """Write a call."""
    names = [f"{name}: " for name in node.names or ()] or [""] * len(node.arguments)
    parts = [name + printed(part) for name, part in zip(names, node.arguments, strict=True)]
    return f"{printed(node.function, Level.POSTFIX)}({', '.join(parts)})"


def function(node: syntax.Function) -> str:
    """Write a function; what an external one does is not known."""
    parts = [name if kind == ANY else f"{name}: {kind}" for name, kind in node.parameters]
    body = "external null" if node.body is None else printed(node.body)
    return f"function({', '.join(parts)}) {body}"


def context(node: syntax.ContextOf) -> str:
    """Write a context, its keys in quotes."""
    return "{" + ", ".join(f'"{k.translate(ESCAPES)}": {printed(v)}' for k, v in node.entries) + "}"


def range_of(node: syntax.RangeOf) -> str:
    """Write a range."""
    ends = f"{printed(node.low)}..{printed(node.high, Level.ADDITION)}"
    return f"{'(['[node.low_included]}{ends}{')]'[node.high_included]}"


# How each node is written, and how tightly it binds (None: as its operator does).
FORMS: dict[type[Node], tuple[str | Callable[[Any], str], int | None]] = {
    syntax.Arithmetic: (infix, None),
    syntax.Between: (
        "{value:ADDITION} between {low:ADDITION} and {high:ADDITION}",
        Level.COMPARISON,
    ),
    syntax.Call: (call, Level.POSTFIX),
    syntax.Comparison: (infix, None),
    syntax.ContextOf: (context, Level.POSTFIX),
    syntax.Filter: ("{base:POSTFIX}[{condition}]", Level.POSTFIX),
    syntax.For: ("for {iterations} return {body}", Level.LOOSE),
    syntax.Function: (function, Level.LOOSE),
    syntax.Holds: ("{condition}", Level.LOOSE),
    syntax.If: ("if {condition} then {yes} else {no}", Level.LOOSE),
    syntax.In: (membership, Level.COMPARISON),
    syntax.InstanceOf: ("{value:INSTANCE} instance of {type_name}", Level.INSTANCE),
    syntax.Iteration: (iteration, Level.LOOSE),
    syntax.ListOf: ("[{items}]", Level.POSTFIX),
    syntax.Literal: (literal, Level.POSTFIX),
    syntax.Logic: (logic, None),
    syntax.Name: ("{name}", Level.POSTFIX),
    syntax.Negation: ("-{operand:NEGATION}", Level.NEGATION),
    syntax.Path: ("{base:POSTFIX}.{name}", Level.POSTFIX),
    syntax.Quantified: ("{word} {iterations} satisfies {condition}", Level.LOOSE),
    syntax.RangeOf: (range_of, Level.POSTFIX),
    syntax.Test: ("({op} {operand:ADDITION})", Level.POSTFIX),
}
