"""Trusted providers (信頼するIDプロバイダー): configuring them, and whom they know.

A person is found by provider and `sub` alone (ASVS 6.8.1, 10.5.2), never by mail address.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.recording import note
from madoguchi.identity.assurance import ACR_1, ACRS
from madoguchi.identity.ending import end_sessions
from madoguchi.identity.errors import IdentityError, unknown
from madoguchi.identity.models import SignIn
from madoguchi.identity.provider.spent import spend
from madoguchi.identity.relying.checking import LOGOUT_FRESH, SKEW, SignedIn, SignedOut
from madoguchi.identity.relying.client import Relied, read_key
from madoguchi.identity.relying.installed import CARD
from madoguchi.identity.relying.models import ProviderLink, ProviderSession, TrustedProvider
from madoguchi.identity.rules import Actor, covers
from madoguchi.identity.service.agencies import agency
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.sealing import seal, unseal
from madoguchi.web.session import LIFETIME_SECONDS

SEAL = "trusted provider"
NAME = re.compile(r"[a-z][a-z0-9-]{1,25}")
LONGEST_SECRET = 2_000


def paths(provider_id: str) -> tuple[str, str]:
    """Where a provider answers, and where it tells that a session has ended: its own addresses,
    so that no answer passes for another's (RFC 9700 4.4.2).
    """
    here = f"/sign-in/agency/{provider_id}"
    return f"{here}/back", f"{here}/signed-out"


def level_of(levels: Mapping[str, str], acr: str | None) -> str:
    """Which of our levels a provider's is: as configured, else the lowest (ASVS 6.8.4)."""
    found = levels.get(acr or "", ACR_1)
    return found if found in ACRS else ACR_1


def proved_at(proved: SignedIn, now: datetime) -> datetime:
    """When the person proved who they are; long ago where the provider does not say."""
    return min(proved.authenticated_at or now - timedelta(seconds=LIFETIME_SECONDS), now)


async def add(
    session: AsyncSession, clock: Clock, key: str, told: Mapping[str, Any], *, by: str
) -> TrustedProvider:
    """Trust a provider.

    `told`: id (part of the addresses it answers at), agency, name {ja, en}, issuer, client_id,
    secret (or a private JWK), acr_values, levels {acr: level of ours}. IdentityError 404 for the
    agency, 422. The caller commits.
    """
    await agency(session, told["agency"])
    issuer, secret = told["issuer"], told["secret"]
    for name, wrong in (
        ("id", not NAME.fullmatch(told["id"]) or told["id"] == CARD),
        ("id", await session.get(TrustedProvider, told["id"]) is not None),
        ("issuer", not _is_issuer(issuer)),
        ("client_id", not 1 <= len(told["client_id"]) <= 200),
        ("secret", not 1 <= len(secret) <= LONGEST_SECRET),
        ("levels", any(level not in ACRS for level in told["levels"].values())),
    ):
        if wrong:
            raise _refused(name)
    if secret.startswith("{"):
        try:
            read_key(secret)
        except ValueError:
            raise _refused("secret") from None
    made = TrustedProvider(
        id=told["id"],
        agency_id=told["agency"],
        name=dict(told["name"]),
        issuer=issuer,
        client_id=told["client_id"],
        secret=seal(key, SEAL, secret),
        acr_values=list(told["acr_values"]),
        levels=dict(told["levels"]),
        created_at=clock(),
    )
    session.add(made)
    await session.flush()
    about = {"agency": made.agency_id, "issuer": issuer, "levels": made.levels}
    await _journal(session, clock, made.id, "provider_trusted", by, about)
    return made


async def every(session: AsyncSession) -> list[TrustedProvider]:
    """All of them, those that ended too."""
    return list(await session.scalars(select(TrustedProvider).order_by(TrustedProvider.id)))


async def open_ones(session: AsyncSession) -> list[TrustedProvider]:
    """Those one may sign in by."""
    return [one for one in await every(session) if one.disabled_at is None]


async def open_one(session: AsyncSession, provider_id: str) -> TrustedProvider:
    """One of those. IdentityError 404."""
    found = await session.get(TrustedProvider, provider_id) if NAME.fullmatch(provider_id) else None
    if found is None or found.disabled_at is not None:
        raise unknown("provider")
    return found


async def disable(session: AsyncSession, clock: Clock, provider_id: str, *, by: str) -> None:
    """Trust a provider no longer: nobody signs in by it, and who did is signed out.

    IdentityError 404. The caller commits.
    """
    found = await open_one(session, provider_id)
    found.disabled_at = clock()
    await _end(session, clock, ProviderSession.provider_id == provider_id)
    await _journal(session, clock, provider_id, "provider_disabled", by, {})


