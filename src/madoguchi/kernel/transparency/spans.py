"""Checking one span of the log (区間の検証): 65,536 neighbouring entries, two levels of tiles.

A span needs nothing but its own entries and gives one hash upwards, so any number of processes
may check spans side by side, in any order, each in constant memory.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from madoguchi.kernel.database import Database, create_database
from madoguchi.kernel.journal.checking import RAW, leaf_of
from madoguchi.kernel.journal.models import Entry, Place
from madoguchi.kernel.transparency.rebuilding import UNKNOWN, climb
from madoguchi.kernel.transparency.tiles import WIDTH, Tiles

SPAN = WIDTH * WIDTH
PAGE = 4096
MOST_FLAWS = 1000
_PLACES, _ENTRIES = Place.__table__, Entry.__table__


@dataclass
class Span:
    """What was found in the places [start, end): `tops`, the hash over a full span; `rests`, the
    hashes in the partial tiles of the last one; `missing`, runs (first, how many) of empty places.
    """

    start: int
    end: int
    entries: int = 0
    tops: list[bytes] = field(default_factory=list)
    rests: list[list[bytes]] = field(default_factory=list)
    missing: list[tuple[int, int]] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)

    def found(self, flaw: str) -> None:
        """Note a flaw; beyond a thousand no more is learnt from them."""
        if len(self.flaws) < MOST_FLAWS:
            self.flaws.append(flaw)


async def check_span(database: Database, tiles: Tiles, start: int, end: int) -> Span:
    """Read the entries placed in [start, end), make their leaves, compare the tiles over them.

    `start` is a multiple of SPAN; `end` at most SPAN away, nearer only at the end of the log.
    """
    span, leaves = Span(start, end), list[bytes]()
    for page in range(start, end, PAGE):
        rows = await _read(database, page, min(page + PAGE, end), span)
        span.entries += len(rows)
        for position, *entry in rows:
            if start + len(leaves) < position:
                _left_out(span, leaves, position)
            leaves.append(_leaf(span, position, entry))
    _left_out(span, leaves, end)
    above, rest = climb(tiles, 0, start // WIDTH, leaves, span.found)
    span.tops, rest_above = climb(tiles, 1, start // SPAN, above, span.found)
    span.rests = [rest, rest_above]
    return span


def check_span_alone(url: str, folder: Path, start: int, end: int) -> Span:
    """The same in a process of its own, from the address of the database and the tiles' folder."""

    async def check() -> Span:
        database = create_database(url)
        try:
            return await check_span(database, Tiles(folder), start, end)
        finally:
            await database.dispose()

    return asyncio.run(check())


def _leaf(span: Span, position: int, entry: Sequence[Any]) -> bytes:
    """The leaf of an entry by its columns RAW; what is wrong with it is noted."""
    if not entry:
        return UNKNOWN  # the database cannot read it: `_read` has said so
    if entry[0] is None:
        span.found(f"journal_place {position}: its entry is missing")
        return UNKNOWN
    leaf, whole = leaf_of(entry)
    if not whole:
        span.found(f"journal {entry[0]} ({entry[1]} {entry[2]}): was changed")
    return UNKNOWN if leaf is None else leaf


def _left_out(span: Span, leaves: list[bytes], position: int) -> None:
    """Note the places up to `position` that no row has."""
    reached = span.start + len(leaves)
    if reached < position:
        span.missing.append((reached, position - reached))
        leaves += [UNKNOWN] * (position - reached)


async def _read(database: Database, start: int, end: int, span: Span) -> list[Sequence[Any]]:
    """The rows of a page; what the database cannot read is looked for by halves, and named."""
    try:
        async with database.reading() as session:
            if not database.is_sqlite:  # by the index, whatever the planner believes of the tables
                await session.execute(text("SET LOCAL enable_hashjoin = off"))
                await session.execute(text("SET LOCAL enable_mergejoin = off"))
            rows = await session.execute(
                select(_PLACES.c.position, *RAW)
                .select_from(_PLACES.outerjoin(_ENTRIES, _ENTRIES.c.id == _PLACES.c.entry_id))
                .where(_PLACES.c.position >= start, _PLACES.c.position < end)
                .order_by(_PLACES.c.position)
            )
            return list(rows.all())
    except SQLAlchemyError as fault:
        if end - start == 1:
            span.found(
                f"journal_place {start}: the database cannot read it ({type(fault).__name__})"
            )
            return [(start,)]
        middle = (start + end) // 2
        left = await _read(database, start, middle, span)
        return left + await _read(database, middle, end, span)
