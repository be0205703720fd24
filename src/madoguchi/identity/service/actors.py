"""Who acts now: one way to make an actor, from what was shown: a sign-in, a key, or work left to do."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, and_, bindparam, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Account
from madoguchi.identity.account.rules import PRIME
from madoguchi.identity.assurance import ACR_2, reaches
from madoguchi.identity.device import moved
from madoguchi.identity.models import (
    AccessToken,
    Membership,
    Organisation,
    Person,
    RoleGrant,
    SignIn,
    Verification,
)
from madoguchi.identity.organisations.branches import branches_below
from madoguchi.identity.relying.models import ProviderSession, TrustedProvider
from madoguchi.identity.rules import APPLICANT, OFFICIAL, Actor
from madoguchi.identity.service.belonging import Member, resting
from madoguchi.identity.service.standing import (
    ActingFor,
    Standing,
    acting_standing_of,
    choices_in,
    firm_for,
    reached,
    spread,
    standing_of,
)
from madoguchi.identity.shown import Shown
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import is_id

USED_EVERY = timedelta(minutes=5)
LONGEST_TOKEN = 200


@cache
def _signed_in() -> Select[Person, str, str, str | None, str | None]:
    return (
        select(Person, SignIn.device, SignIn.acr, Account.level, TrustedProvider.agency_id)
        .join(SignIn, SignIn.person_id == Person.id)
        .outerjoin(Account, Account.person_id == Person.id)
        .outerjoin(ProviderSession, ProviderSession.sign_in_id == SignIn.id)
        .outerjoin(TrustedProvider, TrustedProvider.id == ProviderSession.provider_id)
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
    A provider speaks for its agency's officials only, while they are.
    """
    if not is_id(sign_in_id):
        return None
    row = (await session.execute(_signed_in(), {"sign_in_id": sign_in_id})).first()
    if row is None or (device is not None and moved(row[1], device)):
        return None
    person, _, acr, level, agency = row
    weak = level is not None and not reaches(acr, ACR_2)
    actor = await actor_of(
        session, person, Shown(acting_for, alone=weak, agency=agency), language, now
    )
    if agency is not None and actor.kind != OFFICIAL:
        return None
    return None if weak and (level == PRIME or actor.kind == OFFICIAL) else actor


async def actor_of_person(
    session: AsyncSession, person_id: str, shown: Shown, language: str, now: datetime
) -> Actor | None:
    """Who a person is now by what they showed earlier, for work done on their behalf since.

    None when they are no longer active, may no longer act for whom they acted, or the key they
    showed was taken back. Who acted for nobody is nobody's member: one factor may have been all
    they showed.
    """
    person: Person | None = await session.get(Person, person_id) if is_id(person_id) else None
    if person is None or not person.active or not await _key_stands(session, shown.token):
        return None
    shown = replace(shown, alone=shown.alone or shown.acting_for is None)
    actor = await actor_of(session, person, shown, language, now)
    if shown.agency is not None and not actor.grants:
        return None
    return actor if shown.acting_for == actor.organisation else None


async def _key_stands(session: AsyncSession, token_id: str | None) -> bool:
    """Whether nobody has taken a key back; that it grew too old since does not stop its work."""
    if token_id is None:
        return True
    found = await session.get(AccessToken, token_id)
    return found is not None and found.revoked_at is None


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
    shown = Shown(found.organisation_id, through=found.organisation_id, token=found.id)
    actor = await actor_of(session, person, shown, language, now)
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
            acting(
                person,
                Standing(members=(Member(organisation, limits),)),
                Shown(organisation.id, through=organisation.id, token=token),
                language,
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
    """For whom a person may act, whatever they show."""
    return await choices_in(session, await acting_standing_of(session, person_id, today))


async def choices_of(session: AsyncSession, actor: Actor, today: date) -> list[ActingFor]:
    """For whom an actor may act by what they showed."""
    return await choices_shown(session, actor.id, actor.shown, today)


async def choices_shown(
    session: AsyncSession, person_id: str, shown: Shown, today: date
) -> list[ActingFor]:
    """For whom a person may act who showed this."""
    standing = reached(await acting_standing_of(session, person_id, today), shown)
    return await choices_in(session, standing, shown.through)


async def actor_of(
    session: AsyncSession, person: Person, shown: Shown, language: str, now: datetime
) -> Actor:
    """Who a person is now by what they showed. The one way an actor is made: of pages, programs,
    jobs and calendars alike.
    """
    all_of_it = await standing_of(session, person.id, jst_date(now))
    open_to = reached(all_of_it, shown)
    open_to = replace(open_to, grants=await spread(session, open_to.grants))
    principal = None
    if any(one.principal == shown.acting_for for one in open_to.held):
        principal = await session.get_one(Organisation, shown.acting_for)
    confined = shown.alone and all_of_it.for_organisations
    actor = acting(person, open_to, shown, language, principal=principal, confined=confined)
    below = (
        await branches_below(session, actor.own, actor.branch)
        if actor.own and actor.branch
        else None
    )
    too_old = await resting(session, open_to.members, set(actor.mandates), now)
    return replace(actor, branches=below, resting=too_old)


def acting(
    person: Person,
    standing: Standing,
    shown: Shown,
    language: str,
    *,
    principal: Organisation | None = None,
    confined: bool = False,
) -> Actor:
    """The actor of a standing that is open to them: for `principal` as agent, else for the own
    organisation named, else for the oldest.
    """
    own = [member.organisation for member in standing.members]
    home = next((item for item in own if item.id == shown.acting_for), own[0] if own else None)
    chosen = principal or home
    firm = firm_for(standing.held, principal.id, shown.through) if principal else None
    through = firm if principal else home.id if home else None
    member = next((one for one in standing.members if one.organisation.id == through), None)
    return Actor(
        id=person.id,
        name=person.name,
        kind=OFFICIAL if standing.grants else APPLICANT,
        organisation=chosen.id if chosen else None,
        organisation_name=chosen.name if chosen else None,
        corporate_number=chosen.corporate_number if chosen else None,
        grants=standing.grants,
        language=language,
        agent=principal is not None,
        own_organisation=firm,
        token=shown.token,
        confined=confined,
        held=tuple(standing.held),
        limits=frozenset(member.limits) if member else frozenset(),
        branch=member.branch if member else None,
        shown=replace(
            shown,
            acting_for=chosen.id if chosen else None,
            through=through if shown.token is None else shown.through,
        ),
    )
