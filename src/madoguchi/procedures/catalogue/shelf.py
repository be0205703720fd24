"""A text index in memory (検索の棚): which rows hold a word, and which have a property.

A set of rows is one Python integer with a bit per row; the first row is the highest bit. Rows stand
in the order they are listed in (most filings a year first), so the order of bits is the order of
results, filters are `&`, and counting is `bit_count()`. For each character there is the set of rows
holding it; the rows with all characters of a word are then read to see whether it is there.

Why not an inverted index in the database: bigrams in FTS5 or a tsvector answer rare words in 3 ms,
but a word such as 申請, which 12,000 names hold, took 65 to 100 ms with its facets, and in two
dialects. At a million rows the balance tips: then this file is what to replace.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import NamedTuple

from madoguchi.procedures.catalogue.words import fold

REMEMBERED_WORDS = 256

_TRUTH = bytes.maketrans(b"01", b"\0\1")


class Item(NamedTuple):
    """One row on the shelf. `properties` maps a facet to its values, e.g. {"ministry": ("…",)}.

    `law`, `article` and `more_laws` are searched as the law, `rest` as everything else.
    """

    id: str
    yearly: int
    name: str
    law: str
    article: str
    more_laws: str
    rest: Sequence[str]
    properties: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class WordRows:
    """Rows holding a word: in the name, in the name or law, anywhere."""

    name: int
    law: int
    anywhere: int


class Shelf:
    """Rows with their text and properties; never changed after it is made."""

    def __init__(self, items: Sequence[Item]) -> None:
        ordered = sorted(items, key=lambda item: (-item.yearly, item.id))
        self.ids = [item.id for item in ordered]
        self.keys = [(-item.yearly, item.id) for item in ordered]
        self.size = len(ordered)
        self.everything = (1 << self.size) - 1
        self.laws = [item.law for item in ordered]
        self.properties = _property_rows(ordered)
        self._names, self._laws, self._texts = _texts(ordered)
        self._with_character = _character_rows(self._texts)
        self.rows_with = lru_cache(REMEMBERED_WORDS)(self._rows_with)

    def _rows_with(self, word: str) -> WordRows:
        """Rows whose text holds a folded word."""
        names, laws, anywhere = (bytearray(self.size) for _ in range(3))
        texts, in_names, in_laws = self._texts, self._names, self._laws
        for row in self.positions(self._candidates(word)):
            if word in texts[row]:
                anywhere[row] = 1
                if word in in_names[row]:
                    names[row] = laws[row] = 1
                elif word in in_laws[row]:
                    laws[row] = 1
        return WordRows(_as_set(names), _as_set(laws), _as_set(anywhere))

    def _candidates(self, word: str) -> int:
        """Rows holding every character of a word, in whatever order."""
        rows = self.everything
        for character in set(word):
            rows &= self._with_character.get(character, 0)
        return rows

    def holds(self, word: str) -> bool:
        """Whether any row holds a folded word."""
        return any(word in self._texts[row] for row in self.positions(self._candidates(word)))

    def having(self, facet: str, values: Sequence[str]) -> int:
        """Rows with any of the values of a facet; `law` is looked up by its name."""
        if facet == "law":
            wanted = set(values)
            return _as_set(bytes(law in wanted for law in self.laws))
        rows = 0
        for value in values:
            rows |= self.properties.get(facet, {}).get(value, 0)
        return rows

    def among(self, ids: frozenset[str]) -> int:
        """Rows with these ids."""
        return _as_set(bytes(known in ids for known in self.ids)) if ids else 0

    def counts(self, facet: str, rows: int) -> dict[str, int]:
        """How many of the rows have each value of a facet; values without any are left out."""
        if not rows:
            return {}
        if facet == "law":
            return dict(Counter(law for law in compress(self.laws, self._flags(rows)) if law))
        counted = {
            value: (rows & holders).bit_count()
            for value, holders in self.properties.get(facet, {}).items()
        }
        return {value: count for value, count in counted.items() if count}

    def positions(self, rows: int, after: tuple[int, str] | None = None) -> Iterator[int]:
        """Positions of all rows of a set, in order."""
        if not rows:
            return
        flags = self._flags(rows)
        place = flags.find(1, bisect_right(self.keys, after) if after else 0)
        while place >= 0:
            yield place
            place = flags.find(1, place + 1)

    def _flags(self, rows: int) -> bytes:
        return format(rows, f"0{self.size}b").encode().translate(_TRUTH)


def _as_set(flags: bytes | bytearray) -> int:
    """One byte (0 or 1) per row → a set of rows."""
    return int(flags.translate(_FLAGS), 2) if flags else 0


_FLAGS = bytes.maketrans(b"\0\1", b"01")


def _character_rows(texts: Sequence[str]) -> dict[str, int]:
    places: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        for character in set(text):
            if character in places:
                places[character].append(row)
            else:
                places[character] = [row]
    return {character: _set_of(rows, len(texts)) for character, rows in places.items()}


def _set_of(rows: Sequence[int], size: int) -> int:
    """Positions → a set of rows."""
    flags = bytearray(b"0" * size)
    for row in rows:
        flags[row] = 49  # "1"
    return int(flags, 2)


def _property_rows(items: Sequence[Item]) -> dict[str, dict[str, int]]:
    places: dict[str, dict[str, list[int]]] = {}
    for row, item in enumerate(items):
        for facet, values in item.properties.items():
            for value in values:
                places.setdefault(facet, {}).setdefault(value, []).append(row)
    return {
        facet: {value: _set_of(rows, len(items)) for value, rows in holders.items()}
        for facet, holders in places.items()
    }


def _texts(items: Sequence[Item]) -> tuple[list[str], list[str], list[str]]:
    """Folded name, law and whole text of each row. What recurs in many rows is folded once."""
    once = lru_cache(None)(fold)
    joined = lru_cache(None)(lambda parts: "\n".join(map(fold, parts)))
    names = [fold(item.name) for item in items]
    laws = [
        f"{once(item.law)}{once(item.article)}\n{once(item.more_laws)}" if item.law else ""
        for item in items
    ]
    # A line end between the parts keeps a word from matching across them.
    texts = [
        "\n".join((name, law, joined(tuple(item.rest)), item.id.casefold()))
        for name, law, item in zip(names, laws, items, strict=True)
    ]
    return names, laws, texts
