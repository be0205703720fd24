"""Checking the whole journal (記録簿の検証): entries, places, tiles, checkpoint; every flaw by name."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from madoguchi.kernel.database import Database
from madoguchi.kernel.journal.models import Entry, Place, Unplaced
from madoguchi.kernel.transparency.log import Log, LogError
from madoguchi.kernel.transparency.rebuilding import climb, root_of_rests
from madoguchi.kernel.transparency.spans import (
    MOST_FLAWS,
    SPAN,
    Span,
    check_span,
    check_span_alone,
)

SPAN_LEVEL = 2  # the level of tiles on which a span is one hash
WORTH_A_PROCESS = 4  # spans: fewer are checked before another process has begun


@dataclass
class Report:
    """What was found: how many entries were read, how many wait for a place, what is wrong."""

    entries: int = 0
    waiting: int = 0
    size: int = 0
    flaws: list[str] = field(default_factory=list)

    def found(self, flaw: str) -> None:
        """Note a flaw; beyond a thousand no more is learnt from them."""
        if len(self.flaws) < MOST_FLAWS:
            self.flaws.append(flaw)


async def check_journal(
    database: Database,
    log: Log,
    progress: Callable[[int, int], None] = lambda done, of: None,
    processes: int = 1,
) -> Report:
    """Read every entry and the whole log; Report.flaws is empty when all of it agrees.

    Needs time in proportion to the entries and constant memory (but for 32 bytes a SPAN). Entries
    written meanwhile wait. With `processes`, that many check spans side by side.
    """
    report = Report()
    try:
        state = await asyncio.to_thread(log.checkpoint)
    except LogError as fault:
        report.found(f"checkpoint: {fault}")
        return report
    report.size = state.size
    tops, rests, missing = list[bytes](), list[list[bytes]](), list[tuple[int, int]]()
    async for span in _spans(database, log, state.size, processes):
        report.entries += span.entries
        for flaw in span.flaws:
            report.found(flaw)
        tops += span.tops
        rests = span.rests
        missing += span.missing
        progress(span.end, state.size)
    _name_missing(missing, report)
    level = SPAN_LEVEL
    while tops:
        tops, rest = climb(log.tiles, level, 0, tops, report.found)
        rests, level = [*rests, rest], level + 1
    if root_of_rests(rests) != state.root:
        report.found("checkpoint: its root is not that of the journal")
    try:
        await _look_for_gaps(database, report)
    except SQLAlchemyError as fault:
        report.found(f"journal: the database cannot count it ({type(fault).__name__})")
    return report


async def _spans(database: Database, log: Log, size: int, processes: int) -> AsyncIterator[Span]:
    """Every span of the log in order, checked here or by processes."""
    bounds = [(start, min(start + SPAN, size)) for start in range(0, size, SPAN)]
    if processes < 2 or len(bounds) < processes * WORTH_A_PROCESS:
        for start, end in bounds:
            yield await check_span(database, log.tiles, start, end)
        return
    url, folder = database.url.render_as_string(hide_password=False), log.tiles.folder
    # Begun anew, not forked: this process may hold connections and threads.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    try:
        loop = asyncio.get_running_loop()
        running = [
            loop.run_in_executor(pool, check_span_alone, url, folder, start, end)
            for start, end in bounds
        ]
        for span in running:
            yield await span
    finally:
        pool.shutdown(cancel_futures=True)


def _name_missing(runs: Sequence[tuple[int, int]], report: Report) -> None:
    """Name empty places, those that follow each other together."""
    joined = list[tuple[int, int]]()
    for first, count in runs:
        if joined and sum(joined[-1]) == first:
            joined[-1] = (joined[-1][0], joined[-1][1] + count)
        else:
            joined.append((first, count))
    for first, count in joined:
        if first + count == report.size:
            report.found(f"journal_place: {count} entries of the published log are missing")
        else:
            name = f"{first}" if count == 1 else f"{first}-{first + count - 1}"
            report.found(f"journal_place {name}: no entry has this place")


async def _look_for_gaps(database: Database, report: Report) -> None:
    async with database.reading() as session:
        if not database.is_sqlite:  # whole tables are compared, whatever the planner believes
            await session.execute(text("SET LOCAL enable_nestloop = off"))
        gaps = await session.execute(
            select(Entry.subject, func.max(Entry.seq), func.count())
            .group_by(Entry.subject)
            .having(func.max(Entry.seq) != func.count())
            .limit(MOST_FLAWS)
        )
        for subject, last, count in gaps:
            report.found(f"journal {subject}: {last - count} of {last} entries are missing")
        lost = await session.scalars(
            select(Entry.id)
            .outerjoin(Place, Place.entry_id == Entry.id)
            .outerjoin(Unplaced, Unplaced.entry_id == Entry.id)
            .where(Place.position.is_(None), Unplaced.entry_id.is_(None))
            .limit(MOST_FLAWS)
        )
        for entry in lost:
            report.found(f"journal {entry}: has no place and waits for none")
        report.waiting = await session.scalar(select(func.count()).select_from(Unplaced)) or 0
