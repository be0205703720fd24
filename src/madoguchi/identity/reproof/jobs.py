"""Telling representatives whose proof comes due (再確認のお知らせ), every day."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.reproof.service import MOST, tell_due
from madoguchi.identity.reproof.settling import settle_proof
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import Handler, JobContext, enqueue

TELL_DUE_JOB = "identity.reproof.tell"


def handlers() -> Mapping[str, Handler]:
    """The work of proofs that age."""
    return {TELL_DUE_JOB: _tell}


async def tell_due_daily(session: AsyncSession, at: datetime, part: int = 0) -> None:
    """Have it done at that moment, once a day; also at the start of the program."""
    key = f"{jst_date(at).isoformat()}:{part}"
    await enqueue(session, TELL_DUE_JOB, {"part": part}, key=key, run_at=at)


async def _tell(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    now = context.clock()
    await settle_proof(session)
    if await tell_due(session, now) >= MOST:
        await tell_due_daily(session, now, int(payload.get("part", 0)) + 1)
    await tell_due_daily(session, now + timedelta(days=1))
