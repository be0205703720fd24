"""Enqueueing: one job for one key, in the right order, found by index."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import (
    DONE,
    WAITING,
    Job,
    Worker,
    enqueue,
    forget_done,
)
from tests.kernel.jobs.work import NOON, Hands, add, jobs, note, noted


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


async def test_done_jobs_are_forgotten_some_at_a_time_the_oldest_first(database: Database) -> None:
    clock = Hands()
    ids = [await add(database, "note", {"n": n}) for n in range(5)]
    ids.append(await add(database, "other", {"n": 5}))
    await Worker(database, {"note": note, "other": note}, clock).drain()
    after = NOON + timedelta(days=1)
    async with database.session() as session:
        assert await forget_done(session, after, at_most=2) == 2
        await session.commit()
    assert sorted(job.id for job in await jobs(database)) == ids[2:]
    async with database.session() as session:
        assert await forget_done(session, after, "note", at_most=9) == 3
        await session.commit()
    assert [job.id for job in await jobs(database)] == ids[5:]


@pytest.mark.parametrize("payload", [{"a": 0.5}, {"a": object()}])
async def test_a_payload_that_is_not_json_is_refused(
    database: Database, payload: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        await add(database, "note", payload)
