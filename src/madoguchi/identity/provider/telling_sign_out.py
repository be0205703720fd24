"""Telling a service that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.clients import service as clients
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import PROFILES
from madoguchi.identity.provider.tokens import sign
from madoguchi.kernel.jobs import Handler, JobContext
from madoguchi.web.outgoing import Networks, send

LOGOUT_TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFE = timedelta(minutes=2)


class NotTaken(Exception):
    """The service could not be told; the job tries again."""


def logout_token(
    provider: Provider, client: Client, subject: str, session_id: str, now: datetime
) -> str:
    """A logout token (2.4): never a nonce, so that it cannot pass for an ID token."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": provider.issuer(PROFILES[client.profile]),
        "sub": subject,
        "aud": client.id,
        "iat": issued,
        "exp": issued + int(LIFE.total_seconds()),
        "jti": secrets.token_urlsafe(16),
        "sid": session_id,
        "events": {EVENT: {}},
    }
    return sign(provider, client.id_token_alg, claims, now, typ=LOGOUT_TYPE)


def telling(provider: Provider, allowed: Networks) -> Handler:
    """The job {client, sub, sid}: POST a new logout token to the service's address.

    NotTaken unless it answers 2xx. A service that ended or has no address any more is passed over.
    """

    async def tell(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
        async with context.database.reading() as reading:  # nothing is held while we wait
            client = await clients.find(reading, str(payload["client"]))
        if client is None or not client.backchannel_logout_uri:
            return
        token = logout_token(
            provider, client, str(payload["sub"]), str(payload["sid"]), context.clock()
        )
        answer = await send(
            client.backchannel_logout_uri,
            urlencode({"logout_token": token}).encode(),
            {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Madoguchi/1"},
            allowed,
        )
        if not answer.taken:
            raise NotTaken(f"{client.id} answered {answer.fault or answer.status}")

    return tell
