"""Making the duties of a period (義務の作成): a register read in chunks, rows written in bulk.

Each chunk is a transaction of its own with its journal entry, so nobody waits for a long run, and a
run that breaks off is simply run again: what exists is renewed, what is fulfilled stays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.obligations.models import Obligation as Row
from madoguchi.cases.obligations.overriding import deadlines_of
from madoguchi.cases.obligations.reading import chunks
from madoguchi.cases.obligations.rules import Asked, Span, rows_owed
from madoguchi.cases.obligations.storing import drop_stale, keep, link_filings
from madoguchi.identity.service import SYSTEM_ACTOR
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.procedures.service import Obligation, Period


@dataclass(frozen=True)
class Generated:
    """What a run did: duties made or renewed, found void, found fulfilled already."""

    owed: int
    void: int
    fulfilled: int


async def generate(
    database: Database,
    duty: Obligation,
    period: Period,
    clock: Clock,
    *,
    not_before: date = date.min,
    actor: str = SYSTEM_ACTOR.id,
    progress: Callable[[int], Awaitable[None]] | None = None,
) -> Generated:
    """Make every obligation of a duty for a period; commits by itself, chunk by chunk."""
    at, run, owed = clock(), new_id(), 0
    async with database.reading() as session:
        deadline = await deadlines_of(session, duty.id, period.key)
    asked = Asked(duty, period, not_before, deadline, run)
    async for spans in chunks(database, duty.register, period):
        owed += await _keep_chunk(database, spans, asked, actor, at)
        if progress is not None:
            await progress(owed)
    whole = (Row.duty == duty.id, Row.period == period.key)
    async with database.session() as session:
        void = await drop_stale(session, *whole, Row.due_on >= not_before, run=run)
        fulfilled = await link_filings(session, *whole)
        done = {"owed": owed, "void": void, "fulfilled": fulfilled}
        await _journal(session, duty, period, "generated", actor, at, done)
        await session.commit()
    return Generated(owed, void, fulfilled)


async def _keep_chunk(
    database: Database, spans: Sequence[Span], asked: Asked, actor: str, at: datetime
) -> int:
    # A thread keeps the server answering while the rules run.
    rows = await asyncio.to_thread(lambda: list(rows_owed(spans, asked)))
    if not rows:
        return 0
    async with database.session() as session:
        await keep(session, rows)
        done = {"owed": len(rows), "first": rows[0]["number"], "last": rows[-1]["number"]}
        await _journal(session, asked.duty, asked.period, "made", actor, at, done)
        await session.commit()
    return len(rows)


async def _journal(
    session: AsyncSession,
    duty: Obligation,
    period: Period,
    action: str,
    actor: str,
    at: datetime,
    payload: Mapping[str, object],
) -> None:
    subject = f"duty:{duty.id}:{period.key}"
    await journal.append(
        session, subject=subject, action=action, actor=actor, at=at, payload=payload
    )
