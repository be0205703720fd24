"""Opening a case at the desk: for officials with a role at its agency, for nobody else."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import OFFICIAL, case_for, side_of
from madoguchi.cases.errors import not_found
from madoguchi.cases.models import Case
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel.ids import is_id


async def case_at_desk(
    session: AsyncSession,
    actor: Actor,
    case_id: str,
    *,
    lock: bool = False,
    reading: bool = False,
) -> Case:
    """The case as an official of its agency sees it; CaseError 404 for everyone else.

    `reading`: nothing is done to it. Then the office that forwarded it (経由) sees it too.
    """
    if reading and is_id(case_id):
        passed_on = await session.get(Case, case_id)
        if passed_on is not None and _forwarded_by(actor, passed_on):
            return passed_on
    case = await case_for(session, actor, case_id, lock=lock)
    if side_of(actor, case) != OFFICIAL:
        raise not_found()
    return case


def _forwarded_by(actor: Actor, case: Case) -> bool:
    via = case.via_agency_id
    return actor.kind == "official" and via is not None and bool(roles_at(actor, via))
