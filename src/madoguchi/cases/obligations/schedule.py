"""What happens every day (毎日の処理): duties made for periods that began, people told.

The job enqueues itself for the next day; its key is the day, so that several nodes run it once.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.obligations.duties import (
    duties_on,
    duty_called,
    first_day,
    period_called,
    running_periods,
)
from madoguchi.cases.obligations.generating import generate
from madoguchi.cases.obligations.reminding import OVERDUE, REMIND_JOB
from madoguchi.kernel.clock import JST, jst_date
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.procedures.service import Obligation, Package

DAILY_JOB, GENERATE_JOB = "obligations.daily", "obligations.generate"
AT = time(0, 10, tzinfo=JST)


async def look_today(session: AsyncSession, at: datetime) -> None:
    """Have today's look done now, unless it was: at the start of the program."""
    day = jst_date(at)
    await enqueue(session, DAILY_JOB, {"day": day}, key=day.isoformat())


async def daily(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of one day: enqueue what is to be made and told, and the look of tomorrow."""
    today = jst_date(context.clock())
    tomorrow = today + timedelta(days=1)
    for duty, package in (await duties_on(session, today)).values():
        await enqueue_periods(session, duty, package, today)
        for days in sorted({OVERDUE, *duty.spec.reminders}):
            await enqueue(
                session,
                REMIND_JOB,
                {"duty": duty.id, "days": days},
                key=f"{duty.id}:{days}:{today}",
            )
    await enqueue(
        session,
        DAILY_JOB,
        {"day": tomorrow},
        key=tomorrow.isoformat(),
        run_at=datetime.combine(tomorrow, AT),
    )


async def enqueue_periods(
    session: AsyncSession, duty: Obligation, package: Package, today: date
) -> None:
    """Have the running periods made; each once for each version of the package."""
    for period in running_periods(duty, today):
        await enqueue(
            session,
            GENERATE_JOB,
            {"duty": duty.id, "period": period.key},
            key=f"{duty.id}:{period.key}:{package.digest[-16:]}",
            priority=-1,
        )


async def make_period(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job that makes the duties of one period; it commits in chunks of its own."""
    async with context.database.reading() as reading:
        today = jst_date(context.clock())
        duty, package = await duty_called(reading, str(payload["duty"]), today)
        not_before = await first_day(reading, package.id)
    await generate(
        context.database,
        duty,
        period_called(duty, str(payload["period"])),
        context.clock,
        not_before=not_before,
        progress=context.progress,
    )
