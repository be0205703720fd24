"""The daily look at terms that end (毎日の処理): expire, remind, and come back tomorrow."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.expiry.expiring import expire_some
from madoguchi.cases.expiry.reminding import remind_some
from madoguchi.cases.expiry.renewals import renewal_in, renewing
from madoguchi.kernel.clock import JST, jst_date
from madoguchi.kernel.jobs import Handler, JobContext, enqueue

DAILY_JOB, EXPIRE_JOB, REMIND_JOB = "expiry.daily", "expiry.expire", "expiry.remind"
AT = time(0, 5, tzinfo=JST)


async def look_for_ends(session: AsyncSession, at: datetime) -> None:
    """Have today's look done now, unless it was: at the start of the program."""
    day = jst_date(at)
    await enqueue(session, DAILY_JOB, {"day": day}, key=day.isoformat())


async def daily(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of one day: enqueue what is to expire and to be told, and the look of tomorrow."""
    today = jst_date(context.clock())
    tomorrow = today + timedelta(days=1)
    await enqueue(session, EXPIRE_JOB, {}, key=today.isoformat())
    for package in (await renewing(session, today)).values():
        spec = renewal_in(package)
        for days in sorted(set(spec.reminders)) if spec is not None else ():
            asked = {"procedure": package.id, "days": days}
            await enqueue(session, REMIND_JOB, asked, key=f"{package.id}:{days}:{today}")
    await enqueue(
        session,
        DAILY_JOB,
        {"day": tomorrow},
        key=tomorrow.isoformat(),
        run_at=datetime.combine(tomorrow, AT),
    )


async def expire(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job that lets some registrations expire, and enqueues itself for those left."""
    if await expire_some(session, context.clock()):
        await enqueue(session, EXPIRE_JOB, {}, key=f"{context.id}:more")


async def remind(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of one reminder: tells some holders, and enqueues itself for those left."""
    at = context.clock()
    packages = {package.id: package for package in (await renewing(session, jst_date(at))).values()}
    package = packages.get(str(payload["procedure"]))
    if package is None:
        return
    days, after = int(payload["days"]), str(payload.get("after", ""))
    further = await remind_some(session, package, days, at, after)
    if further is not None:
        await enqueue(session, REMIND_JOB, {**payload, "after": further}, key=f"{context.id}:more")


HANDLERS: Mapping[str, Handler] = {DAILY_JOB: daily, EXPIRE_JOB: expire, REMIND_JOB: remind}
