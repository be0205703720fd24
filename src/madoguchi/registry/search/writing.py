"""Filling an index: all of it, or what changed."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from tantivy import Index, IndexWriter, Order

from madoguchi.kernel.ahead import ahead
from madoguchi.kernel.database import Database
from madoguchi.registry import changes
from madoguchi.registry.search import entries
from madoguchi.registry.search.entries import Entry
from madoguchi.registry.search.fields import CLOSED, OPEN, at_place, document, schema
from madoguchi.registry.search.generations import (
    State,
    begin,
    current,
    read_state,
    serve,
    unfinished,
    write_state,
    writing,
)
from madoguchi.registry.search.queries import equals

BUILDING_BYTES = 600_000_000  # what a builder collects before it writes: few, large pieces
CHANGING_BYTES = 60_000_000
COMMIT_EVERY = 500_000  # corporations; a builder that is stopped goes on behind them
CHANGES_AT_ONCE = 10  # of up to 5,000 corporations each

Tell = Callable[[int], None]


async def build(
    database: Database, folder: Path, *, tell: Tell = lambda done: None, anew: bool = False
) -> int:
    """Build a generation beside the one that is served, then have it served; how many are in it.

    Stopped, the next call goes on behind what was kept, unless `anew`. Busy when another process
    writes. `tell` is told how many corporations of this call are in.
    """
    with writing(folder):
        generation = None if anew else unfinished(folder)
        if generation is None:
            async with database.reading() as session:
                generation = begin(folder, await changes.newest(session))
        index = Index(schema(), path=str(generation))
        writer = index.writer(heap_size=BUILDING_BYTES, num_threads=1)
        done, kept = 0, 0
        async for some in ahead(entries.every(database, last_in(index))):
            await asyncio.to_thread(_add, writer, some)
            done += len(some)
            tell(done)
            if done - kept >= COMMIT_EVERY:
                await asyncio.to_thread(writer.commit)
                kept = done
        await asyncio.to_thread(_close, writer)
        state = read_state(generation)
        assert state is not None  # begun above  # noqa: S101
        await _catch_up(database, index, generation, state)
        state = read_state(generation) or state
        write_state(generation, State(state.place, whole=True))
        serve(folder, generation)
        index.reload()
        return index.searcher().num_docs


async def catch_up(database: Database, folder: Path) -> int | None:
    """Take in what changed since; how many corporations, None when the index must be built (anew).

    Busy when another process writes.
    """
    with writing(folder):
        generation = current(folder)
        state = read_state(generation) if generation is not None else None
        if generation is None or state is None:
            return None
        async with database.reading() as session:
            if await changes.since(session, state.place, 1) == []:
                return 0
        return await _catch_up(database, Index.open(str(generation)), generation, state)


async def _catch_up(database: Database, index: Index, generation: Path, state: State) -> int | None:
    """Changes in their order; the place is written after what it stands for, never before."""
    changed = 0
    while True:
        async with database.reading() as session:
            found = await changes.since(session, state.place, CHANGES_AT_ONCE)
            if not found:
                return changed if found is not None else None
            numbers = sorted({number for change in found for number in change.numbers})
            now = await entries.of(session, numbers)
        await asyncio.to_thread(_replace, index, numbers, now)
        changed += len(numbers)
        state = State(found[-1].place, whole=state.whole)
        write_state(generation, state)


def last_in(index: Index) -> str:
    """The highest number in an index that is being built; "" in an empty one."""
    index.reload()
    searcher = index.searcher()
    highest = ""
    for status in (OPEN, CLOSED):
        result = searcher.search(
            equals("status", status), 1, count=False, order_by_field="place", order=Order.Desc
        )
        for place, _ in result.hits:
            highest = max(highest, at_place(place)[0])
    return highest


def _add(writer: IndexWriter, some: Sequence[Entry]) -> None:
    for entry in some:
        writer.add_document(document(entry))


def _replace(index: Index, numbers: Sequence[str], now: Sequence[Entry]) -> None:
    writer = index.writer(heap_size=CHANGING_BYTES, num_threads=1)
    for number in numbers:
        writer.delete_documents_by_term("number", number)
    _add(writer, now)
    _close(writer)


def _close(writer: IndexWriter) -> None:
    writer.commit()
    writer.wait_merging_threads()
