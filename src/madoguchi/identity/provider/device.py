"""Device flow (RFC 8628): a device without a browser signs a person in who has one elsewhere."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import SignIn
from madoguchi.identity.provider.authorising.rules import checked_scopes
from madoguchi.identity.provider.authorising.service import (
    journal_sign_in,
    new_grant,
    still_signed_in,
)
from madoguchi.identity.provider.clients.rules import DEVICE
from madoguchi.identity.provider.errors import OAuthError, invalid_request, invalid_scope
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.models import Client, DeviceRequest, Grant
from madoguchi.identity.provider.profiles import OPENID, PROFILES
from madoguchi.identity.provider.secrets import sha256
from madoguchi.identity.provider.subjects import subject_for
from madoguchi.identity.rules import Actor
from madoguchi.kernel.clock import Clock

LIFE = timedelta(minutes=10)
INTERVAL = 5  # seconds between two questions of the device
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628 6.1: no vowels, so no words; 35 bits
WAITING, ALLOWED, DENIED = "waiting", "allowed", "denied"


async def begin(
    session: AsyncSession,
    provider: Provider,
    client: Client,
    form: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Codes for the device and for the person. OAuthError. The caller commits."""
    if DEVICE not in client.grant_types:
        raise OAuthError("unauthorized_client", "the client may not use the device flow")
    scopes = checked_scopes(tuple(dict.fromkeys(form.get("scope", "").split())), client.scopes)
    if OPENID not in scopes:
        raise invalid_scope("scope must contain openid")
    device_code = secrets.token_urlsafe(32)
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    user_code = f"{letters[:4]}-{letters[4:]}"
    session.add(
        DeviceRequest(
            sha256=sha256(device_code),
            user_code_sha256=sha256(letters),
            client_id=client.id,
            scopes=list(scopes),
            state=WAITING,
            interval=INTERVAL,
            expires_at=now + LIFE,
        )
    )
    address = f"{provider.address}/device"
    return {
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": address,
        "verification_uri_complete": f"{address}?user_code={user_code}",
        "expires_in": int(LIFE.total_seconds()),
        "interval": INTERVAL,
    }


def letters_of(typed: str) -> str:
    """The letters of a code as somebody typed it: case, spaces and hyphens do not matter."""
    return "".join(letter for letter in typed.upper() if letter in LETTERS)


async def waiting(
    session: AsyncSession, typed: str, now: datetime
) -> tuple[DeviceRequest, Client] | None:
    """The device a person's code belongs to, while it waits; and its client."""
    row = (
        await session.execute(
            select(DeviceRequest, Client)
            .join(Client, Client.id == DeviceRequest.client_id)
            .where(
                DeviceRequest.user_code_sha256 == sha256(letters_of(typed)),
                DeviceRequest.state == WAITING,
                DeviceRequest.expires_at > now,
                Client.disabled_at.is_(None),
            )
        )
    ).first()
    return (row[0], row[1]) if row else None


async def decide(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    sign_in: SignIn,
    found: tuple[DeviceRequest, Client],
    *,
    allowed: bool,
) -> bool:
    """The person's answer to a device; False when it was answered before or they are signed out.

    The caller commits.
    """
    asked, client = found
    held = await still_signed_in(session, actor.id, sign_in.id)
    if held is None:
        return False
    answered = await session.scalar(
        update(DeviceRequest)
        .where(DeviceRequest.sha256 == asked.sha256, DeviceRequest.state == WAITING)
        .values(state=ALLOWED if allowed else DENIED)
        .returning(DeviceRequest.sha256)
        .execution_options(synchronize_session=False)
    )
    if answered is None:  # in another window, a moment ago: nothing is given by this one
        return False
    if allowed:
        profile = PROFILES[client.profile]
        subject = await subject_for(session, profile, actor.id)
        grant = new_grant(actor, subject, held, client, asked.scopes, profile, clock())
        session.add(Grant(**vars(grant)))
        await session.flush()
        await session.execute(
            update(DeviceRequest)
            .where(DeviceRequest.sha256 == asked.sha256)
            .values(grant_id=grant.id)
            .execution_options(synchronize_session=False)
        )
        await journal_sign_in(session, clock, grant)
    return True


async def grant_for(session: AsyncSession, client: Client, device_code: str, now: datetime) -> str:
    """The id of the grant the person gave; OAuthError while they have not. The caller commits."""
    if not device_code:
        raise invalid_request("device_code is missing")
    asked = await session.scalar(
        select(DeviceRequest).where(
            DeviceRequest.sha256 == sha256(device_code), DeviceRequest.client_id == client.id
        )
    )
    if asked is None:
        raise OAuthError("invalid_grant", "the device code is not valid")
    if asked.expires_at <= now:
        raise OAuthError("expired_token", "the device code has expired")
    if asked.state == WAITING:
        raise await _not_yet(asked, now)
    gone = await session.scalar(
        delete(DeviceRequest)
        .where(DeviceRequest.sha256 == asked.sha256)
        .returning(DeviceRequest.state)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise OAuthError("invalid_grant", "the device code was used before")
    if asked.state == DENIED or asked.grant_id is None:
        raise OAuthError("access_denied", "the person did not consent")
    return asked.grant_id


async def _not_yet(asked: DeviceRequest, now: datetime) -> OAuthError:
    """Too early, and too often (RFC 8628 3.5); the caller's commit keeps when it asked."""
    last, asked.polled_at = asked.polled_at, now
    if last is not None and now - last < timedelta(seconds=asked.interval - 1):
        asked.interval += INTERVAL
        return OAuthError("slow_down", "ask less often: five seconds longer from now on")
    return OAuthError("authorization_pending", "the person has not answered yet")
