"""Reading opinions: of a case, for its rules and its desk; of an agency, for those who answer."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.models import Case
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.identity.service import Actor, agencies_where, roles_at
from madoguchi.kernel.ids import is_id
from madoguchi.procedures.service import Machine
from madoguchi.procedures.workflow.opinions import ASKED, Request, standing

MOST = 200


async def tasks_of(session: AsyncSession, case_id: str) -> list[OpinionTask]:
    """Every opinion asked about a case, in the order asked."""
    query = select(OpinionTask).where(OpinionTask.case_id == case_id)
    return list(await session.scalars(query.order_by(OpinionTask.asked_at, OpinionTask.id)))


async def opinions_of(
    session: AsyncSession, case_id: str, machine: Machine
) -> dict[str, dict[str, object]]:
    """What rules see as `opinions`: each block by name, as it was last asked."""
    if not machine.opinions:
        return {}
    tasks = await tasks_of(session, case_id)
    return {
        name: standing(block, _last_turn([task for task in tasks if task.name == name]))
        for name, block in machine.opinions.items()
    }


def _last_turn(tasks: Collection[OpinionTask]) -> list[Request]:
    turn = max((task.turn for task in tasks), default=0)
    return [Request(t.agency_id, t.state, t.form) for t in tasks if t.turn == turn]


async def asked_of_me(
    session: AsyncSession, actor: Actor, *, open_only: bool = True
) -> list[tuple[OpinionTask, Case]]:
    """The tasks of this official's agencies with their cases: open ones by due day, others newest
    first.
    """
    query = select(OpinionTask, Case).join(Case, Case.id == OpinionTask.case_id)
    order = (OpinionTask.due_at.is_(None), OpinionTask.due_at, OpinionTask.id)
    if open_only:
        query = query.where(_open(actor)).order_by(*order)
    else:
        query = query.where(_mine(actor), ~_open(actor)).order_by(OpinionTask.id.desc())
    return [(row[0], row[1]) for row in await session.execute(query.limit(MOST))]


async def open_count(session: AsyncSession, actor: Actor) -> int:
    """How many opinions wait for an answer by this official's agencies."""
    query = select(func.count()).select_from(OpinionTask)
    found = await session.scalar(
        query.join(Case, Case.id == OpinionTask.case_id).where(_open(actor))
    )
    return found or 0


async def task_for(
    session: AsyncSession, actor: Actor, task_id: str, *, lock: bool = False
) -> tuple[OpinionTask, Case]:
    """A task with its case, for officials with a role at the agency asked; CaseError 404 otherwise."""
    if not is_id(task_id):
        raise not_found()
    query = select(OpinionTask).where(OpinionTask.id == task_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    task = await session.scalar(query)
    if task is None or actor.kind != "official" or not roles_at(actor, task.agency_id):
        raise not_found()
    case = await session.get(Case, task.case_id)
    if case is None:
        raise not_found()
    return task, case


def may_answer(actor: Actor, task: OpinionTask) -> bool:
    """Whether this official has the role that answers."""
    return task.role in roles_at(actor, task.agency_id)


def _open(actor: Actor) -> ColumnElement[bool]:
    """To be answered, of a case that has not ended."""
    return and_(_mine(actor), OpinionTask.state == ASKED, Case.waits_for != "")


def _mine(actor: Actor) -> ColumnElement[bool]:
    return OpinionTask.agency_id.in_(sorted(agencies_where(actor)))
