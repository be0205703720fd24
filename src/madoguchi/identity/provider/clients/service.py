"""Registering clients and finding them."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import unknown
from madoguchi.identity.provider.clients.rules import (
    BASIC,
    CODE,
    POST,
    check_client,
)
from madoguchi.identity.provider.errors import client_fault
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import PROFILES, STANDARD
from madoguchi.identity.provider.secrets import sha256
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import new_id

DEFAULTS: Mapping[str, Any] = {
    "profile": "standard",
    "auth_method": BASIC,
    "jwks": {},
    "redirect_uris": [],
    "post_logout_uris": [],
    "backchannel_logout_uri": None,
    "backchannel_logout_session_required": False,
    "grant_types": [CODE],
    "par_required": False,
    "dpop_required": False,
    "introspects": False,
}


async def register(
    session: AsyncSession, clock: Clock, told: Mapping[str, Any], *, by: str
) -> tuple[Client, str | None]:
    """A new client and its secret, which is given here and never again. The caller commits.

    `told` has `name` {"ja", "en"} and those columns that differ from DEFAULTS and
    from its profile. IdentityError 422.
    """
    profile = PROFILES.get(str(told.get("profile", "standard")), STANDARD)
    chosen = {"scopes": list(profile.base_scopes), "id_token_alg": profile.algorithm}
    values = {**DEFAULTS, **chosen, **told}
    check_client(values)
    _check_keys(values["jwks"])
    secret = secrets.token_urlsafe(32) if values["auth_method"] in (BASIC, POST) else None
    client = Client(
        **values,
        id=new_id().lower(),
        secret_sha256=sha256(secret) if secret else None,
        registered_by=by,
        created_at=clock(),
    )
    session.add(client)
    await session.flush()
    await _journal(session, clock, client.id, "client_registered", by, {"name": client.name})
    return client, secret


async def find(session: AsyncSession, client_id: str | None) -> Client | None:
    """A client that may be used, by its id."""
    if (
        not client_id
        or len(client_id) > 60
        or not (client_id.isascii() and client_id.isprintable())
    ):
        return None
    client = await session.get(Client, client_id)
    return client if client and client.disabled_at is None else None


async def every(session: AsyncSession) -> Sequence[Client]:
    """All clients, oldest first."""
    return (await session.scalars(select(Client).order_by(Client.id))).all()


async def disable(session: AsyncSession, clock: Clock, client_id: str, *, by: str) -> None:
    """End a client: from now on every request of it is refused. IdentityError 404."""
    client = await session.get(Client, client_id)
    if client is None:
        raise unknown("client")
    client.disabled_at = client.disabled_at or clock()
    await _journal(session, clock, client.id, "client_disabled", by, {})


async def renew_secret(session: AsyncSession, clock: Clock, client_id: str, *, by: str) -> str:
    """A new secret in place of the old one, which ends at once. IdentityError 404."""
    client = await find(session, client_id)
    if client is None or client.secret_sha256 is None:
        raise unknown("client")
    secret = secrets.token_urlsafe(32)
    client.secret_sha256 = sha256(secret)
    await _journal(session, clock, client.id, "client_secret_renewed", by, {})
    return secret


def _check_keys(jwks: Mapping[str, Any]) -> None:
    try:
        if jwks:
            KeySet.import_key_set(dict(jwks))  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError):
        raise client_fault(
            "jwksを公開鍵として読めません。", "jwks cannot be read as public keys.", "/jwks"
        ) from None


async def _journal(
    session: AsyncSession,
    clock: Clock,
    client_id: str,
    action: str,
    by: str,
    payload: dict[str, Any],
) -> None:
    await journal.append(
        session,
        subject=f"oidc_client:{client_id}",
        action=action,
        actor=by,
        at=clock(),
        payload=payload,
    )
