"""Roles at agencies: taking them back."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import RoleGrant
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock


async def revoke_role(
    session: AsyncSession, clock: Clock, person_id: str, agency_id: str, role: str, *, by: str
) -> bool:
    """Take a role back; whether it was held. The caller commits."""
    taken = await session.scalar(
        delete(RoleGrant)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.agency_id == agency_id,
            RoleGrant.role == role,
        )
        .returning(RoleGrant.person_id)
    )
    if taken is None:
        return False
    await journal.append(
        session,
        subject=f"person:{person_id}",
        action="role_revoked",
        actor=by,
        at=clock(),
        payload={"agency": agency_id, "role": role},
    )
    return True
