"""What to offer when a search finds nothing (見つからないとき). Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

from madoguchi.procedures.catalogue.search import Found, Query, Shelves, find, instead
from madoguchi.procedures.catalogue.synonyms import Group, Synonyms
from madoguchi.procedures.catalogue.words import bigrams, fold, likeness, runs, split

MOST_SUGGESTIONS = 5
ALIKE = 0.5
_KANJI = re.compile(r"[一-鿿々〆]+")


def relaxed(shelves: Shelves, query: Query, synonyms: Synonyms) -> Found | None:
    """Results for the parts of the words that the catalogue knows; None when it knows none.

    「高圧ガスの製造を始めたい」 is looked for as 高圧 ガス 製造. The rarest part says most, so
    parts are added from the rarest on, as long as something is found.
    """
    asked = synonyms.groups(split(query.text))
    parts = {part for group in asked for part in _parts(shelves, group)}
    ranked = sorted(parts, key=lambda group: (_frequency(shelves, group), group.said))
    kept: tuple[Group, ...] = ()
    best: Found | None = None
    for part in ranked:
        tried = find(shelves, query, (*kept, part))
        if tried.total:
            kept, best = (*kept, part), tried
    if best is None:
        return None
    return instead(best, [group.said for group in kept])


def suggestions(shelves: Shelves, text: str, synonyms: Synonyms) -> list[str]:
    """Names of laws, life events and known phrases that look like what was typed."""
    wanted = bigrams(fold("".join(split(text))))
    if not wanted:
        return []
    scored = {name: likeness(wanted, _pairs(name)) for name in set(_known_names(shelves, synonyms))}
    close = sorted((-score, name) for name, score in scored.items() if score >= ALIKE)
    return [name for _, name in close[:MOST_SUGGESTIONS]]


@lru_cache(10_000)
def _pairs(name: str) -> set[str]:
    return bigrams(fold(name))


def _known_names(shelves: Shelves, synonyms: Synonyms) -> Iterator[str]:
    for shelf in shelves.parts:
        yield from set(shelf.laws)
        for facet in ("event", "ministry", "profession"):
            yield from shelf.properties.get(facet, {})
    yield from (phrase for phrase, _ in synonyms.phrases)


def _parts(shelves: Shelves, group: Group) -> Iterator[Group]:
    """A group that finds something stays; else the pieces of its text that do."""
    if _frequency(shelves, group):
        yield group
        return
    for run in runs(group.said):
        for piece in _pieces(shelves, fold(run)):
            yield Group(piece, ((piece,),))


def _pieces(shelves: Shelves, run: str) -> Iterator[str]:
    """Split a run of kanji into the longest pieces that occur; other runs stay whole or go."""
    if not _KANJI.fullmatch(run):
        if len(run) > 1 and _occurs(shelves, run):
            yield run
        return
    while len(run) > 1:
        length = _longest(shelves, run)
        if length > 1:
            yield run[:length]
        run = run[max(length, 1) :]


def _longest(shelves: Shelves, run: str) -> int:
    """Length of the longest beginning of a run that occurs, by halving."""
    known, unknown = 0, len(run) + 1
    while unknown - known > 1:
        middle = (known + unknown) // 2
        known, unknown = (middle, unknown) if _occurs(shelves, run[:middle]) else (known, middle)
    return known


def _occurs(shelves: Shelves, word: str) -> bool:
    return any(shelf.holds(word) for shelf in shelves.parts)


def _frequency(shelves: Shelves, group: Group) -> int:
    return find(shelves, Query(), (group,)).total
