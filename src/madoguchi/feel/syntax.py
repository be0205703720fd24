"""The syntax tree of FEEL (構文木): frozen nodes, each knowing its offset in the text.

Nodes are compared by identity, so a checker can keep what it learns of each in a dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from .types import Type


@dataclass(frozen=True, eq=False)
class Node:
    """Any expression; ``at`` is the offset of its first (or most telling) character."""

    at: int = field(kw_only=True, default=0)


@dataclass(frozen=True, eq=False)
class Literal(Node):
    """A constant: number, string, boolean, null, or ``@"…"`` temporal value."""

    value: Any


@dataclass(frozen=True, eq=False)
class Name(Node):
    """A name, its inner spaces reduced to one."""

    name: str


@dataclass(frozen=True, eq=False)
class Path(Node):
    """``base.name``; over a list it maps."""

    base: Node
    name: str


@dataclass(frozen=True, eq=False)
class Filter(Node):
    """``base[condition]``, the condition a position or a test of each item."""

    base: Node
    condition: Node


@dataclass(frozen=True, eq=False)
class Negation(Node):
    """``-operand``."""

    operand: Node


@dataclass(frozen=True, eq=False)
class Arithmetic(Node):
    """``left op right`` with ``+ - * / **``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class Comparison(Node):
    """``left op right`` with ``= != < <= > >=``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, eq=False)
class Logic(Node):
    """``a and b and …`` or ``a or b or …``."""

    op: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Between(Node):
    """``value between low and high``."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, eq=False)
class Test(Node):
    """``< operand`` and its like: a test of an unnamed value, or as a value a range."""

    op: str
    operand: Node


@dataclass(frozen=True, eq=False)
class In(Node):
    """``value in (tests)``: true when one of the tests holds."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Holds(Node):
    """A unary test that speaks of ``?`` itself: it holds when it is true."""

    condition: Node


@dataclass(frozen=True, eq=False)
class If(Node):
    """``if condition then yes else no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, eq=False)
class Iteration(Node):
    """``name in domain`` or ``name in domain..end`` of a for, some or every."""

    name: str
    domain: Node
    end: Node | None = None


@dataclass(frozen=True, eq=False)
class For(Node):
    """``for iterations return body``."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, eq=False)
class Quantified(Node):
    """``some|every iterations satisfies condition``."""

    word: str
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, eq=False)
class InstanceOf(Node):
    """``value instance of type``; the type is None when no such type is known."""

    value: Node
    type: Type | None
    type_name: str


@dataclass(frozen=True, eq=False)
class Call(Node):
    """``function(arguments)``; ``names`` is given when the arguments are named."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Function(Node):
    """``function(parameters) body``; an external body is None and gives null."""

    parameters: tuple[tuple[str, Type], ...]
    body: Node | None


@dataclass(frozen=True, eq=False)
class ListOf(Node):
    """``[a, b, …]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class ContextOf(Node):
    """``{name: value, …}``; later entries see the earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, eq=False)
class RangeOf(Node):
    """``[low..high]``, open where ``(``, ``)`` or a bracket turned outwards is written."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


def children(node: Node) -> Iterator[Node]:
    """Go through the direct parts of a node."""
    pending = [getattr(node, f.name) for f in fields(node)]
    for part in pending:
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            pending.extend(part)
