"""Ending (終了) what an account can do: its sessions, tokens and grants; what it may do for others."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Invitation
from madoguchi.identity.delegation.ending import end_mandates, mandates_of
from madoguchi.identity.delegation.rules import CLOSED
from madoguchi.identity.ending import end_sessions
from madoguchi.identity.models import AccessToken, Membership, SignIn
from madoguchi.identity.provider.models import Grant


async def end_access(session: AsyncSession, now: datetime, person_id: str) -> None:
    """End every session, access token and grant of a person. The caller commits and journals."""
    await end_sessions(session, now, SignIn.person_id == person_id)
    for table in (AccessToken, Grant):
        await session.execute(
            update(table)
            .where(table.person_id == person_id, table.revoked_at.is_(None))
            .values(revoked_at=now)
        )


async def end_standing(session: AsyncSession, now: datetime, person_id: str, address: str) -> None:
    """End every membership, mandate and open invitation of a person. The caller commits."""
    await session.execute(delete(Membership).where(Membership.person_id == person_id))
    mandates = await mandates_of(session, person_id=person_id, address=address)
    await end_mandates(session, mandates, CLOSED, person_id, now)
    await session.execute(
        update(Invitation)
        .where(
            Invitation.address == address,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


async def end_acting(
    session: AsyncSession, now: datetime, organisation_id: str, person_id: str | None = None
) -> None:
    """End the tokens and grants that act for an organisation, and the open invitations to it: of one
    person, or of everybody.

    Sessions go on: each request asks anew for whom its person may act.
    """
    for table in (AccessToken, Grant):
        theirs = [] if person_id is None else [table.person_id == person_id]
        await session.execute(
            update(table)
            .where(table.organisation_id == organisation_id, table.revoked_at.is_(None), *theirs)
            .values(revoked_at=now)
        )
    await session.execute(
        update(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            *([] if person_id is None else [Invitation.invited_by == person_id]),
        )
        .values(revoked_at=now)
    )
