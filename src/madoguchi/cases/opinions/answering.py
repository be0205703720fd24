"""Answering an opinion at the agency asked, and what happens when its time is over."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import locked_case
from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.errors import case_error
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.opinions.queries import may_answer, task_for
from madoguchi.cases.opinions.settling import settled
from madoguchi.cases.opinions.telling import tell_agency, tell_asker
from madoguchi.identity.service import SYSTEM_ACTOR, Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.jobs import JobContext
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import evaluate_form
from madoguchi.procedures.workflow.opinions import ANSWERED, ASKED, PASSED, WITHDRAWN


async def answer(
    session: AsyncSession, actor: Actor, task_id: str, entered: Mapping[str, Any], clock: Clock
) -> OpinionTask:
    """Answer for one's agency; sending it twice is sending it once. The caller commits.

    CaseError 404 (not asked of one's agency), 403 (not one's role, or one's own filing), 409
    (answered by a colleague, withdrawn, or the case has ended), FormRefused 422.
    """
    _, case = await task_for(session, actor, task_id)
    case = await locked_case(session, case.id) or case
    task, _ = await task_for(session, actor, task_id, lock=True)
    if task.state == ANSWERED and task.answered_by == actor.id:
        return task
    _open_to(actor, task, case)
    package, at = await procedures.package(session, case.digest), clock()
    judged = await judge_case(session, case, package, jst_date(at))
    block = package.machine.opinions[task.name]
    _, form, faults = evaluate_form(block.form, entered, judged.context(case), judged.environment)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise FormRefused(errors)
    task.state, task.form, task.content_hash = ANSWERED, form, case.content_hash
    task.answered_at, task.answered_by, task.answered_name = at, actor.id, actor.name
    await settled(session, case, package, task, actor, "opinion_answered", at)
    await tell_asker(session, case, task, block, "answered", at)
    return task


async def opinion_due(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind DUE_JOB: remind, or take silence for no objection where the package does."""
    task = await session.get(OpinionTask, str(payload["task"]))
    case = await locked_case(session, task.case_id) if task is not None else None
    if task is None or case is None:
        return
    await session.refresh(task, with_for_update=True)
    if task.state != ASKED or case.waits_for == "":
        return
    package, at = await procedures.package(session, case.digest), context.clock()
    block = package.machine.opinions.get(task.name)
    if block is None:
        return
    if payload["kind"] == "soon":
        await tell_agency(session, case, task, block, "soon", at)
    elif block.passes:
        task.state, task.answered_at = PASSED, at
        await settled(session, case, package, task, SYSTEM_ACTOR, "opinion_passed", at)
        await tell_asker(session, case, task, block, "silent", at)
    else:
        await tell_agency(session, case, task, block, "over", at)
        await tell_asker(session, case, task, block, "silent", at)


def _open_to(actor: Actor, task: OpinionTask, case: Case) -> None:
    own = {actor.organisation, actor.own_organisation} - {None}
    if not may_answer(actor, task) or actor.id == case.filer_id or case.organisation_id in own:
        raise case_error(
            "not-permitted",
            403,
            "この意見照会に回答する権限がありません。",
            "You do not have the role to answer this.",
        )
    if task.state in (ANSWERED, WITHDRAWN) or case.waits_for == "":
        raise case_error(
            "opinion-closed",
            409,
            "この意見照会は、回答済みか、取り下げられたか、案件が終わっています。画面を読み込み直して確かめてください。",
            "This has been answered or withdrawn, or the case has ended. Reload to see.",
        )
