"""Giving a code: consent and grant are written in one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Person, SignIn
from madoguchi.identity.provider.authorising.rules import AuthorisationRequest, Standing
from madoguchi.identity.provider.models import Client, Consent, Grant
from madoguchi.identity.provider.profiles import Profile
from madoguchi.identity.provider.secrets import new_code, sha256
from madoguchi.identity.provider.subjects import subject_for
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import unsaved
from madoguchi.kernel.ids import new_id


@dataclass(frozen=True)
class Plain:
    """Who acts for themselves or their own organisation: all a grant needs to know of an actor."""

    id: str
    organisation: str | None


HELD = ("id", "person_id", "continues", "acr", "amr", "authenticated_at", "device")


@dataclass(frozen=True)
class Held:
    """An open sign-in whose row is held: its columns HELD, and the level of the person's account."""

    id: str
    person_id: str
    continues: str | None
    acr: str
    amr: list[str]
    authenticated_at: datetime
    device: str
    level: str | None

    @property
    def session_id(self) -> str:
        """What names the session, as SignIn has it."""
        return self.continues or self.id


@cache
def _standing() -> Select[SignIn, list[str] | None]:
    return (
        select(SignIn, Consent.scopes)
        .outerjoin(
            Consent,
            (Consent.person_id == SignIn.person_id) & (Consent.client_id == bindparam("client_id")),
        )
        .where(
            SignIn.id == bindparam("sign_in_id"),
            SignIn.person_id == bindparam("person_id"),
            SignIn.ended_at.is_(None),
        )
    )


async def standing_of(
    session: AsyncSession, person_id: str, sign_in_id: str, client_id: str
) -> tuple[SignIn, Standing] | None:
    """The open sign-in of a person and what they allowed the client before; one query."""
    named = {"person_id": person_id, "sign_in_id": sign_in_id, "client_id": client_id}
    row = (await session.execute(_standing(), named)).first()
    if row is None:
        return None
    sign_in, scopes = row
    consented = None if scopes is None else frozenset(scopes)
    return sign_in, Standing(sign_in.authenticated_at, sign_in.acr, consented)


async def consent(
    session: AsyncSession, clock: Clock, person_id: str, client_id: str, scopes: Iterable[str]
) -> None:
    """Remember that the person lets the client have these scopes. The caller commits."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    # First the row, held: two clicks, or one and a withdrawal, wait for each other.
    await session.execute(
        dialect.insert(Consent)
        .values(person_id=person_id, client_id=client_id, scopes=[], given_at=clock())
        .on_conflict_do_update(
            index_elements=["person_id", "client_id"], set_={"given_at": clock()}
        )
    )
    known = await session.get_one(Consent, (person_id, client_id), with_for_update=True)
    every = sorted({*scopes, *known.scopes})
    known.scopes, known.given_at = every, clock()
    await _journal(
        session, clock, person_id, "consent_given", {"client": client_id, "scopes": every}
    )


async def still_signed_in(session: AsyncSession, person_id: str, sign_in_id: str) -> SignIn | None:
    """The sign-in, held open until the caller commits; None when it has ended.

    A reset or sign-out at this moment ends it before, or waits and then ends what was granted too.
    The person first, as whoever ends an account does, so that neither waits for the other.
    """
    active = await session.scalar(
        select(Person.id)
        .where(Person.id == person_id, Person.active)
        .with_for_update(read=True, key_share=True)
    )
    if active is None:
        return None
    return await session.scalar(
        select(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )


async def still_consented(
    session: AsyncSession, person_id: str, client_id: str, scopes: Iterable[str]
) -> bool:
    """Whether the person lets the client have these scopes; held until the caller commits."""
    known = await session.scalar(
        select(Consent.scopes)
        .where(Consent.person_id == person_id, Consent.client_id == client_id)
        .with_for_update(read=True)
    )
    return known is not None and set(scopes) <= set(known)


async def last_organisation(session: AsyncSession, person_id: str, client_id: str) -> str | None:
    """For whom a person acted when they last signed in at a client; "" for nobody, None for never."""
    found = await session.execute(
        select(Grant.organisation_id)
        .where(Grant.person_id == person_id, Grant.client_id == client_id)
        .order_by(Grant.id.desc())
        .limit(1)
    )
    row = found.first()
    return None if row is None else row[0] or ""


async def give_code(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    sign_in: SignIn,
    client: Client,
    asked: AuthorisationRequest,
    profile: Profile,
) -> str:
    """A code for the request, in the name of the actor. The caller commits."""
    code, now = new_code(), clock()
    subject = await subject_for(session, profile, actor.id)
    grant = new_grant(actor, subject, sign_in, client, asked.scopes, profile, now)
    put_code(grant, code, asked, profile)
    session.add(Grant(**vars(grant)))
    await journal_sign_in(session, clock, grant)
    return code


def put_code(grant: Grant, code: str, asked: AuthorisationRequest, profile: Profile) -> None:
    """Have a grant be given for a code, to who asked like this."""
    grant.nonce = asked.nonce
    grant.redirect_uri = asked.redirect_uri if asked.redirect_uri_named else None
    grant.code_challenge = asked.code_challenge
    grant.code_sha256 = sha256(code)
    grant.code_expires_at = grant.created_at + profile.code_life
    grant.dpop_jkt = asked.dpop_jkt


def new_grant(
    actor: Actor | Plain,
    subject: str,
    sign_in: SignIn | Held,
    client: Client,
    scopes: Iterable[str],
    profile: Profile,
    now: datetime,
) -> Grant:
    """A grant of what the actor allows, from their present sign-in: a row in no session."""
    return unsaved(
        Grant,
        id=new_id(),
        client_id=client.id,
        person_id=actor.id,
        organisation_id=actor.organisation,
        subject=subject,
        sign_in_id=sign_in.session_id,
        scopes=list(scopes),
        acr=sign_in.acr,
        amr=list(sign_in.amr),
        authenticated_at=sign_in.authenticated_at,
        created_at=now,
        expires_at=now + profile.refresh_life,
    )


async def journal_sign_in(session: AsyncSession, clock: Clock, grant: Grant) -> None:
    """Who signed in at which service, for whom, with what (ASVS 16.3.1)."""
    await journal.append(session, at=clock(), **signed_in_at_service(grant))


def signed_in_at_service(grant: Grant) -> dict[str, Any]:
    """What the journal says of a grant."""
    return {
        "subject": f"person:{grant.person_id}",
        "action": "signed_in_at_service",
        "actor": grant.person_id,
        "on_behalf_of": grant.organisation_id,
        "payload": {"client": grant.client_id, "grant": grant.id, "scopes": grant.scopes},
    }


async def revoke_grant(session: AsyncSession, clock: Clock, grant_id: str, why: str) -> None:
    """End a grant and every token of it, for good. Nothing to do when it has ended. The caller commits."""
    person_id = await session.scalar(
        update(Grant)
        .where(Grant.id == grant_id, Grant.revoked_at.is_(None))
        .values(revoked_at=clock())
        .returning(Grant.person_id)
    )
    if person_id is not None:
        await _journal(session, clock, person_id, "grant_revoked", {"grant": grant_id, "why": why})


async def _journal(
    session: AsyncSession, clock: Clock, person_id: str, action: str, payload: dict[str, object]
) -> None:
    await journal.append(
        session,
        subject=f"person:{person_id}",
        action=action,
        actor=person_id,
        at=clock(),
        payload=payload,
    )
