"""What happens when handlers fail, workers die and leases run out."""

import asyncio
import sys
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import (
    DEAD,
    DONE,
    SCHEDULED,
    WAITING,
    Job,
    JobContext,
    Worker,
    dead_letters,
    requeue,
)
from madoguchi.kernel.jobs.rules import pause_before_retry
from tests.kernel.jobs.work import NOON, Hands, add, jobs, note, noted


async def test_a_failed_attempt_leaves_no_effect_and_is_tried_again(database: Database) -> None:
    clock = Hands()

    async def shaky(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        await note(session, payload, context)
        await session.flush()
        if context.attempt < 3:
            raise RuntimeError("the mail server is away")

    id = await add(database, "note", {"n": 1})
    worker = Worker(database, {"note": shaky}, clock)
    assert await worker.drain() == 1
    (job,) = await jobs(database)
    assert (job.state, job.attempts) == (SCHEDULED, 1)
    assert job.run_at == NOON + pause_before_retry(id, 1)
    assert "the mail server is away" in (job.last_error or "")
    assert await noted(database) == []
    clock.advance(seconds=10)
    assert await worker.drain() == 1
    clock.advance(seconds=20)
    assert await worker.drain() == 1
    assert await noted(database) == [1]
    (job,) = await jobs(database)
    assert (job.state, job.attempts, job.last_error) == (DONE, 3, None)


async def test_a_fault_of_the_database_in_a_handler_is_a_failed_attempt(database: Database) -> None:
    async def broken(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        await session.execute(select(Job.id).where(Job.__table__.c.id == None))  # noqa: E711
        session.add(Job(id=new_id(), name=None))
        await session.flush()

    await add(database, "note", {"n": 1}, max_attempts=1)
    assert await Worker(database, {"note": broken}).drain() == 1
    assert [job.state for job in await jobs(database)] == [DEAD]


async def test_dead_letters_are_listed_and_requeued(database: Database) -> None:
    clock, works = Hands(), False

    async def handler(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        if not works:
            raise RuntimeError("no")
        await note(session, payload, context)

    id = await add(database, "note", {"n": 1}, max_attempts=2)
    worker = Worker(database, {"note": handler}, clock)
    await worker.drain()
    clock.advance(hours=1)
    await worker.drain()
    async with database.session() as session:
        assert [job.id for job in await dead_letters(session)] == [id]
        assert await dead_letters(session, after=id) == []
        works = True
        assert await requeue(session, id)
        assert not await requeue(session, id)
        await session.commit()
    assert await worker.drain() == 1
    assert await noted(database) == [1]


async def test_the_job_of_a_dead_worker_is_taken_over(database: Database) -> None:
    clock = Hands()
    await add(database, "note", {"n": 1})
    died = Worker(database, {"note": note}, clock)
    assert await died._take()  # and never comes back
    other = Worker(database, {"note": note}, clock)
    assert await other.drain() == 0
    clock.advance(seconds=61)
    assert await other.drain() == 1
    assert await noted(database) == [1]


async def test_a_job_that_kills_its_workers_is_given_up(database: Database) -> None:
    clock = Hands()
    await add(database, "note", {"n": 1}, max_attempts=2)
    for _ in range(2):
        assert await Worker(database, {"note": note}, clock)._take()
        clock.advance(seconds=61)
    assert await Worker(database, {"note": note}, clock).drain() == 0
    (job,) = await jobs(database)
    assert job.state == DEAD
    assert "lease expired" in (job.last_error or "")
    assert job.finished_at == clock.now


async def test_a_worker_thought_dead_cannot_commit(database: Database) -> None:
    clock, slow, go_on = Hands(), asyncio.Event(), asyncio.Event()

    async def stuck(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        slow.set()
        await go_on.wait()
        await note(session, {"n": "late"}, context)

    await add(database, "note", {"n": 1})
    late = asyncio.create_task(Worker(database, {"note": stuck}, clock).run_once())
    await slow.wait()
    clock.advance(seconds=61)
    assert await Worker(database, {"note": note}, clock).drain() == 1
    go_on.set()
    await late
    assert await noted(database) == [1]
    assert [job.state for job in await jobs(database)] == [DONE]


async def test_a_long_job_keeps_its_lease(database: Database) -> None:
    clock, begun, go_on = Hands(), asyncio.Event(), asyncio.Event()

    async def long(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        begun.set()
        await go_on.wait()

    await add(database, "note", {"n": 1})
    lease = timedelta(milliseconds=60)
    task = asyncio.create_task(Worker(database, {"note": long}, clock, lease=lease).run_once())
    await begun.wait()
    clock.advance(minutes=5)
    async with asyncio.timeout(60):
        while (await jobs(database))[0].leased_until < clock.now:
            await asyncio.sleep(0.01)
    assert await Worker(database, {"note": note}, clock).drain() == 0
    go_on.set()
    await task
    assert [(job.state, job.attempts) for job in await jobs(database)] == [(DONE, 1)]


async def test_an_interrupted_job_is_given_back(database: Database) -> None:
    begun = asyncio.Event()

    async def endless(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        await note(session, payload, context)
        await session.flush()
        begun.set()
        await asyncio.Event().wait()

    await add(database, "note", {"n": 1})
    task = asyncio.create_task(Worker(database, {"note": endless}).run())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(job.state, job.attempts) for job in await jobs(database)] == [(WAITING, 0)]
    assert await Worker(database, {"note": note}).drain() == 1
    assert await noted(database) == [1]


async def test_a_worker_outlives_an_absent_database(database: Database) -> None:
    worker = Worker(database, {"note": note}, poll_seconds=0.01)
    take, calls = worker._take, []

    async def away() -> Any:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionRefusedError
        worker.stop()
        return await take()

    worker._take = away  # type: ignore[method-assign]
    await add(database, "note", {"n": 1})
    await asyncio.wait_for(worker.run(), 60)
    assert await noted(database) == [1]


@given(st.text(min_size=1, max_size=26), st.integers(1, 500))
def test_pauses_grow_and_stay_within_their_limits(id: str, attempts: int) -> None:
    pause = pause_before_retry(id, attempts)
    expected = min(3600.0, 5.0 * 2 ** min(attempts - 1, 30))
    assert 0.75 * expected <= pause.total_seconds() <= 1.25 * expected
    assert pause == pause_before_retry(id, attempts)


def test_pauses_differ_between_jobs() -> None:
    assert len({pause_before_retry(f"job {n}", 1) for n in range(100)}) > 50


async def test_a_killed_process_leaves_no_effect_and_its_job_runs_elsewhere(
    database: Database,
) -> None:
    await add(database, "note", {"n": 1})
    url = database.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kernel.jobs.doomed", url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"written\n"
    process.kill()
    await process.wait()
    assert await Worker(database, {"note": note}).drain() == 0  # its lease still runs
    later = lambda: system_clock() + timedelta(minutes=2)  # noqa: E731
    assert await Worker(database, {"note": note}, later).drain() == 1
    assert await noted(database) == [1]
    assert [(job.state, job.attempts) for job in await jobs(database)] == [(DONE, 2)]
