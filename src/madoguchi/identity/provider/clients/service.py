"""Registering clients and finding them."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import unknown
from madoguchi.identity.provider.clients.known import forget_after_commit, may_be_id
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
SECRET_METHODS = (BASIC, POST)
# Not the profile: what the client calls people hangs on it.
CHANGEABLE = tuple({"name", "scopes", "id_token_alg", *DEFAULTS} - {"profile"})


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
    client = Client(**values, id=new_id().lower(), registered_by=by, created_at=clock())
    secret = _new_secret(client)
    session.add(client)
    await session.flush()
    await _journal(session, clock, client.id, "client_registered", by, {"name": client.name})
    return client, secret


async def change(
    session: AsyncSession, clock: Clock, client_id: str, told: Mapping[str, Any], *, by: str
) -> tuple[Client, str | None]:
    """Change these columns of a client; a new secret where its way of proving itself now needs one.

    IdentityError 404, 422. The caller commits.
    """
    client = await session.get(Client, client_id, with_for_update=True)
    if client is None or client.disabled_at is not None:
        raise unknown("client")
    forget_after_commit(session)
    before = {name: getattr(client, name) for name in CHANGEABLE}
    values = {**before, **{name: told[name] for name in CHANGEABLE if name in told}}
    check_client({**values, "profile": client.profile})
    _check_keys(values["jwks"])
    changed = {name: value for name, value in values.items() if value != before[name]}
    for name, value in changed.items():
        setattr(client, name, value)
    kept = client.auth_method in SECRET_METHODS and client.secret_sha256 is not None
    secret = None if kept else _new_secret(client)
    if changed:
        await _journal(
            session, clock, client.id, "client_changed", by, {"changed": sorted(changed)}
        )
    return client, secret


async def find(session: AsyncSession, client_id: str | None) -> Client | None:
    """A client that may be used, by its id."""
    if not may_be_id(client_id):
        return None
    client = await session.get(Client, client_id)
    return client if client and client.disabled_at is None else None


async def every(session: AsyncSession) -> Sequence[Client]:
    """All clients, oldest first."""
    return (await session.scalars(select(Client).order_by(Client.id))).all()


async def disable(session: AsyncSession, clock: Clock, client_id: str, *, by: str) -> None:
    """End a client: from now on every request of it is refused. IdentityError 404."""
    client = await session.get(Client, client_id, with_for_update=True)
    if client is None:
        raise unknown("client")
    if client.disabled_at is not None:
        return
    client.disabled_at = clock()
    forget_after_commit(session)
    await _journal(session, clock, client.id, "client_disabled", by, {})


async def renew_secret(session: AsyncSession, clock: Clock, client_id: str, *, by: str) -> str:
    """A new secret in place of the old one, which ends at once. IdentityError 404."""
    client = await find(session, client_id)
    if client is None or client.secret_sha256 is None:
        raise unknown("client")
    forget_after_commit(session)
    secret = _new_secret(client)
    await _journal(session, clock, client.id, "client_secret_renewed", by, {})
    return secret or ""


def _new_secret(client: Client) -> str | None:
    """A secret for a client that proves itself by one; for any other, none is kept."""
    secret = secrets.token_urlsafe(32) if client.auth_method in SECRET_METHODS else None
    client.secret_sha256 = sha256(secret) if secret else None
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
