"""Knowing that it is the client who asks (RFC 6749 2.3, RFC 7523 2.2)."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from madoguchi.identity.provider import spent
from madoguchi.identity.provider.clients.rules import BASIC, POST, PRIVATE_KEY, PUBLIC
from madoguchi.identity.provider.errors import invalid_client, invalid_request
from madoguchi.identity.provider.jose import (
    CLAIMS,
    FOREIGN_ALGORITHMS,
    LARGEST_JWT,
    is_number,
    unverified,
)
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.secrets import matches
from madoguchi.kernel.database import Database

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION = timedelta(minutes=10)
SKEW = timedelta(seconds=60)


@dataclass(frozen=True)
class Credential:
    """What a request shows of its client: the way, the claimed id, the proof."""

    method: str
    client_id: str
    proof: str = ""


def credential_of(authorization: str, form: Mapping[str, str]) -> Credential:
    """The one credential of a request. OAuthError for none, several, or one that is malformed."""
    basic = authorization[:6].lower() == "basic "
    shown = [basic, "client_secret" in form, "client_assertion" in form]
    if sum(shown) > 1:
        raise invalid_request("use one way of client authentication only")
    if basic:
        return _basic(authorization[6:], form)
    if "client_assertion" in form:
        if form.get("client_assertion_type") != JWT_BEARER:
            raise invalid_request(f"client_assertion_type must be {JWT_BEARER}")
        return _assertion(form["client_assertion"], form)
    if not form.get("client_id"):
        raise invalid_client()
    if "client_secret" in form:
        return Credential(POST, form["client_id"], form["client_secret"])
    return Credential(PUBLIC, form["client_id"])


async def authenticate(
    database: Database,
    client: Client | None,
    credential: Credential,
    audiences: Callable[[], frozenset[str]],
    now: datetime,
) -> Client:
    """The client a credential names, proved by it. OAuthError invalid_client.

    `audiences`: for whom an assertion may be made.

    An assertion is spent by this, whatever becomes of the request.
    """
    if client is None or client.auth_method != credential.method:
        raise invalid_client()
    if credential.method in (BASIC, POST) and not matches(credential.proof, client.secret_sha256):
        raise invalid_client()
    if credential.method == PRIVATE_KEY:
        claims = assertion_claims(credential, client.jwks, audiences(), now)
        until = now + LONGEST_ASSERTION + 2 * SKEW
        async with database.session() as session:
            fresh = await spent.spend(session, "assertion", f"{client.id} {claims['jti']}", until)
            await session.commit()
        if not fresh:
            raise invalid_client("the assertion was used before")
    return client


def assertion_claims(
    credential: Credential, jwks: Mapping[str, Any], audiences: frozenset[str], now: datetime
) -> dict[str, Any]:
    """The claims of a client assertion that holds (RFC 7523 3). OAuthError invalid_client."""
    try:
        keys = KeySet.import_key_set(dict(jwks))  # type: ignore[arg-type]
        claims = jwt.decode(credential.proof, keys, algorithms=FOREIGN_ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise invalid_client() from None
    seconds, skew = now.timestamp(), SKEW.total_seconds()
    expires, begins, told = claims.get("exp"), claims.get("nbf", 0), claims.get("aud")
    named = {a for a in (told if isinstance(told, list) else [told]) if isinstance(a, str)}
    holds = (
        claims.get("iss") == claims.get("sub") == credential.client_id
        and bool(named & audiences)
        and is_number(expires)
        and seconds - skew < expires <= seconds + (LONGEST_ASSERTION + SKEW).total_seconds()
        and is_number(begins)
        and begins <= seconds + skew
        and isinstance(claims.get("jti"), str)
        and 0 < len(claims["jti"]) <= 200
    )
    if not holds:
        raise invalid_client("the assertion's claims do not hold")
    return dict(claims)


def _basic(encoded: str, form: Mapping[str, str]) -> Credential:
    try:
        name, colon, secret = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, ValueError):
        raise invalid_client() from None
    client_id = unquote_plus(name)
    if not colon or form.get("client_id", client_id) != client_id:
        raise invalid_client()
    return Credential(BASIC, client_id, unquote_plus(secret))


def _assertion(assertion: str, form: Mapping[str, str]) -> Credential:
    if len(assertion) > LARGEST_JWT:
        raise invalid_client()
    claimed = unverified(assertion, CLAIMS).get("sub")
    if not isinstance(claimed, str) or form.get("client_id", claimed) != claimed:
        raise invalid_client()
    return Credential(PRIVATE_KEY, claimed, assertion)
