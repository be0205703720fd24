"""Telling clients of people and tokens: userinfo, introspection (RFC 7662), revocation (RFC 7009)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.provider import spent
from madoguchi.identity.provider.authorising.service import revoke_grant
from madoguchi.identity.provider.claims import Subject
from madoguchi.identity.provider.clients import known as clients
from madoguchi.identity.provider.errors import invalid_token
from madoguchi.identity.provider.gbizid.tokens import unwrapped
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.models import Client, Grant
from madoguchi.identity.provider.secrets import grant_of_refresh_token, matches
from madoguchi.identity.provider.tokens import AccessClaims, read_access_token
from madoguchi.identity.service.actors import acting_choices
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.database import Database, among

REVOKED = "revoked access token"


@dataclass(frozen=True)
class Told:
    """A valid token's grant, its client, and whom it is about."""

    grant: Grant
    client: Client
    subject: Subject
    own: Organisation | None = None
    """An agent's own organisation; `subject` has the one acted for."""


@dataclass(frozen=True)
class Standing:
    """What a person's token came of, where it still stands, and whom it is about."""

    grant_id: str
    client_id: str
    scopes: list[str]
    profile: str
    person_id: str
    name: str
    language: str
    email: str | None


_GRANT, _CLIENT, _PERSON = Grant.__table__.c, Client.__table__.c, Person.__table__.c


@cache
def _standing() -> Select[Any]:
    """The columns of Standing, in their order."""
    return (
        select(
            *(_GRANT.id, _GRANT.client_id, _GRANT.scopes, _CLIENT.profile),
            *(_PERSON.id, _PERSON.name, _PERSON.language, _PERSON.email),
        )
        .join_from(Grant.__table__, Client.__table__, _CLIENT.id == _GRANT.client_id)
        .join(Person.__table__, _PERSON.id == _GRANT.person_id)
        .where(
            among(_GRANT.id, "grant_ids"),
            _GRANT.revoked_at.is_(None),
            _CLIENT.disabled_at.is_(None),
            _PERSON.active,
        )
    )


async def _all_standing(
    database: Database, tokens: Sequence[AccessClaims]
) -> list[Standing | None]:
    """What tokens of people came of, where it still stands: one query."""
    asked = {"grant_ids": [token.grant_id for token in tokens]}
    rows = {row[0]: Standing(*row) for row in await database.look(_standing(), asked)}
    found = [rows.get(token.grant_id or "") for token in tokens]
    return [
        row if row is not None and row.client_id == token.client_id else None
        for row, token in zip(found, tokens, strict=True)
    ]


async def told_plainly(database: Database, token: AccessClaims) -> Standing:
    """What a person's access token came of, and about which person it is. OAuthError."""
    row = await database.together(_all_standing, token)
    if row is None:
        raise invalid_token()
    return row


@cache
def _whole() -> Select[Grant, Client, Person, Organisation | None, str | None]:
    return (
        select(Grant, Client, Person, Organisation, Membership.role)
        .join(Client, Client.id == Grant.client_id)
        .join(Person, Person.id == Grant.person_id)
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .outerjoin(
            Membership,
            (Membership.person_id == Grant.person_id)
            & (Membership.organisation_id == Grant.organisation_id),
        )
        .where(
            Grant.id == bindparam("grant_id"),
            Grant.client_id == bindparam("client_id"),
            Grant.revoked_at.is_(None),
            Client.disabled_at.is_(None),
            Person.active,
        )
    )


async def told_by(database: Database, token: AccessClaims, now: datetime) -> Told:
    """Whom a person's access token is about, with the organisation; two queries more for an agent.

    OAuthError.
    """
    asked = {"grant_id": token.grant_id, "client_id": token.client_id}
    async with database.looking() as session:
        row = (await session.execute(_whole(), asked)).first()
    if row is None:
        raise invalid_token()
    grant, client, person, organisation, role = row
    own = None
    if organisation is not None and role is None:
        async with database.looking() as session:
            choices = await acting_choices(session, person.id, jst_date(now))
        given = [i for i in choices if i.agent and i.organisation.id == organisation.id]
        own_id = given[0].own_organisation if given else None
        own = next((i.organisation for i in choices if i.organisation.id == own_id), None)
        if not given:
            organisation = None  # the membership or mandate has ended since
    return Told(grant, client, Subject(person, organisation, role), own)


async def introspect(
    database: Database, provider: Provider, client: Client, token: str, now: datetime
) -> dict[str, Any]:
    """What a token of the asking client is worth now; of any client, for a resource server.

    {"active": False} for everything else, whatever the reason.
    """
    found = read_access_token(provider, token, now)
    if found is None:
        async with database.looking() as session:
            return await _introspect_refresh(session, provider, client, token, now)
    if not client.introspects and found.client_id != client.id:
        return {"active": False}
    told = {**found.claims, "client_id": found.client_id}
    if found.grant_id is None:
        if not await stands_alone(database, found):
            return {"active": False}
    else:
        row = await database.together(_all_standing, found)
        if row is None:
            return {"active": False}
        if "scope" in told:
            told["scope"] = " ".join(one for one in told["scope"].split() if one in row.scopes)
    return {"active": True, "token_type": "DPoP" if found.jkt else "Bearer", **told}


async def revoke(
    session: AsyncSession, clock: Clock, provider: Provider, client: Client, token: str
) -> None:
    """End a token of the client: with it everything of its grant. Others are passed over silently.

    The caller commits.
    """
    now = clock()
    found = read_access_token(provider, token, now)
    if found and found.client_id == client.id:
        if found.grant_id:
            await revoke_grant(session, clock, found.grant_id, "revoked_by_client")
        else:
            await spent.spend(
                session,
                REVOKED,
                found.jti,
                now + timedelta(seconds=found.expires - now.timestamp()),
            )
        return
    token = unwrapped(token)
    grant_id = grant_of_refresh_token(provider.refresh_mark, token)
    grant = await session.get(Grant, grant_id) if grant_id else None
    if grant and grant.client_id == client.id:
        await revoke_grant(session, clock, grant.id, "revoked_by_client")


async def stands_alone(database: Database, token: AccessClaims) -> bool:
    """Whether a token a client has for itself still stands, and the client too."""
    if await clients.named(database, token.client_id) is None:
        return False
    async with database.looking() as session:
        return not await spent.is_spent(session, REVOKED, token.jti)


async def _introspect_refresh(
    session: AsyncSession, provider: Provider, client: Client, token: str, now: datetime
) -> dict[str, Any]:
    token = unwrapped(token)
    grant_id = grant_of_refresh_token(provider.refresh_mark, token)
    found = select(Grant).join(Person, Person.id == Grant.person_id)
    grant = await session.scalar(found.where(Grant.id == grant_id, Person.active))
    if (
        grant is None
        or grant.client_id != client.id
        or grant.revoked_at is not None
        or grant.expires_at <= now
        or not matches(token, grant.refresh_sha256)
    ):
        return {"active": False}
    return {
        "active": True,
        "client_id": grant.client_id,
        "sub": grant.subject,
        "scope": " ".join(grant.scopes),
        "exp": int(grant.expires_at.timestamp()),
    }
