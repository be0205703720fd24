"""An opinion as those who answer see it: the case read-only, and only what the package lets it show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.answers import AnswerPage
from madoguchi.cases.desk.answers import filed_answers
from madoguchi.cases.desk.view import FileLine, files_of
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.opinions.queries import may_answer, task_for, tasks_of
from madoguchi.cases.opinions.withdrawing import may_withdraw
from madoguchi.cases.stored import shown
from madoguchi.cases.timers import is_late
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package
from madoguchi.procedures.workflow.opinions import ANSWERED, ASKED, WITHDRAWN, Opinion


@dataclass(frozen=True)
class OpinionView:
    """One task with what its agency may see of the case."""

    task: OpinionTask
    case: Case
    block: Opinion
    agency: Text
    asker: Text
    answers: Sequence[AnswerPage]
    files: Sequence[FileLine]
    answered: Sequence[tuple[Text, str]]
    may_answer: bool
    overdue: bool


@dataclass(frozen=True)
class OpinionLine:
    """One agency's opinion on the page of the case."""

    label: Text
    agency: Text
    task: OpinionTask
    answered: Sequence[tuple[Text, str]]
    overdue: bool
    outdated: bool
    may_withdraw: bool


async def opinion_view(
    session: AsyncSession, actor: Actor, task_id: str, language: str, now: datetime
) -> OpinionView:
    """A task for an official of the agency asked. CaseError 404 for everyone else."""
    task, case = await task_for(session, actor, task_id)
    package = await procedures.package(session, case.digest)
    block = package.machine.opinions[task.name]
    judged = await judge_case(session, case, package, jst_date(now))
    relevant = frozenset(p for p in judged.verdict.relevant if _seen(block, p))
    data = {name: value for name, value in case.data.items() if _seen(block, name)}
    return OpinionView(
        task=task,
        case=case,
        block=block,
        agency=dict((await identity.agency(session, task.agency_id)).name),
        asker=dict((await identity.agency(session, case.agency_id)).name),
        answers=filed_answers(package, data, {}, relevant, language),
        files=await files_of(session, package, seen_files(case, block)),
        answered=_answered(block, task, language),
        may_answer=task.state not in (ANSWERED, WITHDRAWN)
        and case.waits_for != ""
        and may_answer(actor, task),
        overdue=task.state == ASKED and is_late(task.due_at, now),
    )


def seen_files(case: Case, block: Opinion) -> dict[str, list[dict[str, object]]]:
    """The files of a case that those who answer may open."""
    return {key: files for key, files in case.attached.items() if _seen(block, key)}


async def opinion_lines(
    session: AsyncSession,
    actor: Actor,
    case: Case,
    package: Package,
    language: str,
    now: datetime,
) -> list[OpinionLine]:
    """Every opinion asked about a case, for its own desk."""
    lines = []
    for task in await tasks_of(session, case.id):
        block = package.machine.opinions.get(task.name)
        if block is None:  # the case was moved into a version that asks no more
            continue
        lines.append(
            OpinionLine(
                label=block.label,
                agency=dict((await identity.agency(session, task.agency_id)).name),
                task=task,
                answered=_answered(block, task, language),
                overdue=task.state == ASKED and is_late(task.due_at, now),
                outdated=task.content_hash not in (None, case.content_hash),
                may_withdraw=may_withdraw(actor, case, task, package.machine),
            )
        )
    return lines


def _answered(block: Opinion, task: OpinionTask, language: str) -> list[tuple[Text, str]]:
    return [
        (field.label, shown(field, task.form[name], language))
        for name, field in block.form.items()
        if task.form.get(name) is not None
    ]


def _seen(block: Opinion, place: str) -> bool:
    """A field, an attachment, or any place within a field (JSON Pointer)."""
    return block.sees is None or place.removeprefix("/").split("/")[0] in block.sees
