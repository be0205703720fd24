"""How far a job is, seen from inside and outside."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import (
    DONE,
    RUNNING,
    WAITING,
    JobContext,
    Worker,
    progress,
)
from tests.kernel.jobs.work import add, jobs, note


async def test_progress_is_readable_while_it_runs_and_afterwards(database: Database) -> None:
    seen: list[Any] = []

    async def handler(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        for done in range(4):
            await context.progress(done, 3, f"{done}件目")
            if done == 2:
                await note(session, payload, context)
                await session.flush()  # SQLite: from here on the write lock is ours
            async with database.reading() as other:
                found = await progress(other, "note", "k")
                seen.append((found.state, found.done, found.total, found.note))

    await add(database, "note", {"n": 1}, key="k")
    async with database.reading() as session:
        assert (await progress(session, "note", "k")).state == WAITING
        assert await progress(session, "note", "unknown") is None
    await Worker(database, {"note": handler}).drain()
    assert seen == [(RUNNING, n, 3, f"{n}件目") for n in range(4)]
    async with database.reading() as session:
        found = await progress(session, "note", "k")
    assert (found.state, found.done, found.total, found.note) == (DONE, 3, 3, "3件目")


async def test_progress_is_in_the_database_for_other_processes(database: Database) -> None:
    rows: list[tuple[int, int | None]] = []

    async def handler(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        await context.progress(1, 9)
        rows.extend((job.progress_done, job.progress_total) for job in await jobs(database))

    await add(database, "note", {"n": 1})
    await Worker(database, {"note": handler}).drain()
    assert rows == [(1, 9)]
