"""The people who act for an organisation: whom to tell of what concerns it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.holding import holding_on
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.models import Membership, Person


async def members_of(
    session: AsyncSession, organisation_ids: Collection[str]
) -> dict[str, list[Person]]:
    """The active members of each organisation, in the order they joined the service."""
    found = await session.execute(
        select(Membership.organisation_id, Person)
        .join(Person, Membership.person_id == Person.id)
        .where(Membership.organisation_id.in_(organisation_ids), Person.active, ~Person.program)
        .order_by(Person.id)
    )
    members: dict[str, list[Person]] = {id: [] for id in organisation_ids}
    for id, person in found:
        members[id].append(person)
    return members


async def agents_of(
    session: AsyncSession, principal_id: str, procedure_id: str | None, today: date
) -> frozenset[str]:
    """The organisations whose mandate (委任) from this one covers the procedure on that day.

    Without a procedure only mandates for every procedure count.
    """
    mandates = await session.scalars(
        select(Mandate).where(
            Mandate.principal_id == principal_id,
            Mandate.agent_organisation_id.is_not(None),
            holding_on(today),
        )
    )
    return frozenset(
        str(mandate.agent_organisation_id)
        for mandate in mandates
        if (not mandate.procedures or procedure_id in mandate.procedures)
    )
