"""Roles at agencies: who holds them, and taking them back."""

from collections.abc import Collection

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Agency, Person, RoleGrant
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock


async def role_holders(
    session: AsyncSession, agency_ids: Collection[str]
) -> list[tuple[Person, Agency, str]]:
    """Who holds which role directly at these agencies, by agency and kana."""
    rows = await session.execute(
        select(Person, Agency, RoleGrant.role)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .where(RoleGrant.agency_id.in_(sorted(agency_ids)))
        .order_by(Agency.position, Agency.id, Person.kana, Person.id, RoleGrant.role)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def people_found(session: AsyncSession, words: str, limit: int = 20) -> list[Person]:
    """Active people with exactly this e-mail address, or whose name begins so."""
    text = words.strip()[:200]
    if not text:
        return []
    found = await session.scalars(
        select(Person)
        .where(
            Person.active,
            or_(Person.email == text, Person.name.startswith(text, autoescape=True)),
        )
        .order_by(Person.kana, Person.id)
        .limit(limit)
    )
    return list(found)


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
