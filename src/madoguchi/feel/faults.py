"""Faults (誤り) of an expression: where, what (Japanese and English), and what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import normalize

from .texts import TEXTS
from .types import Type

MOST_FAULTS = 50  # of one expression; nobody reads more, and each costs time


@dataclass(frozen=True)
class Fault:
    """One fault (誤り) in an expression; line and column count from 1 within its text."""

    line: int
    column: int
    code: str
    message: dict[str, str]
    suggestion: str | None = None

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message['en']}"


class FeelError(ValueError):
    """The text is no valid expression; ``faults`` says why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


def fault(
    source: str, at: int, code: str, suggestion: str | None = None, **params: object
) -> Fault:
    """Describe a fault at the offset ``at`` of ``source``, its message filled with ``params``."""
    line = source.count("\n", 0, at) + 1
    column = at - source.rfind("\n", 0, at)
    message = {}
    for language in ("ja", "en"):
        values = {name: _said(value, language) for name, value in params.items()}
        message[language] = TEXTS["faults"][code][language].format(**values)
        if suggestion:
            message[language] += TEXTS["faults"]["meant"][language].format(suggestion=suggestion)
    return Fault(line, column, code, message, suggestion)


def _said(value: object, language: str) -> object:
    if isinstance(value, Type):
        return value.ja if language == "ja" else value
    return value[language] if isinstance(value, dict) else value


def is_full_width(name: str) -> bool:
    """Tell whether a name holds signs, digits or letters in full width (＞, ３, （)."""
    return any("！" <= c <= "～" for c in name)


def unknown_name(source: str, at: int, name: str, known: Iterable[str]) -> Fault:
    """Describe a name that means nothing, with the commonest slips of Japanese input methods."""
    if name.startswith(("「", "『", "“")):
        return fault(source, at, "quotes", f'"{name.strip("「」『』“”")}"', name=name)
    if is_full_width(name):
        return fault(source, at, "full-width", normalize("NFKC", name), name=name)
    return fault(source, at, "unknown-name", nearest(name, known), name=name)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that was perhaps meant."""
    folded = {_folded(candidate): candidate for candidate in known}
    close = get_close_matches(name, folded.values(), n=1)
    return folded.get(_folded(name)) or (close[0] if close else None)


def _folded(name: str) -> str:
    return name.casefold().replace(" ", "").replace("_", "")