def relied_of(provider: TrustedProvider, key: str) -> Relied:
    """How it is asked."""
    secret = unseal(key, SEAL, provider.secret) or ""
    return Relied(
        id=provider.id,
        issuer=provider.issuer,
        client_id=provider.client_id,
        secret="" if secret.startswith("{") else secret,
        key=read_key(secret) if secret.startswith("{") else None,
        acr_values=tuple(provider.acr_values),
        levels=provider.levels,
    )


def may_link(actor: Actor, provider: TrustedProvider) -> bool:
    """Whether a person may be known by a provider: officials of its agency or one below it."""
    return any(covers(provider.agency_id, held) for held, _ in actor.grants)


async def person_known_as(session: AsyncSession, provider_id: str, subject: str) -> str | None:
    """The id of the person a provider knows by this name."""
    found = await session.get(ProviderLink, (provider_id, subject))
    return found.person_id if found is not None else None


async def links_of(session: AsyncSession, person_id: str) -> dict[str, ProviderLink]:
    """By which providers a person is known."""
    rows = await session.scalars(select(ProviderLink).where(ProviderLink.person_id == person_id))
    return {row.provider_id: row for row in rows}


async def link(
    session: AsyncSession, clock: Clock, provider_id: str, subject: str, person_id: str, *, by: str
) -> None:
    """Let a provider's name stand for a person from now on. IdentityError 409 when either is linked
    already. The caller commits.
    """
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    made = await session.scalar(
        dialect.insert(ProviderLink)
        .values(provider_id=provider_id, subject=subject, person_id=person_id, created_at=clock())
        .on_conflict_do_nothing()
        .returning(ProviderLink.person_id)
    )
    if made is None:
        raise IdentityError(
            "already_linked",
            409,
            {
                "ja": "このIDまたはアカウントは、すでに連携されています。先に連携を解除してください。",
                "en": "This sign-in or this account is linked already. Unlink it first.",
            },
        )
    await note(session, clock(), person_id, "provider_linked", {"provider": provider_id}, by=by)


async def unlink(session: AsyncSession, clock: Clock, provider_id: str, person_id: str) -> None:
    """End a link of a person and the sessions that came of it. The caller commits."""
    gone = await session.scalar(
        delete(ProviderLink)
        .where(ProviderLink.provider_id == provider_id, ProviderLink.person_id == person_id)
        .returning(ProviderLink.subject)
    )
    if gone is None:
        raise unknown("link")
    await note(session, clock(), person_id, "provider_unlinked", {"provider": provider_id})


async def provider_of_session(session: AsyncSession, sign_in_id: object) -> TrustedProvider | None:
    """The open provider a sign-in came of."""
    found = await session.get(ProviderSession, sign_in_id) if isinstance(sign_in_id, str) else None
    provider = await session.get(TrustedProvider, found.provider_id) if found else None
    return provider if provider is not None and provider.disabled_at is None else None


async def sign_out_by(
    session: AsyncSession, clock: Clock, provider_id: str, over: SignedOut
) -> bool:
    """End what a logout token says is over; False when it was shown before. The caller commits."""
    until = clock() + LOGOUT_FRESH + 2 * SKEW
    if not await spend(session, "logout_token", f"{provider_id} {over.jti}", until):
        return False
    which = [ProviderSession.provider_id == provider_id]
    if over.sid is not None:
        which.append(ProviderSession.sid == over.sid)
    if over.subject is not None:
        which.append(ProviderSession.subject == over.subject)
    await _end(session, clock, *which)
    return True


async def _end(session: AsyncSession, clock: Clock, *which: Any) -> None:
    """End the sessions that began at a provider, those proved anew by other means since too."""
    begun = select(ProviderSession.sign_in_id).where(*which)
    now = clock()
    chains = select(SignIn.continues).where(SignIn.id.in_(begun), SignIn.continues.is_not(None))
    ended = await end_sessions(
        session,
        now,
        or_(SignIn.id.in_(begun), SignIn.continues.in_(begun), SignIn.continues.in_(chains)),
    )
    for one in ended:
        await journal.append(
            session,
            subject=f"person:{one.person_id}",
            action="signed_out",
            actor="system",
            at=now,
            payload={"sign_in": one.id, "by": "provider"},
        )


async def _journal(
    session: AsyncSession, clock: Clock, id: str, action: str, by: str, payload: dict[str, Any]
) -> None:
    await journal.append(
        session, subject=f"provider:{id}", action=action, actor=by, at=clock(), payload=payload
    )


def _is_issuer(issuer: str) -> bool:
    try:
        parts = urlsplit(issuer)
    except ValueError:
        return False
    return (
        parts.scheme in ("https", "http")
        and bool(parts.hostname)
        and not (parts.query or parts.fragment or parts.username)
        and len(issuer) <= 500
        and issuer.isascii()
    )


def _refused(name: str) -> IdentityError:
    return IdentityError(
        "invalid_provider",
        422,
        {
            "ja": f"プロバイダーの設定（{name}）を確かめてください。",
            "en": f"Check the provider's configuration ({name}).",
        },
        pointers=(f"/{name}",),
    )
