"""Memberships (所属) of a person, and where the proof behind them is too old."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Membership, Organisation, Verification
from madoguchi.identity.organisations.rules import REPRESENTATIVE
from madoguchi.identity.reproof.rules import GRACE, rests


@dataclass(frozen=True)
class Member:
    """A membership: the organisation, what it lets them file, the branch, whether they represent it,
    when the proof behind it is due again: a representative's own, else the organisation's.
    """

    organisation: Organisation
    limits: Sequence[str]
    branch: str | None = None
    represents: bool = False
    due_at: datetime | None = None


async def memberships(session: AsyncSession, person_id: str) -> list[Member]:
    """Of which organisations a person is a member, oldest first."""
    own = and_(
        Verification.person_id == Membership.person_id,
        Verification.organisation_id == Membership.organisation_id,
    )
    rows = await session.execute(
        select(
            Organisation,
            Membership.procedures,
            Membership.branch_id,
            Membership.role,
            Verification.due_at,
        )
        .join(Membership, Membership.organisation_id == Organisation.id)
        .outerjoin(Verification, own)
        .where(Membership.person_id == person_id)
        .order_by(Organisation.id)
    )
    return [
        Member(
            organisation,
            limits,
            branch if role != REPRESENTATIVE else None,
            role == REPRESENTATIVE,
            due if role == REPRESENTATIVE else organisation.proof_due_at,
        )
        for organisation, limits, branch, role, due in rows
    ]


async def resting(
    session: AsyncSession, members: Sequence[Member], principals: Collection[str], now: datetime
) -> frozenset[str]:
    """Of which of their organisations, and their principals, the proof is too old (identity.reproof)."""
    found = {
        one.organisation.id for one in members if rests(one.due_at, now, represents=one.represents)
    }
    if principals:
        found |= set(
            await session.scalars(
                select(Organisation.id).where(
                    Organisation.id.in_(principals), Organisation.proof_due_at <= now - GRACE
                )
            )
        )
    return frozenset(found)
