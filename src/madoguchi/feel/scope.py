"""Scopes (有効範囲): what a name in an expression stands for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .builtins import BUILTINS, Builtin
from .types import ANY, ContextType, Type

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


@dataclass(frozen=True)
class Member:
    """An entry of the item a filter looks at; when unsure, ``otherwise`` is tried."""

    item: Local
    name: str
    type: Type
    unsure: bool = False
    otherwise: Local | Variable | Member | Builtin | None = None


Binding = Local | Variable | Member | Builtin


class Scope:
    """The names visible at one place: those of the context, then each construct's own."""

    def __init__(self, variables: Mapping[str, Type] | None) -> None:
        self.variables = variables
        self.frames: list[dict[str, Local] | Local] = []  # a bare Local: the item of a filter

    def resolve(self, name: str) -> Binding | None:
        """Find what a name stands for, innermost first."""
        return self._within(name, len(self.frames))

    def _within(self, name: str, depth: int) -> Binding | None:
        for level in range(depth - 1, -1, -1):
            frame = self.frames[level]
            if isinstance(frame, dict):
                if name in frame:
                    return frame[name]
                continue
            kind = frame.type
            if isinstance(kind, ContextType) and name in kind.entries:
                return Member(frame, name, kind.entries[name])
            if kind == ANY or (isinstance(kind, ContextType) and kind.open):
                outer = self._within(name, level)
                if not isinstance(outer, Local):
                    return Member(frame, name, ANY, unsure=True, otherwise=outer)
        if self.variables is not None and name in self.variables:
            return Variable(name, self.variables[name])
        if self.variables is None and name not in BUILTINS:
            return Variable(name, ANY)
        return BUILTINS.get(name)

    def known_names(self) -> Iterable[str]:
        """List all names visible here, for suggestions."""
        for frame in self.frames:
            if isinstance(frame, dict):
                yield from frame
            elif isinstance(frame.type, ContextType):
                yield from frame.type.entries
        yield from self.variables or ()
        yield from BUILTINS
