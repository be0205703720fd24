"""Who acts now: an actor from a sign-in or from an access token."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Account
from madoguchi.identity.account.rules import PRIME
from madoguchi.identity.agencies import shipped_agencies
from madoguchi.identity.assurance import ACR_2, reaches
from madoguchi.identity.delegation.holding import held_by
from madoguchi.identity.delegation.rules import Held, joined
from madoguchi.identity.device import moved
from madoguchi.identity.models import (
    AccessToken,
    Agency,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    SignIn,
    Verification,
)
from madoguchi.identity.organisations.branches import branches_below
from madoguchi.identity.rules import APPLICANT, OFFICIAL, Actor
from madoguchi.identity.service.belonging import memberships, resting
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import is_id

USED_EVERY = timedelta(minutes=5)
LONGEST_TOKEN = 200


@dataclass(frozen=True)
class ActingFor:
    """A choice of for whom one acts: an own organisation, or one that gave a mandate."""

    organisation: Organisation
    agent: bool
    own_organisation: str | None = None
    procedures: frozenset[str] = frozenset()


@cache
def _signed_in() -> Select[Person, str, str, str | None]:
    return (
        select(Person, SignIn.device, SignIn.acr, Account.level)
        .join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .where(SignIn.id == bindparam("sign_in_id"), SignIn.ended_at.is_(None), Person.active)
    )


async def actor_of_sign_in(
    session: AsyncSession,
    sign_in_id: str,
    acting_for: str | None,
    language: str,
    now: datetime,
    device: str | None = None,
) -> Actor | None:
    """The actor of a session; None when it has ended or the person is no longer active.

    None, too, when it was begun in another browser than that of `device` (of a request). With one
    factor a member or agent is confined (Actor.confined), a prime or an official nobody (ASVS 6.3.3).
    """
    if not is_id(sign_in_id):
        return None
    row = (await session.execute(_signed_in(), {"sign_in_id": sign_in_id})).first()
    if row is None or (device is not None and moved(row[1], device)):
        return None
    weak = row[3] is not None and not reaches(row[2], ACR_2)
    actor = await _actor(session, row[0], acting_for, language, now, alone=weak)
    return None if weak and (row[3] == PRIME or actor.kind == OFFICIAL) else actor


async def actor_of_person(
    session: AsyncSession,
    person_id: str,
    acting_for: str | None,
    language: str,
    now: datetime,
    *,
    alone: bool = False,
) -> Actor | None:
    """Who a person is now, for work done on their behalf after the request.

    None when they are no longer active, or may no longer act for the organisation named. `alone`:
    as the private person they are, for what was asked for nobody: one factor may have been all
    they showed.
    """
    person: Person | None = await session.get(Person, person_id) if is_id(person_id) else None
    if person is None or not person.active:
        return None
    actor = await _actor(session, person, acting_for, language, now, alone=alone)
    return actor if acting_for in (None, actor.organisation) else None


async def actor_of_token(
    session: AsyncSession, token: str, language: str, now: datetime
) -> tuple[Actor, bool] | None:
    """The actor of a valid access token, and whether its use should be written down now."""
    row = (
        await session.execute(
            select(AccessToken, Person)
            .join(Person, Person.id == AccessToken.person_id)
            .where(
                AccessToken.sha256 == token_hash(token),
                AccessToken.revoked_at.is_(None),
                AccessToken.expires_at > now,
                Person.active,
            )
        )
    ).first()
    if row is None:
        return None
    found, person = row
    actor = await _actor(session, person, found.organisation_id, language, now, token=found.id)
    if actor.organisation != found.organisation_id:
        return None  # the membership or mandate the token was made for has ended
    stale = found.last_used_at is None or now - found.last_used_at > USED_EVERY
    return actor, stale


@dataclass(frozen=True)
class Holder:
    """Whose program shows a token: an applicant acting for their own organisation.

    `stale`: the use of the token should be written down now.
    """

    actor: Actor
    person: Person
    organisation: Organisation
    stale: bool


async def holders_of_tokens(
    session: AsyncSession, hashes: Collection[str], language: str, now: datetime
) -> dict[str, Holder]:
    """Who shows these tokens (SHA-256, hexadecimal), with one query.

    Only the plain ones: officials, agents, members of a branch, people without an organisation or of
    one whose proof is due are not among them, nor whose token is not valid; `actor_of_token` knows
    them all.
    """
    rows = await session.execute(_plain_holders(), {"hashes": list(hashes), "now": now})
    return {
        sha256: Holder(
            Actor(
                id=person.id,
                name=person.name,
                kind=APPLICANT,
                organisation=organisation.id,
                organisation_name=organisation.name,
                corporate_number=organisation.corporate_number,
                language=language,
                token=token,
                limits=frozenset(limits),
            ),
            person,
            organisation,
            stale=used is None or now - used > USED_EVERY,
        )
        for sha256, token, used, person, organisation, limits in rows
    }


@cache
def _plain_holders() -> Select[str, str, datetime | None, Person, Organisation, list[str]]:
    """Made once: putting a statement together takes longer than asking it."""
    return (
        select(
            AccessToken.sha256,
            AccessToken.id,
            AccessToken.last_used_at,
            Person,
            Organisation,
            Membership.procedures,
        )
        .join(Person, Person.id == AccessToken.person_id)
        .join(Organisation, Organisation.id == AccessToken.organisation_id)
        .join(
            Membership,
            and_(Membership.person_id == Person.id, Membership.organisation_id == Organisation.id),
        )
        .where(
            AccessToken.sha256.in_(bindparam("hashes", expanding=True)),
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > bindparam("now"),
            Person.active,
            ~exists().where(RoleGrant.person_id == Person.id),
            Membership.branch_id.is_(None),
            or_(Organisation.proof_due_at.is_(None), Organisation.proof_due_at > bindparam("now")),
            ~exists().where(
                Verification.person_id == Person.id,
                Verification.organisation_id == Organisation.id,
                Verification.due_at <= bindparam("now"),
            ),
        )
    )


def token_hash(token: str) -> str:
    """Under what a token is kept: its SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def bearer_of(authorization: str) -> str | None:
    """Under what the token is kept that a request shows (its header Authorization), or None."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    plausible = scheme.lower() == "bearer" and 0 < len(token) <= LONGEST_TOKEN
    return token_hash(token) if plausible else None


async def note_use(session: AsyncSession, token_ids: Collection[str], now: datetime) -> None:
    """Write down that tokens were used; the caller commits."""
    # One that another process is writing down at this moment need not be written down twice.
    free = (
        select(AccessToken.id)
        .where(AccessToken.id.in_(token_ids))
        .order_by(AccessToken.id)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        update(AccessToken).where(AccessToken.id.in_(free)).values(last_used_at=now)
    )


async def acting_choices(session: AsyncSession, person_id: str, today: date) -> list[ActingFor]:
    """For whom a person may act: own organisations first, then those that gave a mandate."""
    own = await own_organisations(session, person_id)
    found = [ActingFor(item, agent=False) for item in own]
    ids = [item.id for item in own]
    held = [
        one for one in await held_by(session, person_id, ids, today) if one.principal not in ids
    ]
    names = {one.principal for one in held}
    rows = (
        await session.scalars(select(Organisation).where(Organisation.id.in_(names)))
        if names
        else ()
    )
    principals = {item.id: item for item in rows}
    return found + [
        ActingFor(principals[id], True, _own_for(held, id), joined(held, id))
        for id in dict.fromkeys(one.principal for one in held)
    ]


async def own_organisations(session: AsyncSession, person_id: str) -> list[Organisation]:
    """The organisations a person is a member of, oldest first."""
    return [member.organisation for member in await memberships(session, person_id)]


async def choices_of(session: AsyncSession, actor: Actor, today: date) -> list[ActingFor]:
    """For whom an actor may act in this session: for nobody while they are confined."""
    return [] if actor.confined else await acting_choices(session, actor.id, today)


def _own_for(held: Sequence[Held], principal_id: str) -> str | None:
    """Through which of their organisations somebody is an agent; None: in person."""
    firms = [one.own for one in held if one.principal == principal_id and one.own]
    return firms[-1] if firms else None


async def _actor(
    session: AsyncSession,
    person: Person,
    acting_for: str | None,
    language: str,
    now: datetime,
    token: str | None = None,
    alone: bool = False,
) -> Actor:
    grants = await _grants(session, person.id, jst_date(now))
    members = await memberships(session, person.id)
    own = [member.organisation for member in members]
    limits = {member.organisation.id: member.limits for member in members}
    ids = [item.id for item in own]
    held = [
        narrowed
        for one in await held_by(session, person.id, ids, jst_date(now))
        if one.principal not in ids and (narrowed := _narrowed(one, limits)) is not None
    ]
    if token is not None:  # a key made for one organisation opens no other
        held = [one for one in held if acting_for in (one.principal, one.own)]
    confined = alone and bool(own or held)
    if alone:
        own, held = [], []
    agent = any(one.principal == acting_for for one in held)
    chosen = next((item for item in own if item.id == acting_for), own[0] if own else None)
    if agent:
        chosen = await session.get_one(Organisation, acting_for)
    firm = _own_for(held, chosen.id) if agent and chosen else None
    home = firm if agent else chosen.id if chosen else None
    branch = next((one.branch for one in members if one.organisation.id == home), None)
    return Actor(
        id=person.id,
        name=person.name,
        kind=OFFICIAL if grants else APPLICANT,
        organisation=chosen.id if chosen else None,
        organisation_name=chosen.name if chosen else None,
        corporate_number=chosen.corporate_number if chosen else None,
        grants=grants,
        language=language,
        agent=agent,
        own_organisation=firm,
        token=token,
        confined=confined,
        held=tuple(held),
        limits=frozenset(limits.get(home or "", ())),
        branch=branch,
        branches=await branches_below(session, home, branch) if home and branch else None,
        resting=await resting(session, members, {one.principal for one in held}, now),
    )


def _narrowed(held: Held, limits: Mapping[str, Sequence[str]]) -> Held | None:
    """A firm's mandate in the hands of a member who may file only some procedures there."""
    mine = frozenset(limits.get(held.own or "", ()))
    if not mine:
        return held
    both = held.procedures & mine if held.procedures else mine
    return replace(held, procedures=both) if both else None


async def _grants(session: AsyncSession, person_id: str, today: date) -> frozenset[tuple[str, str]]:
    rows = await session.execute(
        select(RoleGrant.agency_id, RoleGrant.role).where(
            RoleGrant.person_id == person_id, RoleGrant.in_force(today)
        )
    )
    grants = {(row.agency_id, row.role) for row in rows}
    return frozenset(grants | await _spread(session, grants)) if grants else frozenset()


async def _spread(session: AsyncSession, grants: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The grants at agencies below that the shipped tree does not know."""
    added = await session.execute(
        select(Agency.id, Agency.parent_id).where(Agency.id.not_in(list(shipped_agencies())))
    )
    parents = {row.id: row.parent_id for row in added}
    spread: set[tuple[str, str]] = set()
    for lower in parents:
        upper: str | None = parents[lower]
        seen = {lower}
        while upper is not None and upper not in seen:
            seen.add(upper)
            spread |= {(lower, role) for agency, role in grants if agency == upper}
            record = shipped_agencies().get(upper)
            upper = parents.get(upper) if record is None else record.parent
    return spread
