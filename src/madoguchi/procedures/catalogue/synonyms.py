"""Plain words people search with, and what the law calls it (言い換え). Data: synonyms.toml."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from madoguchi.procedures.catalogue.words import clean, fold, runs

Alternative = tuple[str, ...]
"""Folded words that must all be there."""


@dataclass(frozen=True)
class Group:
    """What one part of a query asks for: any of the alternatives; the first is what was typed."""

    said: str
    alternatives: tuple[Alternative, ...]
    meanings: tuple[str, ...] = ()
    """The alternatives as people read them."""


@dataclass(frozen=True)
class Synonyms:
    """Phrases (cleaned) → what they mean, longest phrase first."""

    phrases: tuple[tuple[str, tuple[str, ...]], ...]

    def groups(self, words: Iterable[str]) -> list[Group]:
        """The groups of cleaned words; a phrase may lie inside a word or span several.

        「引っ越し 届出」 → [引っ越し or 転居 or 転入 …], [届出].
        """
        text = " ".join(words)
        found = self._find(text)
        if found is None:
            return [Group(word, ((fold(word),),)) for word in text.split() if fold(word)]
        phrase, meanings = found
        before, _, after = text.partition(phrase)
        typed = tuple(fold(word) for word in phrase.split() if fold(word))
        return [
            *self.groups(_beside(before, -1)),
            Group(phrase, (typed, *map(_folded, meanings)), meanings),
            *self.groups(_beside(after, 0)),
        ]

    def _find(self, text: str) -> tuple[str, tuple[str, ...]] | None:
        return next((pair for pair in self.phrases if _stands_in(pair[0], text)), None)


def _stands_in(phrase: str, text: str) -> bool:
    """Latin phrases must be whole words: "car" is not in "care"."""
    if not phrase.isascii():
        return phrase in text
    return f" {phrase} " in f" {text} "


def _folded(meaning: str) -> Alternative:
    return tuple(fold(word) for word in clean(meaning).split())


def _beside(text: str, cut: int) -> list[str]:
    """Words left beside a phrase; `cut` is the place of the one it may have cut: 0 or -1.

    Of a cut word only the runs that say something stay: 「ときの届出」 → 届出.
    """
    words = text.split()
    is_cut = bool(words) and not text[cut].isspace()
    if not is_cut:
        return words
    pieces = runs(words[cut])
    return [*pieces, *words[1:]] if cut == 0 else [*words[:-1], *pieces]


@cache
def synonyms() -> Synonyms:
    """The synonyms that ship with the program. ValueError when the file is faulty."""
    text = Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8")
    return read_synonyms(text)


def read_synonyms(text: str) -> Synonyms:
    """Read `[[synonym]] say = ["お店を開く"] find = ["飲食店営業", "営業 許可"]`."""
    phrases: dict[str, tuple[str, ...]] = {}
    for entry in tomllib.loads(text)["synonym"]:
        for said in entry["say"]:
            phrase = clean(said)
            if phrase in phrases:
                raise ValueError(f"{said} is said twice")
            phrases[phrase] = tuple(entry["find"])
    return Synonyms(tuple(sorted(phrases.items(), key=lambda pair: -len(pair[0]))))
