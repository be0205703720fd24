"""Telling officials about opinions (お知らせ): the agency that is asked, the one that asked."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.identity import service as identity
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Texts
from madoguchi.kernel.periods import until_text
from madoguchi.messages import service as messages
from madoguchi.messages.service import Recipient
from madoguchi.procedures.workflow.opinions import Opinion

_TEXTS = Texts.load([Path(__file__).with_name("notices.toml")])


async def tell_agency(
    session: AsyncSession, case: Case, task: OpinionTask, block: Opinion, notice: str, at: datetime
) -> None:
    """A message to everyone at the agency who may answer, once for each notice."""
    today = jst_date(at)
    for person in await identity.officials_of(session, [task.agency_id], task.role, today):
        await _tell(session, case, task, block, notice, person.id, f"/desk/opinions/{task.id}", at)


async def tell_asker(
    session: AsyncSession, case: Case, task: OpinionTask, block: Opinion, notice: str, at: datetime
) -> None:
    """A message to whoever handles the case, or asked."""
    to = case.assignee_id or task.asked_by
    await _tell(session, case, task, block, notice, to, f"/desk/cases/{case.id}#opinions", at)


async def _tell(
    session: AsyncSession,
    case: Case,
    task: OpinionTask,
    block: Opinion,
    notice: str,
    person: str,
    link: str,
    at: datetime,
) -> None:
    agency = await identity.agency(session, task.agency_id)
    await messages.notify(
        session,
        to=Recipient(person=person),
        subject=_TEXTS.text(f"notice.{notice}.subject"),
        body=_TEXTS.text(f"notice.{notice}.body"),
        at=at,
        dedupe_key=f"opinion:{task.id}:{notice}:{person}",
        link=link,
        values={
            "title": case.title,
            "arrival_number": case.arrival_number,
            "opinion": dict(block.label),
            "agency": dict(agency.name),
            "due": until_text(task.due_at)
            if task.due_at
            else {"ja": "なし", "en": "no time limit"},
            "reason": task.withdrawn_because or "",
        },
    )
