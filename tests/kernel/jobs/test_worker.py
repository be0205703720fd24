"""Running: each job once, by whichever worker is free."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel import journal
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import (
    DEAD,
    DONE,
    WAITING,
    Batch,
    Job,
    JobContext,
    Worker,
    enqueue,
)
from madoguchi.kernel.jobs.waking import sleeper
from tests.kernel.jobs.work import NOON, Hands, add, jobs, note, noted


async def test_a_job_runs_once_and_takes_effect(database: Database) -> None:
    await add(database, "note", {"n": 1})
    worker = Worker(database, {"note": note})
    assert await worker.run_once()
    assert not await worker.run_once()
    assert await noted(database) == [1]
    (job,) = await jobs(database)
    assert (job.state, job.attempts, job.leased_by) == (DONE, 1, None)
    assert job.finished_at is not None


async def test_a_job_waits_for_its_time(database: Database) -> None:
    clock = Hands()
    await add(database, "note", {"n": 1}, run_at=NOON + timedelta(hours=1))
    worker = Worker(database, {"note": note}, clock)
    assert await worker.drain() == 0
    clock.advance(hours=1)
    assert await worker.drain() == 1


async def test_a_worker_leaves_jobs_it_has_no_handler_for(database: Database) -> None:
    await add(database, "new in the next release", {"n": 1})
    assert await Worker(database, {"note": note}).drain() == 0
    assert await Worker(database, {}).drain() == 0
    assert (await jobs(database))[0].state == WAITING


async def test_four_workers_run_two_hundred_jobs_once_each(database: Database) -> None:
    async with database.session() as session:
        for n in range(200):
            await enqueue(session, "note", {"n": n})
        await session.commit()
    runs: Counter[int] = Counter()
    took: Counter[str] = Counter()
    finished = asyncio.Event()

    async def counted(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        runs[payload["n"]] += 1
        await asyncio.sleep(0)
        await journal.append(
            session, subject=f"note:{context.id}", action="x", actor="job", at=NOON, payload={}
        )
        if len(runs) == 200:
            finished.set()

    workers = [Worker(database, {"note": counted}, poll_seconds=0.05) for _ in range(4)]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await asyncio.wait_for(finished.wait(), 60)
    for worker in workers:
        worker.stop()
    await asyncio.wait_for(asyncio.gather(*running), 60)
    assert runs == dict.fromkeys(range(200), 1)
    stored = await jobs(database)
    took.update(job.state for job in stored)
    assert took == {DONE: 200}
    async with database.reading() as session:
        entries = list(await session.scalars(select(journal.Entry)))
    assert Counter(entry.subject for entry in entries) == {f"note:{job.id}": 1 for job in stored}


async def test_a_sleeping_worker_is_roused_by_a_commit_and_stopped(database: Database) -> None:
    ran = asyncio.Event()

    async def handler(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        ran.set()

    worker = Worker(database, {"note": handler}, poll_seconds=3600)
    task = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    await add(database, "note", {"n": 1})
    await asyncio.wait_for(ran.wait(), 60)
    worker.stop()
    await asyncio.wait_for(task, 60)
    assert [job.state for job in await jobs(database)] == [DONE]


async def test_only_a_commit_rouses(database: Database) -> None:
    with sleeper(database, ["note"]) as roused:
        async with database.session() as session:
            await enqueue(session, "note", {"n": 1})
            await session.rollback()
            await session.execute(select(Job))
            await session.commit()
            assert not roused.is_set()
            async with session.begin_nested():
                await enqueue(session, "note", {"n": 2})
            assert not roused.is_set()
            await session.commit()
            assert roused.is_set()


async def test_a_batch_takes_jobs_of_one_name_in_order_and_notes_what_failed(
    database: Database,
) -> None:
    groups: list[list[int]] = []

    async def together(
        session: AsyncSession, payloads: Sequence[dict[str, Any]], context: JobContext
    ) -> list[Exception | None]:
        groups.append([payload["n"] for payload in payloads])
        faults: list[Exception | None] = []
        for payload in payloads:
            bad = payload["n"] % 4 == 3
            faults.append(ValueError("bad") if bad else None)
            if not bad:
                await note(session, payload, context)
        return faults

    for n in range(5):
        await add(database, "together", {"n": n}, max_attempts=1)
        await add(database, "note", {"n": 10 + n})
    worker = Worker(database, {"together": Batch(together, most=3), "note": note})
    assert await worker.drain() == 10
    assert groups == [[0, 1, 2], [3, 4]]
    assert sorted(await noted(database)) == [0, 1, 2, 4, 10, 11, 12, 13, 14]
    dead = [job for job in await jobs(database) if job.state == DEAD]
    assert [job.payload["n"] for job in dead] == [3]


async def test_what_raises_in_a_batch_sinks_no_other(database: Database) -> None:
    async def together(
        session: AsyncSession, payloads: Sequence[dict[str, Any]], context: JobContext
    ) -> list[Exception | None]:
        for payload in payloads:
            await note(session, payload, context)
            await session.flush()
            if payload["n"] == 2:
                raise ValueError("bad")
        return [None] * len(payloads)

    for n in range(5):
        await add(database, "together", {"n": n}, max_attempts=1)
    assert await Worker(database, {"together": Batch(together)}).drain() == 5
    assert sorted(await noted(database)) == [0, 1, 3, 4]


async def test_a_batch_thought_dead_cannot_commit(database: Database) -> None:
    clock, slow, go_on = Hands(), asyncio.Event(), asyncio.Event()

    async def stuck(
        session: AsyncSession, payloads: Sequence[dict[str, Any]], context: JobContext
    ) -> list[Exception | None]:
        if not slow.is_set():
            slow.set()
            await go_on.wait()
        for payload in payloads:
            await note(session, {"n": f"late {payload['n']}"}, context)
        return [None] * len(payloads)

    for n in range(3):
        await add(database, "note", {"n": n})
    late = asyncio.create_task(Worker(database, {"note": Batch(stuck)}, clock).run_once())
    await slow.wait()
    clock.advance(seconds=61)
    assert await Worker(database, {"note": note}, clock).drain() == 3
    go_on.set()
    await late
    assert sorted(await noted(database)) == [0, 1, 2]
