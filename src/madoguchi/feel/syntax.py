"""The syntax tree of FEEL (構文木): frozen nodes, each knowing its offset in the text.

Nodes are compared by identity, so a checker can keep what it learns of each in a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, dataclass_transform

from .types import Type

INPUT = "?"


@dataclass_transform(eq_default=False, frozen_default=True, field_specifiers=(field,))
@dataclass(frozen=True, eq=False)
class Node:
    """Any expression; ``at`` is the offset of its first (or most telling) character."""

    at: int = field(kw_only=True, default=0)

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, eq=False)(cls)


class Literal(Node):
    """A constant: number, string, boolean, null, or ``@"…"`` temporal value."""

    value: Any


class Name(Node):
    """A name, its inner spaces reduced to one."""

    name: str


class Path(Node):
    """``base.name``; over a list it maps."""

    base: Node
    name: str


class Filter(Node):
    """``base[condition]``, the condition a position or a test of each item."""

    base: Node
    condition: Node


class Negation(Node):
    """``-operand``."""

    operand: Node


class Arithmetic(Node):
    """``left op right`` with ``+ - * / **``."""

    op: str
    left: Node
    right: Node


class Comparison(Node):
    """``left op right`` with ``= != < <= > >=``."""

    op: str
    left: Node
    right: Node


class Logic(Node):
    """``a and b and …`` or ``a or b or …``."""

    op: str
    operands: tuple[Node, ...]


class Between(Node):
    """``value between low and high``."""

    value: Node
    low: Node
    high: Node


class Test(Node):
    """``< operand`` and its like: a test of an unnamed value, or as a value a range."""

    op: str
    operand: Node


class In(Node):
    """``value in (tests)``: true when one of the tests holds."""

    value: Node
    tests: tuple[Node, ...]


class Holds(Node):
    """A unary test that speaks of ``?`` itself: it holds when it is true."""

    condition: Node


class If(Node):
    """``if condition then yes else no``."""

    condition: Node
    yes: Node
    no: Node


class Iteration(Node):
    """``name in domain`` or ``name in domain..end`` of a for, some or every."""

    name: str
    domain: Node
    end: Node | None = None


class For(Node):
    """``for iterations return body``."""

    iterations: tuple[Iteration, ...]
    body: Node


class Quantified(Node):
    """``some|every iterations satisfies condition``."""

    word: str
    iterations: tuple[Iteration, ...]
    condition: Node


class InstanceOf(Node):
    """``value instance of type``; the type is None when no such type is known."""

    value: Node
    type: Type | None
    type_name: str


class Call(Node):
    """``function(arguments)``; ``names`` is given when the arguments are named."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


class Function(Node):
    """``function(parameters) body``; an external body is None and gives null."""

    parameters: tuple[tuple[str, Type], ...]
    body: Node | None


class ListOf(Node):
    """``[a, b, …]``."""

    items: tuple[Node, ...]


class ContextOf(Node):
    """``{name: value, …}``; later entries see the earlier ones."""

    entries: tuple[tuple[str, Node], ...]


class RangeOf(Node):
    """``[low..high]``, open where ``(``, ``)`` or a bracket turned outwards is written."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


def children(node: Node) -> Iterator[Node]:
    """Go through the direct parts of a node."""
    names: tuple[str, ...] = node.__match_args__
    pending: list[Any] = [getattr(node, name) for name in names]
    for part in pending:
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            pending.extend(part)


def walk(node: Node) -> Iterator[Node]:
    """Go through a node and all its parts at any depth."""
    pending = [node]
    for part in pending:
        yield part
        pending.extend(children(part))
