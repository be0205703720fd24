"""Who may run a job: leases, which end by themselves when their worker dies.

A lease is named by worker and attempt. Finishing demands that the lease is still held, in the
transaction that holds the handler's effects: a worker that lost its lease cannot commit them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import UtcDateTime, padded
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


async def is_there_work(session: AsyncSession, names: Iterable[str], now: datetime) -> bool:
    """Whether a job of these names is ready, or any is due or was abandoned: one SELECT."""
    return bool(await session.scalar(_IS_THERE_WORK, {"names": padded(names), "now": now}))


async def make_ready(session: AsyncSession, now: datetime) -> None:
    """Ready what is due, and take back what a dead worker left (or give it up after its last)."""
    for statement in (_READY_DUE, _TAKE_BACK):
        await session.execute(
            statement, {"now": now}, execution_options={"synchronize_session": False}
        )


# Workers look several times a second for as long as a process lives: what they ask is made once, of
# parts whose SQL is kept.
_NOW = bindparam("now", type_=UtcDateTime)
_DUE = and_(in_state(SCHEDULED), Job.run_at <= _NOW)
_EXPIRED = and_(in_state(RUNNING), Job.leased_until < _NOW)
_READY = and_(in_state(WAITING), Job.name.in_(bindparam("names", expanding=True)))
_IS_THERE_WORK = select(or_(*(exists(Job.id).where(which) for which in (_READY, _DUE, _EXPIRED))))
_EXHAUSTED = Job.attempts >= Job.max_attempts
_READY_DUE = (
    update(Job)
    .where(Job.id.in_(select(Job.id).where(_DUE).with_for_update(skip_locked=True)))
    .values(state=WAITING, run_at=None)
)
_TAKE_BACK = (
    update(Job)
    .where(Job.id.in_(select(Job.id).where(_EXPIRED).with_for_update(skip_locked=True)))
    .values(
        state=case((_EXHAUSTED, DEAD), else_=WAITING),
        finished_at=case((_EXHAUSTED, _NOW), else_=None),
        last_error="the worker stopped without finishing (lease expired)",
        leased_by=None,
        leased_until=None,
    )
)


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
    sqlite = session.get_bind().dialect.name == "sqlite"
    asked = {"names": json.dumps(names) if sqlite else list(names)}
    return list(await session.scalars(_in_turn(sqlite=sqlite), asked))


@cache
def _in_turn(*, sqlite: bool) -> Select[str]:
    """Made once, and kept as SQL: a list of VALUES would be compiled at each look."""
    listed = (
        func.json_each(bindparam("names", type_=String)).table_valued("value")
        if sqlite
        else func.unnest(bindparam("names", type_=ARRAY(String)))
        .table_valued("value")
        .render_derived()
    )
    kinds = select(listed.c.value.label("name")).cte("kinds")
    first = (
        select(Job.id)
        .where(in_state(WAITING), Job.name == kinds.c.name)
        .order_by(Job.rank, Job.id)
        .limit(1)
        .correlate(kinds)
        .scalar_subquery()
    )
    firsts = select(first.label("id")).select_from(kinds).subquery()
    return select(Job.name).join(firsts, firsts.c.id == Job.id).order_by(Job.rank, Job.id)


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
