"""The daily work of retention (毎日の処理): list what is due, remind, forget, mend what was left."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.obligations.schedule import GENERATE_JOB
from madoguchi.cases.retention.deciding import ERASE_JOB
from madoguchi.cases.retention.erasing import erase
from madoguchi.cases.retention.files import DOCUMENTS_JOB, FILES_JOB, delete_files, look_again
from madoguchi.cases.retention.forgetting import (
    AT_ONCE,
    forget_drafts,
    forget_traces,
    forget_unattached,
    remind_of_drafts,
)
from madoguchi.cases.retention.listing import end_holds, list_some, procedures_with_cases
from madoguchi.cases.retention.models import APPROVED, DONE, Erasure
from madoguchi.kernel.clock import JST, jst_date
from madoguchi.kernel.jobs import FORGOTTEN_AT_ONCE, Handler, JobContext, enqueue, forget_done
from madoguchi.settings import Settings

DAILY_JOB, LIST_JOB, FORGET_JOB = "retention.daily", "retention.list", "retention.forget"
AT = time(3, 30, tzinfo=JST)
ONCE_FOR_ALL = (GENERATE_JOB,)  # asked for daily while a period runs, and to be made only once


async def look_at_ages(session: AsyncSession, at: datetime) -> None:
    """Have today's work done now, unless it was: at the start of the program."""
    day = jst_date(at)
    await enqueue(session, DAILY_JOB, {"day": day}, key=day.isoformat())


async def daily(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of one day: enqueue the parts of it, and the work of tomorrow."""
    at = context.clock()
    today, tomorrow = jst_date(at), jst_date(at) + timedelta(days=1)
    await end_holds(session, at)
    await forget_traces(session, at)
    for procedure in await procedures_with_cases(session):
        asked = {"procedure": procedure, "after": []}
        await enqueue(session, LIST_JOB, asked, key=f"{procedure}:{today}")
    await enqueue(session, FORGET_JOB, {}, key=today.isoformat())
    await _mend(session, today.isoformat())
    await enqueue(
        session,
        DAILY_JOB,
        {"day": tomorrow},
        key=tomorrow.isoformat(),
        run_at=datetime.combine(tomorrow, AT),
    )


async def _mend(session: AsyncSession, day: str) -> None:
    """Take up again what a job that was given up left: approved, or files still on the disk."""
    rows = await session.scalars(select(Erasure).where(Erasure.state == APPROVED))
    for row in rows:
        await enqueue(session, ERASE_JOB, {"erasure": row.id}, key=f"{row.id}:{day}")
    unfinished = select(Erasure).where(Erasure.state == DONE, Erasure.left != [])
    for row in await session.scalars(unfinished):
        await enqueue(session, FILES_JOB, {"erasure": row.id}, key=f"erasure:{row.id}:{day}")


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """The jobs by name."""
    default, days, job_days = settings.retention, settings.draft_days, settings.job_days

    async def list_due(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        """Some old cases of one procedure; enqueues itself for those left."""
        further = await list_some(
            session, str(payload["procedure"]), default, context.clock(), payload["after"]
        )
        if further is not None:
            more = {"procedure": payload["procedure"], "after": further}
            await enqueue(session, LIST_JOB, more, key=f"{context.id}:more")

    async def forget(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        """Some drafts, files and finished jobs; enqueues itself for those left."""
        at = context.clock()
        full = [
            await remind_of_drafts(session, days, at) == AT_ONCE,
            await forget_drafts(session, days, at) == AT_ONCE,
            await forget_unattached(session, at),
            await forget_done(session, at - timedelta(days=job_days), but=ONCE_FOR_ALL)
            == FORGOTTEN_AT_ONCE,
        ]
        if any(full):
            await enqueue(session, FORGET_JOB, {}, key=f"{context.id}:more")

    return {
        DAILY_JOB: daily,
        LIST_JOB: list_due,
        FORGET_JOB: forget,
        ERASE_JOB: erase,
        FILES_JOB: delete_files,
        DOCUMENTS_JOB: look_again,
    }
