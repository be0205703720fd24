"""Proof of possession (DPoP, RFC 9449): a token bound to a key is worth nothing without it.

We always demand a nonce of ours: it is made from the time by a secret, so nothing is written down for
it, and a proof made in advance is of no use. A proof works once.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider import spent
from madoguchi.identity.provider.errors import OAuthError
from madoguchi.identity.provider.jose import (
    FOREIGN_ALGORITHMS,
    HEADER,
    LARGEST_JWT,
    PUBLIC_MEMBERS,
    is_number,
    unverified,
)
from madoguchi.identity.provider.secrets import s256

WINDOW = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
NONCE_HEADER = "DPoP-Nonce"
_KINDS: dict[object, type[ECKey | RSAKey | OKPKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


@dataclass(frozen=True)
class Proof:
    """A proof that holds: the thumbprint of its key (RFC 7638), and its identifier."""

    jkt: str
    jti: str


def nonce_at(secret: bytes, now: datetime) -> str:
    """The nonce to use now; it is taken for another WINDOW."""
    return _nonce(secret, int(now.timestamp() // WINDOW.total_seconds()))


def read_proof(
    headers: Sequence[str],
    method: str,
    url: str,
    secret: bytes,
    now: datetime,
    token: str | None = None,
) -> Proof | None:
    """The proof of a request to `url` (without query), or None when it shows none.

    `token` is the access token it comes with. OAuthError invalid_dpop_proof or use_dpop_nonce.
    """
    if not headers:
        return None
    if len(headers) > 1 or len(headers[0]) > LARGEST_JWT:
        raise _invalid()
    jkt, claims = _verified(headers[0])
    issued, jti = claims.get("iat"), claims.get("jti")
    seconds, limit = now.timestamp(), (SKEW + WINDOW).total_seconds()
    holds = (
        claims.get("htm") == method
        and _without_query(claims.get("htu")) == url
        and is_number(issued)
        and seconds - limit <= issued <= seconds + limit
        and isinstance(jti, str)
        and 0 < len(jti) <= 200
        and (token is None or claims.get("ath") == s256(token))
    )
    if not holds:
        raise _invalid()
    step = int(now.timestamp() // WINDOW.total_seconds())
    if claims.get("nonce") not in (_nonce(secret, step), _nonce(secret, step - 1)):
        raise OAuthError("use_dpop_nonce", "a nonce of this server is needed")
    return Proof(jkt, str(jti))


async def spend(session: AsyncSession, proof: Proof, now: datetime) -> None:
    """Write down that a proof was used. OAuthError when it was before. The caller commits."""
    until = now + 2 * (WINDOW + SKEW)
    if not await spent.spend(session, "dpop", f"{proof.jkt} {proof.jti}", until):
        raise _invalid("the proof was used before")


def _verified(text: str) -> tuple[str, dict[str, Any]]:
    header = unverified(text, HEADER)
    jwk, algorithm = header.get("jwk"), header.get("alg")
    if (
        header.get("typ") != "dpop+jwt"
        or algorithm not in FOREIGN_ALGORITHMS
        or not isinstance(jwk, dict)
        or not set(jwk) <= PUBLIC_MEMBERS
        or jwk.get("kty") not in list(_KINDS)  # a list: what is asked may have no hash
    ):
        raise _invalid()
    try:
        key = _KINDS[jwk["kty"]].import_key(jwk)
        claims = jwt.decode(text, key, algorithms=[str(algorithm)]).claims
        return key.thumbprint(), dict(claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise _invalid() from None


def _nonce(secret: bytes, step: int) -> str:
    made = hmac.new(secret, f"dpop nonce {step}".encode(), hashlib.sha256).digest()[:18]
    return urlsafe_b64encode(made).decode()


def _without_query(htu: object) -> str | None:
    return htu.partition("#")[0].partition("?")[0] if isinstance(htu, str) else None


def _invalid(why: str = "the DPoP proof does not hold") -> OAuthError:
    return OAuthError("invalid_dpop_proof", why)
