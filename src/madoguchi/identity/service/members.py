"""The people who act for an organisation: whom to tell of what concerns it."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Membership, Person


async def members_of(session: AsyncSession, organisation_id: str) -> list[Person]:
    """The active members of an organisation, in the order they joined the service."""
    found = await session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Person.active)
        .order_by(Person.id)
    )
    return list(found)
