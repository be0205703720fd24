"""Scopes (有効範囲): what a name in an expression stands for, and which data it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .builtins import BUILTINS, Builtin
from .types import ANY, ContextType, FunctionType, Type

Origin = tuple[str, ...] | None


@dataclass(frozen=True, eq=False)
class Local:
    """A name declared inside the expression; ``origin`` is the data it walks through, if any."""

    name: str
    type: Type
    origin: Origin = None


@dataclass(frozen=True)
class Variable:
    """A name of the context the expression is evaluated in."""

    name: str
    type: Type

    @property
    def origin(self) -> Origin:
        """The data read: a function of the context is none."""
        return None if isinstance(self.type, FunctionType) else (self.name,)


@dataclass(frozen=True)
class Member:
    """An entry of the item a filter looks at; when unsure, ``otherwise`` is tried."""

    item: Local
    name: str
    type: Type
    origin: Origin
    unsure: bool = False
    otherwise: Variable | Member | Builtin | None = None


Binding = Local | Variable | Member | Builtin


class Scope:
    """The names visible at one place: those of the context, then each construct's own."""

    def __init__(self, variables: Mapping[str, Type] | None) -> None:
        self.variables = variables
        self.frames: list[dict[str, Local] | Local] = []  # a bare Local: the item of a filter

    def resolve(self, name: str, depth: int | None = None) -> Binding | None:
        """Find what a name stands for, innermost first, in the ``depth`` outer constructs."""
        for level in reversed(range(len(self.frames) if depth is None else depth)):
            frame = self.frames[level]
            found = self.member(frame, name, level) if isinstance(frame, Local) else frame.get(name)
            if found:
                return found
        if name in (self.variables or ()):
            return Variable(name, (self.variables or {})[name])
        if self.variables is None and name not in BUILTINS:
            return Variable(name, ANY)
        return BUILTINS.get(name)

    def member(self, item: Local, name: str, level: int) -> Member | None:
        """Find an entry of the item of a filter; of an open one any name may be."""
        entries = item.type.entries if isinstance(item.type, ContextType) else {}
        origin = item.origin and (*item.origin, name)
        if name in entries:
            return Member(item, name, entries[name], origin)
        outer = self.resolve(name, level)
        if isinstance(outer, Local) or not (item.type == ANY or getattr(item.type, "open", False)):
            return None
        if self.variables is not None and isinstance(outer, Variable):
            origin = outer.origin
        return Member(item, name, ANY, origin, unsure=True, otherwise=outer)

    def known_names(self) -> Iterable[str]:
        """List all names visible here, for suggestions."""
        for frame in self.frames:
            if isinstance(frame, dict):
                yield from frame
            elif isinstance(frame.type, ContextType):
                yield from frame.type.entries
        yield from self.variables or ()
        yield from BUILTINS
