"""Searching the shelves (検索): words and filters in; rows in order of relevance, counts out. Pure.

Every word must be found (AND). Packages come first, as they can be filled in here; then the
survey's rows. Within each: all words in the name as typed, in the name through synonyms, in the
name or law, anywhere. Within those: most filings a year first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import islice
from operator import and_, or_

from madoguchi.procedures.catalogue.shelf import Shelf, WordRows
from madoguchi.procedures.catalogue.synonyms import Group, Synonyms
from madoguchi.procedures.catalogue.words import split

FACETS = ("kind", "ministry", "online", "event", "profession", "law", "structured")
MOST_VALUES = 50
MOST_LAWS = 20
PARTS = ("packages", "entries")


@dataclass(frozen=True)
class Query:
    """What was asked: text as typed, and the wanted values of each facet (any of them).

    `carried`: the number of a corporation that goes along to the procedure; it filters nothing.
    """

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    carried: str = ""


@dataclass(frozen=True)
class Place:
    """Where a result stands, so that the next page can begin after it."""

    part: int
    tier: int
    key: tuple[int, str]


@dataclass(frozen=True)
class Hit:
    """One result: `part` is "packages" or "entries"."""

    part: str
    id: str
    place: Place


@dataclass(frozen=True)
class Found:
    """All results of a query, not yet fetched.

    `groups`: what each part of the text was taken to mean. `tiers`: per part, disjoint sets of
    rows, best first. `unfiltered` and `passing`: per part, the rows the text finds, and those each
    filter lets pass. `used`: the words looked for instead, when what was typed gave nothing.
    """

    groups: tuple[Group, ...]
    tiers: tuple[tuple[int, ...], ...]
    unfiltered: tuple[int, ...]
    passing: tuple[Mapping[str, int], ...]
    used: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Number of results."""
        return sum(rows.bit_count() for tiers in self.tiers for rows in tiers)

    @property
    def without_filters(self) -> int:
        """Number of results there would be without filters."""
        return sum(rows.bit_count() for rows in self.unfiltered)


@dataclass(frozen=True)
class Shelves:
    """The two parts of the catalogue; `served` are surveyed rows that a package serves.

    `served_by`: 手続ID → id of the published procedure that serves it.
    """

    packages: Shelf
    entries: Shelf
    served: int
    served_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Shelf, Shelf]:
        """In the order they are listed."""
        return self.packages, self.entries

    def structured(self, part: Shelf) -> int:
        """Rows that can be filled in here."""
        return self.served if part is self.entries else part.everything


def search(shelves: Shelves, query: Query, synonyms: Synonyms) -> Found:
    """Find what a query asks for. Any text is fine; no text finds everything."""
    groups = tuple(synonyms.groups(split(query.text)))
    return find(shelves, query, groups)


def find(shelves: Shelves, query: Query, groups: tuple[Group, ...]) -> Found:
    """Find rows that have a word of every group and pass every filter."""
    tiers, unfiltered, passing = [], [], []
    for shelf in shelves.parts:
        rows = _tiers(shelf, groups)
        passes = {
            facet: _having(shelves, shelf, facet, values)
            for facet, values in query.filters.items()
            if values
        }
        all_filters = reduce(and_, passes.values(), shelf.everything)
        tiers.append(tuple(tier & all_filters for tier in rows))
        unfiltered.append(reduce(or_, rows))
        passing.append(passes)
    return Found(groups, tuple(tiers), tuple(unfiltered), tuple(passing))


def counts(shelves: Shelves, found: Found) -> dict[str, dict[str, int]]:
    """Facet → value → results that pass the *other* facets' filters: what choosing it would give.

    Most frequent first; at most 50 values, 20 laws.
    """
    joined: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for shelf, rows, passing in zip(shelves.parts, found.unfiltered, found.passing, strict=True):
        for facet in FACETS:
            others = (passed for name, passed in passing.items() if name != facet)
            for value, count in _values(shelves, shelf, facet, reduce(and_, others, rows)).items():
                joined[facet][value] = joined[facet].get(value, 0) + count
    return {facet: _most_frequent(facet, values) for facet, values in joined.items()}


def hits(shelves: Shelves, found: Found, after: Place | None = None) -> Iterator[Hit]:
    """The results in order, those after a place when one is given."""
    for part, (shelf, tiers) in enumerate(zip(shelves.parts, found.tiers, strict=True)):
        for tier, rows in enumerate(tiers):
            if after and (part, tier) < (after.part, after.tier):
                continue
            within = after.key if after and (part, tier) == (after.part, after.tier) else None
            for row in shelf.positions(rows, within):
                yield Hit(PARTS[part], shelf.ids[row], Place(part, tier, shelf.keys[row]))


def page(shelves: Shelves, found: Found, size: int, after: Place | None) -> tuple[list[Hit], bool]:
    """The next `size` results, and whether there are more."""
    taken = list(islice(hits(shelves, found, after), size + 1))
    return taken[:size], len(taken) > size


def _tiers(shelf: Shelf, groups: tuple[Group, ...]) -> tuple[int, ...]:
    """Disjoint sets of rows, best first. Without words: one set with everything."""
    if not groups:
        return (shelf.everything,)
    found = [[_all_words(shelf, words) for words in group.alternatives] for group in groups]
    typed = [alternatives[0] for alternatives in found]
    meant = [
        WordRows(
            reduce(or_, (rows.name for rows in alternatives)),
            reduce(or_, (rows.law for rows in alternatives)),
            reduce(or_, (rows.anywhere for rows in alternatives)),
        )
        for alternatives in found
    ]
    nested = (
        reduce(and_, (rows.name for rows in typed)),
        reduce(and_, (rows.name for rows in meant)),
        reduce(and_, (rows.law for rows in typed)),
        reduce(and_, (rows.law for rows in meant)),
        reduce(and_, (rows.anywhere for rows in meant)),
    )
    seen, tiers = 0, []
    for rows in nested:
        tiers.append(rows & ~seen)
        seen |= rows
    return tuple(tiers)


def _all_words(shelf: Shelf, words: Sequence[str]) -> WordRows:
    found = [shelf.rows_with(word) for word in words]
    every = shelf.everything
    return WordRows(
        reduce(and_, (rows.name for rows in found), every),
        reduce(and_, (rows.law for rows in found), every),
        reduce(and_, (rows.anywhere for rows in found), every),
    )


def _having(shelves: Shelves, shelf: Shelf, facet: str, values: Sequence[str]) -> int:
    if facet != "structured":
        return shelf.having(facet, values)
    wanted = shelves.structured(shelf) if "yes" in values else 0
    return wanted | (shelf.everything & ~shelves.structured(shelf) if "no" in values else 0)


def _values(shelves: Shelves, shelf: Shelf, facet: str, rows: int) -> dict[str, int]:
    if facet == "structured":
        count = (rows & shelves.structured(shelf)).bit_count()
        return {"yes": count} if count else {}
    return shelf.counts(facet, rows)


def _most_frequent(facet: str, values: Mapping[str, int]) -> dict[str, int]:
    most = MOST_LAWS if facet == "law" else MOST_VALUES
    return dict(sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def instead(found: Found, used: Sequence[str]) -> Found:
    """The same results, marked as found with other words than those typed."""
    return replace(found, used=tuple(used))
