"""Pushed authorisation requests (PAR, RFC 9126): told us by the client itself, not by a browser."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import IdentityError
from madoguchi.identity.provider.authorising.rules import read_request, redirect_uri_of
from madoguchi.identity.provider.errors import invalid_request
from madoguchi.identity.provider.models import Client, PushedRequest
from madoguchi.identity.provider.profiles import PROFILES
from madoguchi.identity.provider.secrets import sha256

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFE = timedelta(minutes=10)
"""Long enough to sign in; the code ends it."""
KEPT = frozenset(
    "client_id response_type response_mode redirect_uri scope state nonce code_challenge "
    "code_challenge_method prompt max_age acr_values dpop_jkt request registration "
    "request_uri".split()
)
LONGEST = 1_000  # characters of one value: anybody may push in the name of a public client


async def push(
    session: AsyncSession, client: Client, form: Mapping[str, str], jkt: str | None, now: datetime
) -> dict[str, Any]:
    """Check a request and keep it; where to find it. OAuthError. The caller commits."""
    params = {name: value for name, value in form.items() if name in KEPT}
    if any(len(value) > LONGEST for value in params.values()):
        raise invalid_request(f"a parameter is longer than {LONGEST} characters")
    if "request_uri" in params:
        raise invalid_request("request_uri cannot be pushed")
    if params.setdefault("client_id", client.id) != client.id:
        raise invalid_request("client_id is another's")
    if jkt is not None and params.setdefault("dpop_jkt", jkt) != jkt:
        raise invalid_request("dpop_jkt is not the key of the proof")
    profile = PROFILES[client.profile]
    try:
        redirect_uri_of(params, client, profile)
    except IdentityError:
        raise invalid_request("redirect_uri is not registered") from None
    read_request(params, client, profile)
    reference = secrets.token_urlsafe(32)
    session.add(
        PushedRequest(
            sha256=sha256(reference),
            client_id=client.id,
            parameters=params,
            expires_at=now + LIFE,
        )
    )
    return {"request_uri": PREFIX + reference, "expires_in": int(LIFE.total_seconds())}


async def pushed_request(
    session: AsyncSession, client_id: str, request_uri: str, now: datetime
) -> dict[str, str] | None:
    """The parameters a client pushed; None when they are unknown, used, expired or another's."""
    found = await session.scalar(
        select(PushedRequest.parameters).where(
            PushedRequest.sha256 == sha256(request_uri.removeprefix(PREFIX)),
            PushedRequest.client_id == client_id,
            PushedRequest.expires_at > now,
        )
    )
    return dict(found) if found is not None and request_uri.startswith(PREFIX) else None


async def use_up(session: AsyncSession, request_uri: str) -> bool:
    """End a pushed request; False when somebody did before. The caller commits."""
    gone = await session.scalar(
        delete(PushedRequest)
        .where(PushedRequest.sha256 == sha256(request_uri.removeprefix(PREFIX)))
        .returning(PushedRequest.sha256)
    )
    return gone is not None
