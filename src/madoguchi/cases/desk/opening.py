"""Opening a case at the desk: for officials with a role at its agency, for nobody else."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import OFFICIAL, case_for, side_of
from madoguchi.cases.errors import not_found
from madoguchi.cases.models import Case
from madoguchi.identity.service import Actor


async def case_at_desk(
    session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False
) -> Case:
    """The case as an official of its agency sees it; CaseError 404 for everyone else."""
    case = await case_for(session, actor, case_id, lock=lock)
    if side_of(actor, case) != OFFICIAL:
        raise not_found()
    return case
