"""Reminders of improvement reports (改善報告の督促): before the deadline, and the day after it."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.models import Finding, Inspection
from madoguchi.cases.inspections.notices import tell_holder, tell_inspectors
from madoguchi.cases.inspections.programme import Programme
from madoguchi.cases.inspections.step import note
from madoguchi.identity.service import SYSTEM_ACTOR
from madoguchi.kernel.clock import JST, as_utc, jst_date
from madoguchi.kernel.jobs import JobContext, enqueue

REMIND_JOB = "inspections.remind"
_AT = time(9)


async def schedule(
    session: AsyncSession, programme: Programme, findings: Sequence[Finding]
) -> None:
    """Enqueue a reminder before each deadline and a demand (督促) after it."""
    for finding in findings:
        if finding.due_on is None:
            continue
        before = timedelta(days=programme.block.spec.remind_days)
        for kind, day in (
            ("soon", finding.due_on - before),
            ("late", finding.due_on + timedelta(days=1)),
        ):
            await enqueue(
                session,
                REMIND_JOB,
                {"finding": finding.id, "kind": kind, "due_on": finding.due_on},
                key=f"{finding.id}:{kind}:{finding.due_on}",
                run_at=as_utc(datetime.combine(day, _AT, JST)),
            )


async def remind(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind REMIND_JOB: nothing when the report came or the deadline has moved."""
    finding = await session.get(Finding, str(payload["finding"]))
    if finding is None or finding.due_on is None or finding.state not in rules.OPEN_FINDINGS:
        return
    if finding.due_on.isoformat() != payload["due_on"]:
        return
    inspection = await session.get(Inspection, finding.inspection_id)
    if inspection is None or inspection.state != rules.IMPROVING:
        return
    at, kind = context.clock(), str(payload["kind"])
    if kind == "late" and jst_date(at) <= finding.due_on:
        return
    values = {"finding": finding.number, "due": finding.due_on.isoformat()}
    once = f"{finding.id}:{finding.due_on}"
    await tell_holder(session, inspection, kind, once, at, values)
    if kind == "late":
        await tell_inspectors(session, inspection, "late_inspector", once, at, values)
    await note(session, inspection, f"report_{kind}", SYSTEM_ACTOR, at, values)
