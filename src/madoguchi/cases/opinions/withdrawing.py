"""Withdrawing what another agency was asked (意見照会の取下げ), by the agency that asked."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import locked_case
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.opinions.settling import settled
from madoguchi.cases.opinions.telling import tell_agency
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Machine
from madoguchi.procedures.workflow.opinions import ASKED, WITHDRAWN

LONGEST_REASON = 1000


async def asked_task(session: AsyncSession, actor: Actor, task_id: str) -> tuple[OpinionTask, Case]:
    """What was asked, for officials at the agency that asks; CaseError 404 for everyone else."""
    task = await session.get(OpinionTask, task_id) if is_id(task_id) else None
    if task is None:
        raise not_found()
    return task, await case_at_desk(session, actor, task.case_id)


def may_withdraw(actor: Actor, case: Case, task: OpinionTask, machine: Machine) -> bool:
    """Whether this official may: who may ask may also withdraw, while no answer has come."""
    asking = {
        role
        for action in machine.actions.values()
        if ("opinion", task.name) in action.effects
        for role in action.by
    }
    return bool(
        task.state == ASKED and case.waits_for != "" and asking & roles_at(actor, case.agency_id)
    )


async def withdraw(
    session: AsyncSession, actor: Actor, task_id: str, reason: str, clock: Clock
) -> OpinionTask:
    """Withdraw a question not answered yet; the agency asked is told why. The caller commits.

    Twice is once. CaseError 404 (none of one's cases), 403 (may not ask), 409 (answered meanwhile,
    or the case has ended), 422 (no reason, or too long a one).
    """
    task, case = await asked_task(session, actor, task_id)
    case = await locked_case(session, case.id) or case
    await session.refresh(task, with_for_update=True)
    if task.state == WITHDRAWN and task.answered_by == actor.id:
        return task
    package, at = await procedures.package(session, case.digest), clock()
    if task.state != ASKED or case.waits_for == "":
        raise case_error(
            "opinion-closed",
            409,
            "この意見照会は、回答済みか、取り下げられたか、案件が終わっています。画面を読み込み直して確かめてください。",
            "This has been answered or withdrawn, or the case has ended. Reload to see.",
        )
    if not may_withdraw(actor, case, task, package.machine):
        raise case_error(
            "not-permitted",
            403,
            "この意見照会を取り下げる権限がありません。照会できる担当者に頼んでください。",
            "You do not have the role to withdraw this. Ask an official who may ask for opinions.",
        )
    text = reason.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST_REASON:
        raise case_error(
            "reason-length",
            422,
            "取り下げる理由を1～{most}文字で入力してください。照会先に伝わります。",
            "Say in 1 to {most} characters why it is withdrawn. The agency asked will read it.",
            {"most": LONGEST_REASON},
        )
    task.state, task.withdrawn_because = WITHDRAWN, text
    task.answered_at, task.answered_by, task.answered_name = at, actor.id, actor.name
    await settled(session, case, package, task, actor, "opinion_withdrawn", at)
    block = package.machine.opinions.get(task.name)
    if block is not None:
        await tell_agency(session, case, task, block, "withdrawn", at)
    return task
