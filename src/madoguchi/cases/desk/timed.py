"""What the system does by itself when its time has come (期限による処理), at most once each."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import locked_case
from madoguchi.cases.desk.perform import Deed, perform
from madoguchi.cases.judging import judge_case
from madoguchi.cases.timers import timers_of
from madoguchi.cases.transition import history
from madoguchi.identity.service import SYSTEM_ACTOR
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.jobs import JobContext
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import advance
from madoguchi.procedures.workflow.advance import WorkflowError
from madoguchi.procedures.workflow.machine import SYSTEM


async def run_timer(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind TIMER_JOB: {case, action}. It does nothing where the case has moved on, the
    time was put off, the action is done already or its guard does not hold; running it again is
    harmless.
    """
    case = await locked_case(session, str(payload["case"]))
    if case is None:
        return
    package, at = await procedures.package(session, case.digest), context.clock()
    judged = await judge_case(session, case, package, jst_date(at))
    now_due = [item for item in timers_of(case, package, judged) if item.due <= at]
    mine = next((item for item in now_due if item.action.name == payload["action"]), None)
    if mine is None:
        return
    try:
        transition = advance(
            package.machine,
            mine.action.name,
            case.state,
            {SYSTEM},
            SYSTEM_ACTOR.id,
            history(case),
            case.content_hash,
            judged.context(case),
        )
    except WorkflowError:  # its guard does not hold: the next act lays the timer in again
        return
    deed = Deed(SYSTEM_ACTOR, SYSTEM, {}, due=mine.due)
    await perform(session, case, package, judged, transition, deed, context.clock)
