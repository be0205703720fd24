"""When an organisation's proof is due: the newest of those who represent it counts."""

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Membership, Organisation, Verification
from madoguchi.identity.organisations.rules import REPRESENTATIVE


async def settle_proof(session: AsyncSession, organisation_id: str | None = None) -> None:
    """Bring `Organisation.proof_due_at` in line, of one organisation or (None) of all.

    Where nobody proved represents it any more, the last proof's day stays: members go on by what they
    were given, and no longer. The caller commits.
    """
    newest = (
        select(func.max(Verification.due_at))
        .join(
            Membership,
            (Membership.person_id == Verification.person_id)
            & (Membership.organisation_id == Verification.organisation_id),
        )
        .where(
            Membership.role == REPRESENTATIVE,
            Verification.organisation_id == Organisation.id,
        )
        .scalar_subquery()
    )
    which: list[ColumnElement[bool]] = [
        newest.is_not(None),
        Organisation.proof_due_at.is_distinct_from(newest),
    ]
    if organisation_id is not None:
        which.append(Organisation.id == organisation_id)
    await session.execute(
        update(Organisation)
        .where(*which)
        .values(proof_due_at=newest)
        .execution_options(synchronize_session=False)
    )
