"""Lists of procedures (一覧): a page of a search, a whole result, and what there is to browse."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.procedures.catalogue import queries, suggest
from madoguchi.procedures.catalogue.cards import Card, entry_card, package_card
from madoguchi.procedures.catalogue.search import (
    Found,
    Hit,
    Place,
    Query,
    Shelves,
    counts,
    hits,
    page,
    search,
)
from madoguchi.procedures.catalogue.synonyms import Group, synonyms

PAGE_SIZE = 20
MOST_PER_PAGE = 100
FETCHED = 500


@dataclass(frozen=True)
class Listing:
    """One page of results.

    `counts`: facet → value → number of results. `used`: the words looked for instead, when what
    was typed gave nothing. `without_filters`: results there would be without the filters.
    `after`: where the next page begins, None on the last.
    """

    total: int
    cards: Sequence[Card]
    counts: Mapping[str, Mapping[str, int]]
    groups: Sequence[Group]
    used: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    without_filters: int = 0
    after: Place | None = None


async def search_page(
    session: AsyncSession, query: Query, size: int = PAGE_SIZE, after: Place | None = None
) -> Listing:
    """One page of what a query finds, most relevant first. Any text is fine.

    Where the words as typed find nothing, the parts of them that are known are looked for.
    """
    shelves = await queries.shelves(session)
    answer = await asyncio.to_thread(_answer, shelves, query)
    taken, more = page(shelves, answer.found, min(max(size, 1), MOST_PER_PAGE), after)
    return Listing(
        total=answer.found.total,
        cards=await _cards(session, shelves, taken),
        counts=answer.counts,
        groups=answer.found.groups,
        used=answer.found.used,
        suggestions=answer.suggestions,
        without_filters=answer.found.without_filters,
        after=taken[-1].place if more else None,
    )


async def all_cards(session: AsyncSession, query: Query) -> AsyncIterator[Card]:
    """Every result of a query in order, for downloads; 500 are fetched at a time."""
    shelves = await queries.shelves(session)
    answer = await asyncio.to_thread(_answer, shelves, query)
    waiting: list[Hit] = []
    for hit in hits(shelves, answer.found):
        waiting.append(hit)
        if len(waiting) == FETCHED:
            for card in await _cards(session, shelves, waiting):
                yield card
            waiting = []
    for card in await _cards(session, shelves, waiting):
        yield card


async def tallies(session: AsyncSession) -> Mapping[str, Mapping[str, int]]:
    """Facet → value → number of procedures, for browsing; laws only the most frequent."""
    shelves = await queries.shelves(session)
    found = await asyncio.to_thread(search, shelves, Query(), synonyms())
    return counts(shelves, found)


@dataclass(frozen=True)
class _Answer:
    found: Found
    counts: Mapping[str, Mapping[str, int]]
    suggestions: Sequence[str] = ()


def _answer(shelves: Shelves, query: Query) -> _Answer:
    found = search(shelves, query, synonyms())
    if found.without_filters or not query.text.strip():
        return _Answer(found, counts(shelves, found))
    found = suggest.relaxed(shelves, query, synonyms()) or found
    alike = suggest.suggestions(shelves, query.text, synonyms())
    return _Answer(found, counts(shelves, found), alike)


async def _cards(session: AsyncSession, shelves: Shelves, taken: Sequence[Hit]) -> list[Card]:
    entries = await queries.listed_entries(
        session, [hit.id for hit in taken if hit.part == "entries"]
    )
    packages = await queries.packages_by_id(
        session, [hit.id for hit in taken if hit.part == "packages"]
    )
    cards = []
    for hit in taken:
        if hit.part == "entries" and hit.id in entries:
            cards.append(entry_card(entries[hit.id], shelves.served_by.get(hit.id)))
        elif hit.part == "packages" and hit.id in packages:
            cards.append(package_card(packages[hit.id]))
    return cards
