"""What an administrator does with the officials of their agency and those below it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.ending import end_access
from madoguchi.identity.account.proving import Means
from madoguchi.identity.account.recording import note
from madoguchi.identity.errors import unknown
from madoguchi.identity.models import Agency, Person, RoleGrant, SignIn
from madoguchi.identity.officials.errors import refused
from madoguchi.identity.rules import PROOFING, ROLES, Actor, agencies_where, covers
from madoguchi.identity.service.people import grant_role
from madoguchi.identity.service.roles import revoke_role
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id

ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Holding:
    """A role somebody has at an agency: "now", "later" or "past" by its days."""

    person: Person
    agency: Agency
    grant: RoleGrant
    standing: str
    last_seen: datetime | None


def administered(actor: Actor) -> frozenset[str]:
    """The agencies an administrator looks after. IdentityError 403 for everyone else."""
    agencies = agencies_where(actor, ADMINISTRATOR) if actor.token is None else frozenset()
    if not agencies:
        raise refused("not_administrator")
    return agencies


async def holdings(
    session: AsyncSession, agency_ids: Iterable[str], today: date, person_id: str | None = None
) -> list[Holding]:
    """Who has which role directly at these agencies, by agency and kana; when they last signed in."""
    seen = (
        select(SignIn.person_id, func.max(SignIn.created_at).label("at"))
        .group_by(SignIn.person_id)
        .subquery()
    )
    rows = await session.execute(
        select(Person, Agency, RoleGrant, seen.c.at)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .join(Agency, Agency.id == RoleGrant.agency_id)
        .outerjoin(seen, seen.c.person_id == Person.id)
        .where(
            RoleGrant.agency_id.in_(sorted(agency_ids)),
            *([] if person_id is None else [RoleGrant.person_id == person_id]),
        )
        .order_by(Agency.position, Agency.id, Person.kana, Person.id, RoleGrant.role)
    )
    return [Holding(row[0], row[1], row[2], _standing(row[2], today), row[3]) for row in rows]


async def official(
    session: AsyncSession, actor: Actor, person_id: str, today: date
) -> tuple[Person, list[Holding]]:
    """An official of one's agencies with their roles there. IdentityError 404 for anybody else."""
    agencies = administered(actor)
    found = await holdings(session, agencies, today, person_id) if is_id(person_id) else []
    if not found:
        raise unknown("official")
    return found[0].person, found


def checked(
    actor: Actor, agency_id: str, role: str, start: date | None, end: date | None, today: date
) -> None:
    """Whether an administrator may give such a role. IdentityError 403 or 422."""
    if not agency_id:
        raise refused("no_agency")
    if agency_id not in administered(actor):
        raise refused("not_administrator")
    if role not in ROLES:
        raise refused("no_role")
    if role == PROOFING:
        raise refused("role_of_operator")
    if end is not None and end < max(start or today, today):
        raise refused("period")


async def give(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    person_id: str,
    *,
    agency_id: str,
    role: str,
    start: date | None = None,
    end: date | None = None,
) -> None:
    """Give an official of one's agencies a role, or another period of one. The caller commits.

    IdentityError 403 for other agencies and for oneself, 404 for who is no official there, 409 when
    the last administrator would get an end, 422 for role or period.
    """
    today = jst_date(clock())
    checked(actor, agency_id, role, start, end, today)
    person, _ = await official(session, actor, person_id, today)
    if person.id == actor.id:
        raise refused("own_role")
    if role == ADMINISTRATOR and (end is not None or (start or today) > today):
        await _another(session, [agency_id], person.id, today)
    await grant_role(
        session,
        clock,
        person.id,
        agency_id,
        role,
        valid_from=start,
        valid_to=end,
        by=actor.id,
    )


async def take(
    session: AsyncSession, clock: Clock, actor: Actor, person_id: str, agency_id: str, role: str
) -> None:
    """Take a role back. IdentityError 403 for other agencies and for oneself, 404 when it is not
    held, 409 for the last administrator. The caller commits.
    """
    if agency_id not in administered(actor):
        raise refused("not_administrator")
    if person_id == actor.id:
        raise refused("own_role")
    if role == ADMINISTRATOR:
        await _another(session, [agency_id], person_id, jst_date(clock()))
    if not await revoke_role(session, clock, person_id, agency_id, role, by=actor.id):
        raise unknown("role")


async def end_sessions_of(
    session: AsyncSession, means: Means, actor: Actor, person_id: str
) -> None:
    """Sign an official out everywhere, their programs too. IdentityError 403, 404. The caller commits."""
    person, _ = await official(session, actor, person_id, jst_date(means.now))
    await end_access(session, means.now, person.id)
    await note(session, means.now, person.id, "sessions_ended_by_office", by=actor.id)


async def set_active(
    session: AsyncSession, means: Means, actor: Actor, person_id: str, *, active: bool
) -> None:
    """Stop an official from signing in at all, or let them again. The caller commits.

    IdentityError 403 for oneself, 404 also for who has past roles only; 409 for who has roles
    elsewhere and the last administrator.
    """
    today = jst_date(means.now)
    person, held = await official(session, actor, person_id, today)
    if person.id == actor.id:
        raise refused("own_role")
    if all(one.standing == "past" for one in held):
        raise unknown("official")  # who left is no longer theirs to stop
    mine = administered(actor)
    elsewhere = exists().where(
        RoleGrant.person_id == person.id, RoleGrant.agency_id.not_in(sorted(mine))
    )
    if await session.scalar(select(elsewhere)):
        raise refused("roles_elsewhere")
    administers = [one.agency.id for one in held if one.grant.role == ADMINISTRATOR]
    if not active and administers:
        await _another(session, administers, person.id, today)
    if person.active is active:
        return
    person.active = active
    if not active:
        await end_access(session, means.now, person.id)
    action = "official_enabled" if active else "official_disabled"
    await note(session, means.now, person.id, action, by=actor.id)


async def _another(
    session: AsyncSession, agency_ids: Sequence[str], person_id: str, today: date
) -> None:
    """Refuse what would leave one of these agencies without an administrator of its own or above.

    Locks their roles: of two administrators who remove each other, the second is refused.
    """
    rows = await session.scalars(
        select(RoleGrant)
        .where(RoleGrant.role == ADMINISTRATOR)
        .order_by(RoleGrant.agency_id, RoleGrant.person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    grants = list(rows)
    held = {grant.agency_id for grant in grants if grant.person_id == person_id}
    active = set(
        await session.scalars(
            select(Person.id).where(
                Person.id.in_({grant.person_id for grant in grants}),
                Person.active,
            )
        )
    )
    for agency_id in set(agency_ids) & held:
        if not any(
            covers(grant.agency_id, agency_id)
            and grant.person_id != person_id
            and grant.person_id in active
            and grant.valid_to is None
            and _standing(grant, today) == "now"
            for grant in grants
        ):
            raise refused("last_administrator")


def _standing(grant: RoleGrant, today: date) -> str:
    if grant.valid_from is not None and today < grant.valid_from:
        return "later"
    return "past" if grant.valid_to is not None and grant.valid_to < today else "now"
