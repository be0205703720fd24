"""Putting jobs in the queue, and looking after those that failed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.canonical import plain
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs.models import DEAD, DONE, SCHEDULED, WAITING, Job, in_state
from madoguchi.kernel.jobs.waking import rouse_after_commit

MAX_ATTEMPTS = 8
FORGOTTEN_AT_ONCE = 5000


async def enqueue(
    session: AsyncSession,
    name: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
    max_attempts: int = MAX_ATTEMPTS,
) -> str:
    """Add a job to the caller's transaction and return its id; it exists once that commits.

    With a key already used for this name, nothing is added and the id of the existing job, be it
    finished or not, is returned. Higher priority runs first, then older. Without run_at the job
    is ready at once. TypeError for a payload that is not JSON (see kernel.canonical).
    """
    values = job_row(name, payload, key, run_at, priority, max_attempts)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Job).values(values)
    if key is not None:
        statement = statement.on_conflict_do_nothing(index_elements=["name", "key"])
    rouse_after_commit(session, [name])
    added = await session.scalar(statement.returning(Job.id))
    if added is None:
        added = await session.scalar(select(Job.id).where(Job.name == name, Job.key == key))
    return str(added)


def job_row(
    name: str,
    payload: Mapping[str, Any],
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
    max_attempts: int = MAX_ATTEMPTS,
) -> dict[str, Any]:
    """The row of a new job. TypeError for a payload that is not JSON."""
    return {
        "id": new_id(),
        "name": name,
        "key": key,
        "payload": plain(payload),
        "rank": -priority,
        "state": SCHEDULED if run_at else WAITING,
        "run_at": run_at,
        "attempts": 0,
        "max_attempts": max_attempts,
        "progress_done": 0,
    }


async def dead_letters(
    session: AsyncSession, *, limit: int = 100, after: str = ""
) -> Sequence[Job]:
    """Jobs given up, oldest first, with id > after; `last_error` says why."""
    statement = select(Job).where(in_state(DEAD), Job.id > after).order_by(Job.id).limit(limit)
    return (await session.scalars(statement)).all()


async def requeue(session: AsyncSession, id: str) -> bool:
    """Make a dead job ready again with all its attempts; False when it is not dead."""
    statement = (
        update(Job)
        .where(Job.id == id, in_state(DEAD))
        .values(state=WAITING, attempts=0, run_at=None, finished_at=None)
        .returning(Job.name)
    )
    name = await session.scalar(statement, execution_options={"synchronize_session": False})
    if name is not None:
        rouse_after_commit(session, [name])
    return name is not None


async def forget_done(
    session: AsyncSession,
    before: datetime,
    name: str | None = None,
    *,
    but: Collection[str] = (),
    at_most: int = FORGOTTEN_AT_ONCE,
) -> int:
    """Delete up to `at_most` jobs finished before that time, the oldest first; how many went.

    Their keys may then be used again. With a name, only jobs of that name; none of those in `but`.
    """
    old = select(Job.id).where(in_state(DONE), Job.finished_at < before, Job.name.not_in(but))
    if name is not None:
        old = old.where(Job.name == name)
    return await count_of(
        session, delete(Job).where(Job.id.in_(old.order_by(Job.id).limit(at_most)))
    )


async def count_of(session: AsyncSession, statement: Any) -> int:
    """Execute an UPDATE or DELETE of jobs and say how many rows it changed."""
    result = await session.execute(statement, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0
