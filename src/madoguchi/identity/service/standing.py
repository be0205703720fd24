"""What a person is at this moment (立場), and how much of it opens to what they showed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.agencies import shipped_agencies
from madoguchi.identity.delegation.holding import held_by
from madoguchi.identity.delegation.rules import Held, joined
from madoguchi.identity.models import Agency, Organisation, RoleGrant
from madoguchi.identity.rules import covers
from madoguchi.identity.service.belonging import Member, memberships
from madoguchi.identity.shown import Shown


@dataclass(frozen=True)
class Standing:
    """Roles in force as (agency, role); memberships, oldest first; the mandates they may use,
    oldest first, narrowed to what they may file in the firm that holds them.
    """

    grants: frozenset[tuple[str, str]] = frozenset()
    members: Sequence[Member] = ()
    held: Sequence[Held] = ()

    @property
    def for_organisations(self) -> bool:
        """Whether they act for any organisation."""
        return bool(self.members or self.held)


@dataclass(frozen=True)
class ActingFor:
    """A choice of for whom one acts: an own organisation, or one that gave a mandate."""

    organisation: Organisation
    agent: bool
    own_organisation: str | None = None
    procedures: frozenset[str] = frozenset()


def reached(standing: Standing, shown: Shown) -> Standing:
    """How much of a standing is open to somebody by what they showed. Deny by default."""
    if shown.agency is not None:
        at_it = frozenset(one for one in standing.grants if covers(shown.agency, one[0]))
        return Standing(at_it)
    if shown.alone:
        return Standing(standing.grants)
    if shown.token is None:
        return standing
    held = [one for one in standing.held if shown.through in (one.principal, one.own)]
    if shown.through is None:  # made for nobody; who joined an organisation since has outgrown it
        return replace(standing, held=held)
    ours = {shown.through, *(one.own for one in held)}
    members = [one for one in standing.members if one.organisation.id in ours]
    return replace(standing, held=held, members=members)


def firm_for(held: Sequence[Held], principal_id: str, through: str | None) -> str | None:
    """Through which of their organisations somebody is an agent: the one named where it holds a
    mandate, else that of the newest; None: in person.
    """
    firms = [one.own for one in held if one.principal == principal_id and one.own]
    return through if through in firms else firms[-1] if firms else None


async def standing_of(session: AsyncSession, person_id: str, today: date) -> Standing:
    """All that a person is on a day, whatever they showed."""
    roles = await session.execute(
        select(RoleGrant.agency_id, RoleGrant.role).where(
            RoleGrant.person_id == person_id, RoleGrant.in_force(today)
        )
    )
    grants = frozenset((row.agency_id, row.role) for row in roles)
    return replace(await acting_standing_of(session, person_id, today), grants=grants)


async def acting_standing_of(session: AsyncSession, person_id: str, today: date) -> Standing:
    """The organisations a person acts for, without the roles."""
    members = await memberships(session, person_id)
    limits = {one.organisation.id: one.limits for one in members}
    held = await held_by(session, person_id, limits, today)
    return Standing(members=members, held=[one for one in held if one.principal not in limits])


async def choices_in(
    session: AsyncSession, standing: Standing, through: str | None = None
) -> list[ActingFor]:
    """For whom one may act: own organisations first, then those that gave a mandate."""
    found = [ActingFor(one.organisation, agent=False) for one in standing.members]
    names = dict.fromkeys(one.principal for one in standing.held)
    rows = (
        await session.scalars(select(Organisation).where(Organisation.id.in_(names)))
        if names
        else ()
    )
    principals = {item.id: item for item in rows}
    return found + [
        ActingFor(
            principals[id], True, firm_for(standing.held, id, through), joined(standing.held, id)
        )
        for id in names
    ]


async def spread(
    session: AsyncSession, grants: frozenset[tuple[str, str]]
) -> frozenset[tuple[str, str]]:
    """Roles with those at agencies below that the shipped tree does not know."""
    if not grants:
        return grants
    added = await session.execute(
        select(Agency.id, Agency.parent_id).where(Agency.id.not_in(list(shipped_agencies())))
    )
    parents = {row.id: row.parent_id for row in added}
    found = set(grants)
    for lower in parents:
        upper: str | None = parents[lower]
        seen = {lower}
        while upper is not None and upper not in seen:
            seen.add(upper)
            found |= {(lower, role) for agency, role in grants if agency == upper}
            record = shipped_agencies().get(upper)
            upper = parents.get(upper) if record is None else record.parent
    return frozenset(found)
