"""Who may run a job: leases, which end by themselves when their worker dies.

A lease is named by worker and attempt. Finishing demands that the lease is still held, in the
transaction that holds the handler's effects: a worker that lost its lease cannot commit them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select, update
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

    def held(self) -> ColumnElement[bool]:
        """The condition that this lease still stands."""
        return and_(
            Job.id == self.id,
            in_state(RUNNING),
            Job.leased_by == self.worker,
            Job.attempts == self.attempt,
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
    session: AsyncSession, names: Collection[str], worker: str, now: datetime, lease: timedelta
) -> Lease | None:
    """Lease the first ready job with one of these names, passing over those being taken."""
    statement = (
        select(Job.id, Job.name, Job.key, Job.payload, Job.attempts, Job.max_attempts)
        # coalesce: else SQLite prefers the index on names and sorts every job ever made
        .where(in_state(WAITING), func.coalesce(Job.name, "").in_(sorted(names)))
        .order_by(Job.rank, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = (await session.execute(statement)).first()
    if found is None:
        return None
    attempt = found.attempts + 1
    values = {
        "state": RUNNING,
        "attempts": attempt,
        "leased_by": worker,
        "leased_until": now + lease,
    }
    await count_of(session, update(Job).where(Job.id == found.id).values(values))
    return Lease(
        found.id, found.name, found.key, found.payload, attempt, found.max_attempts, worker
    )


async def extend(session: AsyncSession, lease: Lease, until: datetime) -> bool:
    """Prolong a lease; False when it is lost."""
    statement = update(Job).where(lease.held()).values(leased_until=until)
    return await count_of(session, statement) == 1


async def finish(
    session: AsyncSession, lease: Lease, now: datetime, progress: Progress | None
) -> bool:
    """Mark the job done in the handler's transaction; False when the lease is lost."""
    values: dict[str, Any] = {"state": DONE, "finished_at": now, "last_error": None} | _FREE
    if progress is not None:
        values |= progress_values(progress)
    return await count_of(session, update(Job).where(lease.held()).values(values)) == 1


async def fail(session: AsyncSession, lease: Lease, now: datetime, error: str) -> bool:
    """Schedule the next attempt, or give up after the last; True when given up."""
    dead = lease.attempt >= lease.max_attempts
    values: dict[str, Any] = {"last_error": error[-ERROR_LENGTH:]} | _FREE
    if dead:
        values |= {"state": DEAD, "finished_at": now}
    else:
        pause = pause_before_retry(lease.id, lease.attempt)
        values |= {"state": SCHEDULED, "run_at": now + pause}
    await count_of(session, update(Job).where(lease.held()).values(values))
    return dead


async def give_back(session: AsyncSession, lease: Lease) -> None:
    """Return a job that was interrupted by the worker's own stop; the attempt does not count."""
    values: dict[str, Any] = {"state": WAITING, "attempts": lease.attempt - 1} | _FREE
    await count_of(session, update(Job).where(lease.held()).values(values))


def progress_values(progress: Progress) -> dict[str, Any]:
    """The columns that hold a progress."""
    return {
        "progress_done": progress.done,
        "progress_total": progress.total,
        "progress_note": progress.note,
    }


_FREE = {"leased_by": None, "leased_until": None}
