"""Who decides on erasing (文書管理): records managers and managers, at their agencies only."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.models import Case
from madoguchi.cases.retention.models import Erasure
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel.ids import is_id

ROLES = ("records", "manager")


def agencies_of(actor: Actor) -> frozenset[str]:
    """The agencies whose records the actor looks after; empty for everyone else."""
    if actor.kind != "official":
        return frozenset()
    return frozenset().union(*(agencies_where(actor, role) for role in ROLES))


def looked_after(actor: Actor) -> frozenset[str]:
    """The same. CaseError 403 for those who look after none."""
    agencies = agencies_of(actor)
    if not agencies:
        raise case_error(
            "not_records_manager",
            403,
            "この画面は、文書管理者と業務管理者だけが使えます。",
            "For records managers and managers only.",
        )
    return agencies


async def erasure_for(
    session: AsyncSession, actor: Actor, id: str, *, lock: bool = False
) -> tuple[Erasure, Case]:
    """One erasure of the actor's agencies with its case. CaseError 403, 404."""
    agencies = looked_after(actor)
    if is_id(id):
        query = (
            select(Erasure, Case)
            .join(Case, Case.id == Erasure.case_id)
            .where(Erasure.id == id, Erasure.agency_id.in_(sorted(agencies)))
        )
        if lock:
            query = query.with_for_update(of=Erasure).execution_options(populate_existing=True)
        row = (await session.execute(query)).first()
        if row is not None:
            return row[0], row[1]
    raise not_found()


async def case_for_records(
    session: AsyncSession, actor: Actor, id: str, *, lock: bool = False
) -> Case:
    """A case of the actor's agencies, whatever its state. CaseError 403, 404."""
    agencies = looked_after(actor)
    if is_id(id):
        query = select(Case).where(Case.id == id, Case.agency_id.in_(sorted(agencies)))
        if lock:
            query = query.with_for_update().execution_options(populate_existing=True)
        found: Case | None = await session.scalar(query)
        if found is not None:
            return found
    raise not_found()
