"""Timers of a case (期限): what the system is to do and when, laid into the queue with every act."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.judging import CaseVerdict, judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.progress import done_since, entered_at
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import enqueue
from madoguchi.procedures.service import Package
from madoguchi.procedures.workflow.timers import Coming, act_by, coming

TIMER_JOB = "cases.timer"


async def set_timers(
    session: AsyncSession, case: Case, package: Package, judged: CaseVerdict | None, at: datetime
) -> None:
    """After an act: by when the present state must be left, and the jobs that act in time.

    Jobs of earlier states stay in the queue and find nothing to do (`desk.timed`).
    """
    state = package.machine.states[case.state]
    timed = any(action.timer for action in package.machine.leaving(case.state))
    if state.due is None and not timed:
        case.act_by = None
        return
    if judged is None:
        judged = await judge_case(session, case, package, jst_date(at))
    case.act_by = act_by(state, judged.context(case))
    for item in timers_of(case, package, judged):
        payload: dict[str, Any] = {"case": case.id, "action": item.action.name}
        if item.due <= at:  # its guard may hold now that did not before
            await enqueue(session, TIMER_JOB, payload)
            continue
        key = f"{case.id}:{item.action.name}:{entered_at(case).isoformat()}:{item.due.isoformat()}"
        await enqueue(session, TIMER_JOB, payload, key=key, run_at=item.due)


def is_late(act_by: datetime | None, at: datetime) -> bool:
    """Whether what was to be done by a moment is done too late; at the moment itself it is over."""
    return act_by is not None and at >= act_by


def timers_of(case: Case, package: Package, judged: CaseVerdict) -> list[Coming]:
    """What the system is to do in the present state of a case, the earliest first."""
    return coming(
        package.machine, case.state, entered_at(case), done_since(case), judged.context(case)
    )
