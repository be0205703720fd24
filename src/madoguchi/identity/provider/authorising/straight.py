"""Straight on (続けてのログイン): who is signed in and agreed before is sent back with a code at once.

That is what a person does who opens the next service: no page is shown, so nothing of what pages need
is done. Those who come at one moment are looked at, held and written down together. Only the plain
ones: who must sign in or agree, officials, agents, requests that were pushed or are not in order, and
whoever is just being changed by somebody else, go the ordinary way (pages.py), which knows them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from madoguchi.identity.account.models import Account
from madoguchi.identity.account.rules import PRIME
from madoguchi.identity.assurance import ACR_2, reaches
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.device import device_of, moved
from madoguchi.identity.models import Membership, Person, RoleGrant, SignIn
from madoguchi.identity.provider.authorising.arriving import (
    Arrived,
    arrived,
    back,
    query_of,
    read,
)
from madoguchi.identity.provider.authorising.rules import (
    GO,
    AuthorisationRequest,
    Standing,
    what_next,
)
from madoguchi.identity.provider.authorising.service import (
    HELD,
    Held,
    Plain,
    new_grant,
    put_code,
    signed_in_at_service,
)
from madoguchi.identity.provider.clients import known as clients
from madoguchi.identity.provider.errors import OAuthError
from madoguchi.identity.provider.models import Consent, Grant
from madoguchi.identity.provider.profiles import ORGANISATION
from madoguchi.identity.provider.secrets import new_code
from madoguchi.identity.relying.models import ProviderSession
from madoguchi.identity.service.sign_in import ACTING_FOR, SIGN_IN
from madoguchi.kernel.database import Database, padded
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.ids import is_id
from madoguchi.kernel.journal.service import add_rows, entry_row, free_subjects
from madoguchi.web.session import SessionCookie

AUTHORIZE = "/oauth/authorize"


@dataclass(frozen=True)
class Coming:
    """Somebody who comes from a service: their session, its browser, what the service asks."""

    arrived: Arrived
    asked: AuthorisationRequest
    sign_in_id: str
    acting_for: str | None
    device: str
    now: datetime


async def straight_on(request: Request, cookie: SessionCookie) -> Response | None:
    """Back to the service with a code; None for whom the ordinary way is."""
    session, age = cookie.read(request.cookies.get(cookie.name, ""))
    sign_in_id, acting_for = session.get(SIGN_IN), session.get(ACTING_FOR)
    if not isinstance(sign_in_id, str) or not is_id(sign_in_id):
        return None
    state = request.app.state
    found = await _read(state.database, request)
    if found is None:
        return None
    coming = Coming(
        *found,
        sign_in_id,
        acting_for if isinstance(acting_for, str) else None,
        device_of(request.headers.get("user-agent", "")),
        state.clock(),
    )
    code = await state.database.together(_codes, coming)
    if code is None:
        return None
    response = back(state.provider, coming.arrived, {"code": code})
    response.headers["Cache-Control"] = "no-store"
    for line in cookie.lines(session, age):
        response.headers.append("Set-Cookie", line)
    return response


async def _read(
    database: Database, request: Request
) -> tuple[Arrived, AuthorisationRequest] | None:
    """What is asked, where it is in order and in the address itself."""
    if "authorization" in request.headers:
        return None
    try:
        query = query_of(request.scope["query_string"])
        client = await clients.named(database, query.get("client_id"))
        if client is None or "request_uri" in query:
            return None
        here = arrived(query, query, client)
        asked = read(here)
        # Who is told of the organisation, or by account numbers: it is looked at for whom one acted last.
        told_more = ORGANISATION in asked.scopes or here.profile.gbizid_fields
        return None if told_more else (here, asked)
    except (OAuthError, DomainError):
        return None


async def _codes(database: Database, group: Sequence[Coming]) -> list[str | None]:
    """A code for each; None for whom the ordinary way is. One transaction."""
    async with database.session() as session:
        held = await _held(session, group)
        subjects = [f"person:{sign_in.person_id}" for sign_in in held.values()]
        numbers = await free_subjects(session, subjects)
        consents = await _consents(session, group, held)
        own = await _organisations(session, held)
        codes: list[str | None] = []
        grants: list[Grant] = []
        entries: list[dict[str, Any]] = []
        for coming in group:
            sign_in = held.get(coming.sign_in_id)
            subject = f"person:{sign_in.person_id}" if sign_in else ""
            if sign_in is None or subject not in numbers:
                codes.append(None)
                continue
            agreed = consents.get((sign_in.person_id, coming.arrived.client.id))
            actor = _actor(coming, sign_in, own.get(sign_in.person_id, []))
            if actor is None or not _may_go(coming, sign_in, agreed):
                codes.append(None)
                continue
            codes.append(new_code())
            grant = _grant(coming, sign_in, actor, str(codes[-1]))
            grants.append(grant)
            told = signed_in_at_service(grant)
            entries.append(entry_row(seq=numbers[subject], at=coming.now, **told))
            numbers[subject] += 1
        await _write(session, grants, entries)
        await session.commit()
    return codes


async def _write(session: AsyncSession, grants: list[Grant], entries: list[dict[str, Any]]) -> None:
    """As rows: making objects of the ORM for them takes longer than the database does."""
    if grants:
        await session.execute(_ADD_GRANT, [vars(grant) for grant in grants])
        await add_rows(session, entries)


def _actor(coming: Coming, sign_in: Held, own: list[str]) -> Plain | None:
    """In whose name: as identity.service.actors has it for who is neither official nor agent."""
    if moved(sign_in.device, coming.device):
        return None
    level = sign_in.level
    if level is not None and not reaches(sign_in.acr, ACR_2):  # one factor: for nobody but oneself
        return None if level == PRIME else Plain(sign_in.person_id, None)
    chosen = coming.acting_for if coming.acting_for in own else (own[0] if own else None)
    return Plain(sign_in.person_id, chosen)


def _may_go(coming: Coming, sign_in: Held, agreed: list[str] | None) -> bool:
    consented = None if agreed is None else frozenset(agreed)
    standing = Standing(sign_in.authenticated_at, sign_in.acr, consented)
    try:
        return what_next(coming.asked, standing, coming.now, None) == GO
    except OAuthError:
        return False


def _grant(coming: Coming, sign_in: Held, actor: Plain, code: str) -> Grant:
    client, profile = coming.arrived.client, coming.arrived.profile
    grant = new_grant(actor, actor.id, sign_in, client, coming.asked.scopes, profile, coming.now)
    put_code(grant, code, coming.asked, profile)
    return grant


async def _held(session: AsyncSession, group: Sequence[Coming]) -> dict[str, Held]:
    """The open sign-ins with the level of the account, held until the commit: a sign-out, reset or
    closing at this moment came first, or waits and then ends what is granted here.
    """
    asked = {"ids": padded(one.sign_in_id for one in group)}
    return {row[0]: Held(*row) for row in await session.execute(_signed_in(), asked)}


@cache
def _signed_in() -> Select[Any]:
    """The columns of Held, in their order."""
    sign_in, person, account = SignIn.__table__, Person.__table__, Account.__table__
    theirs = (
        _MANDATE.agent_organisation_id == _MEMBERSHIP.organisation_id,
        _MEMBERSHIP.person_id == person.c.id,
    )
    roles, sessions = RoleGrant.__table__.c, ProviderSession.__table__.c
    return (
        select(*(sign_in.c[name] for name in HELD), account.c.level)
        .join_from(sign_in, person, person.c.id == sign_in.c.person_id)
        .outerjoin(account, account.c.person_id == person.c.id)
        .where(
            sign_in.c.id.in_(bindparam("ids", expanding=True)),
            sign_in.c.ended_at.is_(None),
            person.c.active,
            # A ministry's provider speaks for its officials only, while they are.
            ~exists().where(sessions.sign_in_id == sign_in.c.id),
            ~exists().where(roles.person_id == person.c.id),
            ~exists().where(_MANDATE.agent_person_id == person.c.id, _MANDATE.revoked_at.is_(None)),
            ~exists().where(*theirs, _MANDATE.revoked_at.is_(None)),
        )
        .order_by(sign_in.c.id)
        .with_for_update(read=True, of=[person, sign_in], skip_locked=True)
    )


async def _consents(
    session: AsyncSession, group: Sequence[Coming], held: dict[str, Held]
) -> dict[tuple[str, str], list[str]]:
    """By person and client, what the person agreed to; held until the commit."""
    asked = {
        "people": padded(sign_in.person_id for sign_in in held.values()),
        "clients": padded(one.arrived.client.id for one in group),
    }
    rows = await session.execute(_agreed(), asked)
    return {(person, client): scopes for person, client, scopes in rows}


@cache
def _agreed() -> Select[Any]:
    consent = Consent.__table__.c
    return (
        select(consent.person_id, consent.client_id, consent.scopes)
        .where(
            consent.person_id.in_(bindparam("people", expanding=True)),
            consent.client_id.in_(bindparam("clients", expanding=True)),
        )
        .order_by(consent.person_id, consent.client_id)
        .with_for_update(read=True, skip_locked=True)
    )


async def _organisations(session: AsyncSession, held: dict[str, Held]) -> dict[str, list[str]]:
    """By person, the organisations they are a member of, oldest first."""
    found: dict[str, list[str]] = {}
    people = padded(sign_in.person_id for sign_in in held.values())
    for person, organisation in await session.execute(_memberships(), {"people": people}):
        found.setdefault(person, []).append(organisation)
    return found


@cache
def _memberships() -> Select[Any]:
    return (
        select(_MEMBERSHIP.person_id, _MEMBERSHIP.organisation_id)
        .where(_MEMBERSHIP.person_id.in_(bindparam("people", expanding=True)))
        .order_by(_MEMBERSHIP.organisation_id)
    )


_MANDATE, _MEMBERSHIP = Mandate.__table__.c, Membership.__table__.c
_ADD_GRANT = insert(Grant.__table__)  # type: ignore[arg-type]
