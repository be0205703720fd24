"""Telling both sides a month before a mandate ends (委任の終わりのお知らせ), once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation import telling
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.rules import REMIND_BEFORE
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import Handler, JobContext, enqueue

REMIND_JOB = "identity.delegation.remind"
CATCH_UP = timedelta(days=7)
"""A day on which nothing ran is made up for; who was told is not told again (dedupe_key)."""


def handlers() -> Mapping[str, Handler]:
    """The work of delegation after requests."""
    return {REMIND_JOB: _remind}


async def remind(session: AsyncSession, now: datetime) -> int:
    """Tell the parties of mandates that end within a month; how many mandates. The caller commits."""
    last = jst_date(now) + REMIND_BEFORE
    found = list(
        await session.scalars(
            select(Mandate)
            .where(
                Mandate.revoked_at.is_(None),
                Mandate.accepted_at.is_not(None),
                Mandate.valid_to > last - CATCH_UP,
                Mandate.valid_to <= last,
            )
            .order_by(Mandate.id)
        )
    )
    for mandate in found:
        await telling.tell_principal(session, mandate, telling.ENDING, "ending")
        await telling.tell_agent(session, mandate, telling.ENDING, "ending")
    return len(found)


async def remind_daily(session: AsyncSession, at: datetime) -> None:
    """Have it done at that moment, once a day; also at the start of the program."""
    await enqueue(session, REMIND_JOB, {}, key=jst_date(at).isoformat(), run_at=at)


async def _remind(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    now = context.clock()
    await remind(session, now)
    await remind_daily(session, now + timedelta(days=1))
