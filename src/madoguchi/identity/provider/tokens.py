"""Tokens we sign (トークン): access tokens (RFC 9068) and ID tokens; and reading our own.

The `jti` of a person's access token begins with the id of its grant: who checks a token with us is
answered from that one row.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from madoguchi.identity.provider.gbizid import tokens as gbizid
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.jose import (
    CLAIMS,
    HEADER,
    LARGEST_JWT,
    base64url,
    is_number,
    unverified,
)
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
    """A signed token of ours (RFC 7515 7.1)."""
    key = provider.keys.signing(algorithm, now)
    signed = f"{_header(key.algorithm, typ, key.kid)}.{base64url(_json(claims).encode())}"
    return f"{signed}.{base64url(key.sign(signed.encode()))}"


_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


@lru_cache(maxsize=32)
def _header(algorithm: str, typ: str, kid: str) -> str:
    return base64url(_json({"alg": algorithm, "typ": typ, "kid": kid}).encode())


def read_own(provider: Provider, token: str, typ: str, now: datetime) -> dict[str, Any] | None:
    """The claims of a token we signed as this type; None for any other. Its time is not looked at."""
    if len(token) > LARGEST_JWT or token.count(".") != 2 or not token.isascii():
        return None
    header = unverified(token, HEADER)
    known = provider.keys.by_kid(header.get("kid"), now)
    # A header we never wrote has no signature of ours: nothing else of it needs to be looked at.
    if known is None or header.get("typ") != typ or header.get("alg") != known.algorithm:
        return None
    signed, _, signature = token.rpartition(".")
    if not known.holds(signature, signed.encode()):
        return None
    claims = unverified(token, CLAIMS)
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
