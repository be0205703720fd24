"""Who may run a job: leases, which end by themselves when their worker dies.

A lease is named by worker and attempt. Finishing demands that the lease is still held, in the
transaction that holds the handler's effects: a worker that lost its lease cannot commit them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    column,
    literal,
    select,
    tuple_,
    update,
    values,
)
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import UtcDateTime
from madoguchi.kernel.jobs.models import DEAD, DONE, RUNNING, SCHEDULED, WAITING, Job, in_state
from madoguchi.kernel.jobs.progress import Progress
from madoguchi.kernel.jobs.queue import count_of
from madoguchi.kernel.jobs.rules import pause_before_retry

ERROR_LENGTH = 4000


@dataclass(frozen=True)
class Lease:
    """A job in the hands of one worker, for one attempt."""

    id: str
    name: str
    key: str | None
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    worker: str


def held(leases: Sequence[Lease]) -> ColumnElement[bool]:
    """The condition that leases of one worker still stand."""
    attempts = [(lease.id, lease.attempt) for lease in leases]
    return and_(
        in_state(RUNNING),
        Job.leased_by == leases[0].worker,
        tuple_(Job.id, Job.attempts).in_(attempts),
    )


async def make_ready(session: AsyncSession, now: datetime) -> None:
    """Ready what is due, and take back what a dead worker left (or give it up after its last)."""
    due = (
        select(Job.id)
        .where(in_state(SCHEDULED), Job.run_at <= now)
        .with_for_update(skip_locked=True)
    )
    await count_of(session, update(Job).where(Job.id.in_(due)).values(state=WAITING, run_at=None))
    expired = (
        select(Job.id)
        .where(in_state(RUNNING), Job.leased_until < now)
        .with_for_update(skip_locked=True)
    )
    exhausted = Job.attempts >= Job.max_attempts
    taken_back = {
        "state": case((exhausted, DEAD), else_=WAITING),
        "finished_at": case((exhausted, literal(now, UtcDateTime)), else_=None),
        "last_error": "the worker stopped without finishing (lease expired)",
        "leased_by": None,
        "leased_until": None,
    }
    await count_of(session, update(Job).where(Job.id.in_(expired)).values(taken_back))


async def take(
    session: AsyncSession,
    most: Mapping[str, int],
    worker: str,
    now: datetime,
    lease: timedelta,
) -> list[Lease]:
    """Lease the first ready jobs of one name, at most `most[name]`, passing over those being taken.

    The name is that of the first of all that are ready.
    """
    for name in await _names_in_turn(session, sorted(most)):
        statement = (
            select(Job.id, Job.name, Job.key, Job.payload, Job.attempts, Job.max_attempts)
            .where(in_state(WAITING), Job.name == name)
            .order_by(Job.rank, Job.id)
            .limit(most[name])
            .with_for_update(skip_locked=True)
        )
        found = (await session.execute(statement)).all()
        if not found:
            continue  # others are just taking the last of them
        values = {
            "state": RUNNING,
            "attempts": Job.attempts + 1,
            "leased_by": worker,
            "leased_until": now + lease,
        }
        ids = [row.id for row in found]
        await count_of(session, update(Job).where(Job.id.in_(ids)).values(values))
        return [
            Lease(
                row.id, row.name, row.key, row.payload, row.attempts + 1, row.max_attempts, worker
            )
            for row in found
        ]
    return []


async def _names_in_turn(session: AsyncSession, names: Sequence[str]) -> list[str]:
    """Which of the names have ready jobs, that of the first job first.

    One look into the index for each name: the jobs of others, however many wait, cost nothing.
    """
    kinds = values(column("name", String), name="kinds").data([(name,) for name in names]).cte()
    first = (
        select(Job.id)
        .where(in_state(WAITING), Job.name == kinds.c.name)
        .order_by(Job.rank, Job.id)
        .limit(1)
        .correlate(kinds)
        .scalar_subquery()
    )
    firsts = select(first.label("id")).select_from(kinds).subquery()
    statement = select(Job.name).join(firsts, firsts.c.id == Job.id).order_by(Job.rank, Job.id)
    return list(await session.scalars(statement))


async def extend(session: AsyncSession, leases: Sequence[Lease], until: datetime) -> bool:
    """Prolong leases; False when one of them is lost."""
    statement = update(Job).where(held(leases)).values(leased_until=until)
    return await count_of(session, statement) == len(leases)


async def finish(
    session: AsyncSession, leases: Sequence[Lease], now: datetime, progress: Progress | None
) -> bool:
    """Mark jobs done in their handler's transaction; False when one of the leases is lost."""
    if not leases:
        return True
    values: dict[str, Any] = {"state": DONE, "finished_at": now, "last_error": None} | _FREE
    if progress is not None:
        values |= progress_values(progress)
    return await count_of(session, update(Job).where(held(leases)).values(values)) == len(leases)


async def fail(session: AsyncSession, lease: Lease, now: datetime, error: str) -> bool:
    """Schedule the next attempt, or give up after the last; True when given up."""
    dead = lease.attempt >= lease.max_attempts
    values: dict[str, Any] = {"last_error": error[-ERROR_LENGTH:]} | _FREE
    if dead:
        values |= {"state": DEAD, "finished_at": now}
    else:
        pause = pause_before_retry(lease.id, lease.attempt)
        values |= {"state": SCHEDULED, "run_at": now + pause}
    await count_of(session, update(Job).where(held([lease])).values(values))
    return dead


async def give_back(session: AsyncSession, lease: Lease) -> None:
    """Return a job that was interrupted by the worker's own stop; the attempt does not count."""
    values: dict[str, Any] = {"state": WAITING, "attempts": lease.attempt - 1} | _FREE
    await count_of(session, update(Job).where(held([lease])).values(values))


def progress_values(progress: Progress) -> dict[str, Any]:
    """The columns that hold a progress."""
    return {
        "progress_done": progress.done,
        "progress_total": progress.total,
        "progress_note": progress.note,
    }


_FREE = {"leased_by": None, "leased_until": None}
