"""Tokens we sign (トークン): access tokens (RFC 9068) and ID tokens; and reading our own.

The `jti` of a person's access token begins with the id of its grant: who checks a token with us is
answered from that one row.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from madoguchi.identity.provider.gbizid import tokens as gbizid
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.jose import HEADER, LARGEST_JWT, is_number, unverified
from madoguchi.identity.provider.keys import ALGORITHMS
from madoguchi.identity.provider.models import Client, Grant
from madoguchi.identity.provider.profiles import Profile

ACCESS_TYPE = "at+jwt"


@dataclass(frozen=True)
class AccessClaims:
    """What an access token of ours says; `grant_id` is None when a program has it for itself."""

    claims: Mapping[str, Any]
    grant_id: str | None
    client_id: str
    jti: str
    expires: int
    jkt: str | None


def access_token(
    provider: Provider,
    profile: Profile,
    client: Client,
    grant: Grant | None,
    scopes: list[str],
    jkt: str | None,
    now: datetime,
) -> str:
    """An access token for a grant, or for the client itself."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": provider.issuer(profile),
        "sub": grant.subject if grant else client.id,
        "exp": issued + int(profile.access_life.total_seconds()),
        "iat": issued,
        "jti": f"{grant.id if grant else ''}.{secrets.token_urlsafe(12)}",
        "aud": provider.issuer(profile),
        "client_id": client.id,
        "scope": " ".join(scopes),
    }
    if grant:
        claims |= {"auth_time": int(grant.authenticated_at.timestamp()), "acr": grant.acr}
    if profile.gbizid_fields:
        claims = gbizid.only({**claims, "azp": client.id}, gbizid.ACCESS)
    if jkt:
        claims["cnf"] = {"jkt": jkt}
    return sign(provider, profile.algorithm, claims, now, typ=ACCESS_TYPE)


def id_token(
    provider: Provider, profile: Profile, client: Client, grant: Grant, now: datetime
) -> str:
    """Who signed in, when and how surely (OpenID Connect Core 2); no personal data."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": provider.issuer(profile),
        "sub": grant.subject,
        "aud": client.id,
        "exp": issued + int(profile.id_token_life.total_seconds()),
        "iat": issued,
        "auth_time": int(grant.authenticated_at.timestamp()),
        "acr": grant.acr,
        "amr": list(grant.amr),
        "sid": grant.sign_in_id,
    }
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    if profile.gbizid_fields:
        # No service written for GbizID knows `sid`; who asks to be told of the end needs it.
        told = (*gbizid.ID_TOKEN, "sid") if client.backchannel_logout_uri else gbizid.ID_TOKEN
        claims = gbizid.only({**claims, "jti": secrets.token_urlsafe(12)}, told)
    return sign(provider, client.id_token_alg, claims, now)


def sign(
    provider: Provider, algorithm: str, claims: dict[str, Any], now: datetime, typ: str = "JWT"
) -> str:
    """A signed token of ours."""
    key = provider.keys.signing(algorithm, now)
    return jwt.encode({"alg": algorithm, "typ": typ, "kid": key.kid}, claims, key.key)


def read_own(provider: Provider, token: str, typ: str, now: datetime) -> dict[str, Any] | None:
    """The claims of a token we signed as this type; None for any other. Its time is not looked at."""
    if len(token) > LARGEST_JWT or token.count(".") != 2:
        return None
    try:
        header = unverified(token, HEADER)
        known = provider.keys.by_kid(header.get("kid"), now)
        if known is None or header.get("typ") != typ or header.get("alg") not in ALGORITHMS:
            return None
        claims = jwt.decode(token, known.key, algorithms=[known.algorithm]).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return claims if claims.get("iss") in provider.issuers else None


def read_access_token(provider: Provider, token: str, now: datetime) -> AccessClaims | None:
    """An access token of ours that has not expired; None for anything else."""
    claims = read_own(provider, token, ACCESS_TYPE, now)
    if claims is None or not is_number(claims.get("exp")) or claims["exp"] <= now.timestamp():
        return None
    if claims.get("aud", claims["iss"]) not in provider.issuers:
        return None  # made for another service
    jti, client_id = str(claims.get("jti")), str(claims.get("client_id") or claims.get("azp"))
    binding = (claims.get("cnf") or {}).get("jkt")
    return AccessClaims(
        claims, jti.partition(".")[0] or None, client_id, jti, int(claims["exp"]), binding
    )
