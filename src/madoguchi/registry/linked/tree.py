"""Trees of properties, and the quads they stand for: shared structures once, or in full each time."""

from collections.abc import Iterator
from enum import Enum
from itertools import count
from typing import NamedTuple, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from madoguchi.registry.linked.vocabulary import TYPE

Value: TypeAlias = "NamedNode | Literal | Thing"


class Thing(NamedTuple):
    """A resource: its class, its properties in their order, and its own IRI if it has one.

    `shared` names a structure that many records repeat (公表組織, 区分, 更新日時): in the compact
    shape it is an IRI written once, in the full one a blank node each time.
    """

    kind: NamedNode | None
    properties: tuple[tuple[NamedNode, Value], ...]
    iri: NamedNode | None = None
    shared: NamedNode | None = None


class Shape(Enum):
    """How structures that repeat are written."""

    COMPACT = "compact"
    FULL = "full"


class Writer:
    """Turns trees into quads. Blank nodes are numbered; what is shared is written by the first."""

    def __init__(self, shape: Shape, label: str = "b") -> None:
        self._shape, self._label = shape, label
        self._numbers = count()
        self._written: set[tuple[str, str]] = set()

    def quads(self, thing: Thing, graph: NamedNode) -> Iterator[Quad]:
        """The quads of a tree in a graph, those of its branches behind its own."""
        return self._quads(thing, self._name(thing), graph)

    def _name(self, thing: Thing) -> NamedNode | BlankNode:
        if thing.iri is not None:
            return thing.iri
        if thing.shared is not None and self._shape is Shape.COMPACT:
            return thing.shared
        return BlankNode(f"{self._label}{next(self._numbers)}")

    def _quads(self, thing: Thing, name: NamedNode | BlankNode, graph: NamedNode) -> Iterator[Quad]:
        if thing.kind is not None:
            yield Quad(name, TYPE, thing.kind, graph)
        for predicate, value in thing.properties:
            if not isinstance(value, Thing):
                yield Quad(name, predicate, value, graph)
                continue
            branch = self._name(value)
            yield Quad(name, predicate, branch, graph)
            if branch == value.shared:
                key = (branch.value, graph.value)
                if key in self._written:
                    continue
                self._written.add(key)
            yield from self._quads(value, branch, graph)
