"""Jobs: each runs, and takes effect, once; whatever fails or dies in between."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel import journal
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import (
    DEAD,
    DONE,
    RUNNING,
    SCHEDULED,
    WAITING,
    Job,
    JobContext,
    Worker,
    dead_letters,
    enqueue,
    forget_done,
    progress,
    requeue,
)
from madoguchi.kernel.jobs.rules import pause_before_retry
from madoguchi.kernel.jobs.waking import sleeper

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


async def note(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """A handler whose effect can be counted."""
    await journal.append(
        session, subject="notes", action="noted", actor="job", at=NOON, payload=payload
    )


async def add(database: Database, name: str, payload: dict[str, Any], **options: Any) -> str:
    async with database.session() as session:
        id = await enqueue(session, name, payload, **options)
        await session.commit()
        return id


async def noted(database: Database) -> list[Any]:
    async with database.reading() as session:
        return [entry.payload["n"] for entry in await journal.entries(session, "notes", limit=999)]


async def jobs(database: Database) -> list[Job]:
    async with database.reading() as session:
        return list(await session.scalars(select(Job).order_by(Job.id)))


async def test_a_job_runs_once_and_takes_effect(database: Database) -> None:
    await add(database, "note", {"n": 1})
    worker = Worker(database, {"note": note})
    assert await worker.run_once()
    assert not await worker.run_once()
    assert await noted(database) == [1]
    (job,) = await jobs(database)
    assert (job.state, job.attempts, job.leased_by) == (DONE, 1, None)
    assert job.finished_at is not None


async def test_a_job_exists_only_when_its_cause_commits(database: Database) -> None:
    async with database.session() as session:
        await enqueue(session, "note", {"n": 1})
    assert await Worker(database, {"note": note}).drain() == 0


async def test_a_key_makes_one_job(database: Database) -> None:
    first = await add(database, "note", {"n": 1}, key="case:1")
    assert await add(database, "note", {"n": 2}, key="case:1") == first
    assert await add(database, "other", {"n": 3}, key="case:1") != first
    await Worker(database, {"note": note}).drain()
    assert await add(database, "note", {"n": 4}, key="case:1") == first  # also when finished
    assert await noted(database) == [1]


async def test_the_same_key_at_the_same_time_makes_one_job(database: Database) -> None:
    ids = await asyncio.gather(*(add(database, "note", {"n": n}, key="k") for n in range(10)))
    assert len(set(ids)) == 1
    assert await Worker(database, {"note": note}).drain() == 1


async def test_priority_then_age(database: Database) -> None:
    for n, priority in enumerate((0, 5, 0, 5, -1)):
        await add(database, "note", {"n": n}, priority=priority)
    assert await Worker(database, {"note": note}).drain() == 5
    assert await noted(database) == [1, 3, 0, 2, 4]


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
    await asyncio.wait_for(asyncio.gather(*running), 10)
    assert runs == dict.fromkeys(range(200), 1)
    stored = await jobs(database)
    took.update(job.state for job in stored)
    assert took == {DONE: 200}
    async with database.reading() as session:
        entries = list(await session.scalars(select(journal.Entry)))
    assert Counter(entry.subject for entry in entries) == {f"note:{job.id}": 1 for job in stored}


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
    async with asyncio.timeout(10):
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


async def test_a_sleeping_worker_is_roused_by_a_commit_and_stopped(database: Database) -> None:
    ran = asyncio.Event()

    async def handler(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        ran.set()

    worker = Worker(database, {"note": handler}, poll_seconds=3600)
    task = asyncio.create_task(worker.run())
    await asyncio.sleep(0.1)
    await add(database, "note", {"n": 1})
    await asyncio.wait_for(ran.wait(), 10)
    worker.stop()
    await asyncio.wait_for(task, 10)
    assert [job.state for job in await jobs(database)] == [DONE]


async def test_only_a_commit_rouses(database: Database) -> None:
    with sleeper(database) as roused:
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
    await asyncio.wait_for(worker.run(), 10)
    assert await noted(database) == [1]


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


async def test_finding_the_next_job_reads_only_ready_jobs(database: Database) -> None:
    """With all jobs finished but one, the plan must not be to look through the finished ones."""
    async with database.session() as session:
        finished = {"name": "note", "payload": {}, "state": DONE, "max_attempts": 1}
        session.add_all(Job(id=new_id(), **finished) for _ in range(2000))
        await enqueue(session, "note", {"n": 2000})
        await session.commit()
        if not database.is_sqlite:
            await session.execute(text("ANALYZE job"))
            await session.commit()
    statements: list[tuple[str, Any]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda *arguments: statements.append(arguments[2:4]),
    )
    async with database.session() as session:
        await Worker(database, {"note": note})._take_ready(session)
    statement, parameters = next(found for found in statements if "ORDER BY" in found[0])
    assert "job.state = 'waiting'" in statement  # a parameter would hide the index from planners
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    async with database.engine.connect() as connection:
        plan = (await connection.exec_driver_sql(explain + statement, parameters)).all()
    assert "ix_job_waiting" in str(plan)


async def test_done_jobs_are_forgotten(database: Database) -> None:
    clock = Hands()
    await add(database, "note", {"n": 1}, key="k")
    await Worker(database, {"note": note}, clock).drain()
    await add(database, "note", {"n": 2})
    async with database.session() as session:
        assert await forget_done(session, NOON) == 0
        assert await forget_done(session, NOON + timedelta(seconds=1)) == 1
        await session.commit()
    assert [job.state for job in await jobs(database)] == [WAITING]


@pytest.mark.parametrize("payload", [{"a": 0.5}, {"a": object()}])
async def test_a_payload_that_is_not_json_is_refused(
    database: Database, payload: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        await add(database, "note", payload)


@given(st.text(min_size=1, max_size=26), st.integers(1, 500))
def test_pauses_grow_and_stay_within_their_limits(id: str, attempts: int) -> None:
    pause = pause_before_retry(id, attempts)
    expected = min(3600.0, 5.0 * 2 ** min(attempts - 1, 30))
    assert 0.75 * expected <= pause.total_seconds() <= 1.25 * expected
    assert pause == pause_before_retry(id, attempts)


def test_pauses_differ_between_jobs() -> None:
    assert len({pause_before_retry(f"job {n}", 1) for n in range(100)}) > 50
