"""Expressions (式): text compiled once, checked against a scope, then called with a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from . import meter
from .builtins import BUILTINS
from .checker import Analysis, Checker
from .compiler import Compiler
from .faults import Fault, FeelError, fault
from .name_parser import INPUT
from .parser import Parser
from .runtime import FAILURES
from .syntax import Literal, Node
from .types import ANY, BOOLEAN, Type, conforms


@dataclass(frozen=True, eq=False)
class Expression:
    """A compiled expression (コンパイルされた式): its text, type, the data it reads, and its tree.

    Calling it with a context gives its value; where the data give none, the value is None (null).
    """

    source: str
    type: Type
    references: frozenset[tuple[str, ...]]
    node: Node
    analysis: Analysis
    function: Callable[[Mapping[str, object]], Any]
    loops: bool

    def __call__(self, context: Mapping[str, object]) -> Any:
        """Evaluate in a context; never raises for what the context holds, and always ends."""
        try:
            if self.loops:
                meter.enter()
                try:
                    value = measured(self.function(context))
                finally:
                    meter.leave()
            else:
                value = self.function(context)
            return None if value.__class__ is Decimal and not value.is_finite() else value
        except (meter.Exhausted, RecursionError, *FAILURES):
            return None

    def __repr__(self) -> str:
        return f"Expression({self.source!r}: {self.type})"


def measured(value: Any) -> Any:
    """Give a result back; lists that share parts may stand for far more than they take to make."""
    if isinstance(value, (list, dict)):
        meter.spend(len(value))
        for part in value.values() if isinstance(value, dict) else value:
            measured(part)
    return value


def compile(
    source: str,
    scope: Mapping[str, Type] | None = None,
    expect: Type | None = None,
    *,
    types: Mapping[str, Type] | None = None,
    strict: bool = True,
) -> Expression:
    """Compile an expression.

    ``scope`` types the names of the context; without it every name is taken as it comes.
    ``expect`` is the type the result must have, ``types`` are names for ``instance of``.
    Raises FeelError on a syntax error and, when a scope is given and ``strict``, on any fault.
    """
    return _compiled(source, scope, expect, types, strict, unary=False)


def compile_unary(
    source: str,
    input_type: Type = ANY,
    scope: Mapping[str, Type] | None = None,
    *,
    types: Mapping[str, Type] | None = None,
    strict: bool = True,
) -> Expression:
    """Compile the unary tests of a decision-table cell; the input value is called ``?``."""
    known = None if scope is None else {**scope, INPUT: input_type}
    return _compiled(source, known, None, types, strict, unary=True)


def check(source: str, scope: Mapping[str, Type], expect: Type | None = None) -> tuple[Fault, ...]:
    """Give the faults of an expression, none when it is sound; never raises."""
    try:
        compile(source, scope, expect)
    except FeelError as error:
        return error.faults
    return ()


def parse(
    source: str,
    scope: Mapping[str, Type] | None = None,
    types: Mapping[str, Type] | None = None,
    unary: bool = False,
) -> tuple[Node, list[Fault]]:
    """Parse a text, knowing the names of the scope; also give the faults of its literals."""
    parser = Parser(source, (*BUILTINS, INPUT), scope, types)
    node = parser.whole_unary_tests() if unary else parser.whole_expression()
    return node, parser.literal_faults


def _compiled(
    source: str,
    scope: Mapping[str, Type] | None,
    expect: Type | None,
    types: Mapping[str, Type] | None,
    strict: bool,
    unary: bool,
) -> Expression:
    try:
        return _unguarded(source, scope, expect, types, strict, unary)
    except RecursionError:
        raise FeelError([fault(source[:100], 0, "too-large")]) from None


def _unguarded(
    source: str,
    scope: Mapping[str, Type] | None,
    expect: Type | None,
    types: Mapping[str, Type] | None,
    strict: bool,
    unary: bool,
) -> Expression:
    node, faults = parse(source, scope, types, unary)
    checker = Checker(source, scope)
    kind = checker.visit(node)
    faults += checker.found.faults
    if expect is not None and not conforms(kind, expect):
        faults.append(fault(source, 0, "result-type", wanted=expect, type=kind))
    if expect == BOOLEAN and not isinstance(node, Literal):
        checker.check_varies(node)
    if strict and scope is not None and faults:
        raise FeelError(faults_in_order(faults))
    compiler = Compiler(checker.found)
    function = compiler.function(node)
    references = frozenset(checker.found.references) - {(INPUT,)}
    return Expression(source, kind, references, node, checker.found, function, compiler.loops)


def faults_in_order(faults: list[Fault]) -> list[Fault]:
    """Sort faults by place, leaving out repetitions."""
    unique: list[Fault] = []
    for found in sorted(faults, key=lambda f: (f.line, f.column, f.code)):
        if found not in unique:
            unique.append(found)
    return unique
