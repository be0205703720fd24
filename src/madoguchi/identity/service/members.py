"""The people who act for an organisation: whom to tell of what concerns it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.holding import holding_on
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.models import Membership, Person
from madoguchi.identity.organisations.rules import REPRESENTATIVE


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


async def overseers_among(
    session: AsyncSession, organisation_id: str, person_ids: Collection[str]
) -> frozenset[str]:
    """Who of these people, or programs, is at this moment a member who sees all of an organisation:
    not for single procedures, not of a branch.
    """
    rows = await session.execute(
        select(Membership.person_id, Membership.procedures)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.person_id.in_(person_ids),
            or_(Membership.branch_id.is_(None), Membership.role == REPRESENTATIVE),
            Person.active,
        )
    )
    return frozenset(person for person, procedures in rows if not procedures)


async def agents_of(
    session: AsyncSession, principal_id: str, procedure_id: str | None, today: date
) -> dict[str, frozenset[str] | None]:
    """The organisations whose mandate (委任) from this one covers the procedure on that day, each with
    those of its members who may use it (None: all).

    Without a procedure only mandates for every procedure count.
    """
    mandates = await session.scalars(
        select(Mandate).where(
            Mandate.principal_id == principal_id,
            Mandate.agent_organisation_id.is_not(None),
            holding_on(today),
        )
    )
    found: dict[str, frozenset[str] | None] = {}
    for mandate in mandates:
        if mandate.procedures and procedure_id not in mandate.procedures:
            continue
        firm = str(mandate.agent_organisation_id)
        named = None if mandate.members is None else frozenset(mandate.members)
        before = found.get(firm, frozenset())
        found[firm] = None if named is None or before is None else before | named
    return found
