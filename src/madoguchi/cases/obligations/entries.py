"""Renewing the duties of one register entry when it was entered, changed or closed."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.obligations.duties import (
    duties_on,
    first_day,
    period_called,
    running_periods,
)
from madoguchi.cases.obligations.models import OPEN
from madoguchi.cases.obligations.models import Obligation as Row
from madoguchi.cases.obligations.overriding import deadlines_of
from madoguchi.cases.obligations.reading import spans_of
from madoguchi.cases.obligations.rules import Asked, rows_owed
from madoguchi.cases.obligations.storing import drop_stale, keep, link_filings
from madoguchi.identity.service import SYSTEM_ACTOR
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import JobContext
from madoguchi.procedures.service import Obligation, Period


async def entry_changed(
    session: AsyncSession, payload: dict[str, Any], context: JobContext
) -> None:
    """The job after each change of an entry: ask the rules of all its duties again.

    What was fulfilled or excused stays as it is. Running it twice gives the same.
    """
    entry_id, at, run = str(payload["entry"]), context.clock(), new_id()
    today = jst_date(at)
    query = select(RegisterEntry.register).where(RegisterEntry.entry_id == entry_id).limit(1)
    register = await session.scalar(query)
    count = 0
    for duty, package in (await duties_on(session, today)).values():
        if duty.register != register:
            continue
        first = await first_day(session, package.id)
        for period, not_before in await _periods(session, duty, entry_id, today, first):
            deadline = await deadlines_of(session, duty.id, period.key)
            asked = Asked(duty, period, not_before, deadline, run)
            rows = list(rows_owed(await spans_of(session, entry_id, period), asked))
            await keep(session, rows)
            count += len(rows)
        own = (Row.entry_id == entry_id, Row.duty == duty.id)
        await drop_stale(session, *own, run=run)
        await link_filings(session, *own)
    if count:
        await journal.append(
            session,
            subject=f"register:{entry_id}",
            action="duties_renewed",
            actor=SYSTEM_ACTOR.id,
            at=at,
            payload={"owed": count},
        )


async def _periods(
    session: AsyncSession, duty: Obligation, entry_id: str, today: date, first: date
) -> list[tuple[Period, date]]:
    """The periods to ask for, each with the first day on which something may fall due in it.

    Those running, and those for which something is open already, however old.
    """
    query = select(Row.period).where(
        Row.entry_id == entry_id, Row.duty == duty.id, Row.state == OPEN
    )
    periods = {period.key: (period, first) for period in running_periods(duty, today)}
    for key in await session.scalars(query):
        periods[key] = (period_called(duty, key), date.min)
    return list(periods.values())
