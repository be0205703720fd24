"""Asking for opinions: the effect of an act at the desk, in its transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.opinions.telling import tell_agency
from madoguchi.identity.models import Agency
from madoguchi.identity.service import Actor
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.periods import over_at
from madoguchi.procedures.workflow.opinions import ASKED, NOTE, Opinion, agencies_asked

DUE_JOB = "cases.opinion_due"


async def ask(
    session: AsyncSession,
    case: Case,
    block: Opinion,
    form: Mapping[str, Any],
    context: Mapping[str, object],
    actor: Actor,
    at: datetime,
) -> list[OpinionTask]:
    """Ask every agency the block names, each with its own time. CaseError 409: nobody to ask."""
    agencies = agencies_asked(block, {**context, "form": form})
    known = set(await session.scalars(select(Agency.id).where(Agency.id.in_(agencies))))
    if not agencies or known != set(agencies):
        raise case_error(
            "nobody-to-ask",
            409,
            "意見を求める相手が決まりません。申請の内容と手続の定めを確かめてください。",
            "It cannot be told whom to ask. Look at the filing and at the procedure's rules.",
        )
    turn = 1 + (
        await session.scalar(
            select(func.coalesce(func.max(OpinionTask.turn), 0)).where(
                OpinionTask.case_id == case.id, OpinionTask.name == block.name
            )
        )
        or 0
    )
    due = over_at(at, block.within) if block.within is not None else None
    tasks = [
        OpinionTask(
            id=new_id(),
            case_id=case.id,
            name=block.name,
            turn=turn,
            agency_id=agency,
            role=block.role,
            state=ASKED,
            note=str(form.get(NOTE) or ""),
            asked_at=at,
            asked_by=actor.id,
            due_at=due,
            form={},
        )
        for agency in agencies
    ]
    session.add_all(tasks)
    await session.flush()
    for task in tasks:
        await tell_agency(session, case, task, block, "asked", at)
        await _look_again(session, task, block, at)
    return tasks


async def _look_again(
    session: AsyncSession, task: OpinionTask, block: Opinion, at: datetime
) -> None:
    """A reminder before the time is over, and what happens when it is."""
    if task.due_at is None or block.within is None:
        return
    before = task.due_at - (over_at(at, block.remind) - at) if block.remind is not None else None
    for kind, moment in (("soon", before), ("over", task.due_at)):
        if moment is not None and moment > at:
            key = f"{task.id}:{kind}"
            await enqueue(session, DUE_JOB, {"task": task.id, "kind": kind}, key=key, run_at=moment)
