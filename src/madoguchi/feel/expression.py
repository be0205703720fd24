"""Expressions (式): text compiled once, checked against a scope, then called with a context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .builtins import BUILTINS
from .checker import Analysis, Checker
from .compiler import Compiler
from .faults import Fault, FeelError, fault
from .functions import Functions, with_functions
from .meter import Exhausted, exhausted, metered
from .parser import Parser
from .syntax import INPUT, Literal, Node
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

    def __call__(self, context: Mapping[str, object]) -> Any:
        """Evaluate in a context; never raises for what the context holds, and always ends."""
        return self.function(context)

    def __repr__(self) -> str:
        return f"Expression({self.source!r}: {self.type})"


def compile(
    source: str,
    scope: Mapping[str, Type] | None = None,
    expect: Type | None = None,
    *,
    types: Mapping[str, Type] | None = None,
    functions: Functions | None = None,
    strict: bool = True,
    unary: bool = False,
) -> Expression:
    """Compile an expression.

    ``scope`` types the names of the context; without it every name is taken as it comes.
    ``expect`` is the type the result must have, ``types`` are names for ``instance of``,
    ``functions`` the caller's own, which the context must hold too (``bound``).
    Raises FeelError on a syntax error and, when a scope is given and ``strict``, on any fault.
    """
    known = with_functions(scope, functions)
    try:
        with metered():
            node, faults = parse(source, known, types, unary)
            checker = Checker(source, known)
            kind = checker.visit(node)
            faults += checker.found.faults
            if expect is not None and not conforms(kind, expect):
                faults.append(fault(source, 0, "result-type", wanted=expect, type=kind))
            if expect == BOOLEAN and not isinstance(node, Literal):
                checker.check_varies(node)
            if strict and known is not None and faults:
                raise FeelError(in_order(faults))
            function = Compiler(checker.found).function(node)
            if exhausted():
                raise Exhausted
    except Exhausted:
        raise FeelError([fault(source[:100], 0, "too-costly")]) from None
    except RecursionError:
        raise FeelError([fault(source[:100], 0, "too-large")]) from None
    references = frozenset(checker.found.references) - {(INPUT,)}
    return Expression(source, kind, references, node, checker.found, function)


def compile_unary(
    source: str,
    input_type: Type = ANY,
    scope: Mapping[str, Type] | None = None,
    **options: Any,
) -> Expression:
    """Compile the unary tests of a decision-table cell; the input value is called ``?``."""
    known = None if scope is None else {**scope, INPUT: input_type}
    return compile(source, known, unary=True, **options)


def check(
    source: str, scope: Mapping[str, Type], expect: Type | None = None, **options: Any
) -> tuple[Fault, ...]:
    """Give the faults of an expression, none when it is sound; never raises."""
    try:
        compile(source, scope, expect, **options)
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
    return node, parser.faults


def in_order(faults: list[Fault]) -> list[Fault]:
    """Sort faults by place, leaving out repetitions."""
    ordered = sorted(faults, key=lambda f: (f.line, f.column, f.code))
    return [found for i, found in enumerate(ordered) if found not in ordered[:i]]
