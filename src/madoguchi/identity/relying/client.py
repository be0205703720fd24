"""The client (クライアント): asking a provider, and redeeming what comes back.

Nonce and PKCE verifier are derived from the state by the installation's key: whoever reads the
database or the address has neither.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from madoguchi.identity.provider.secrets import s256
from madoguchi.identity.relying.checking import Expected, SignedIn, key_name, signed_in
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.knowing import Knowledge, read_json
from madoguchi.identity.relying.metadata import Metadata
from madoguchi.kernel.sealing import derived_key

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(minutes=1)
_USUAL = {"EC": "ES256", "RSA": "RS256", "OKP": "EdDSA"}


@dataclass(frozen=True)
class Relied:
    """A provider we rely on, as configured: its issuer, who we are there, what we ask of it.

    `key` is a private JWK (then we prove ourselves by private_key_jwt), else `secret` is used
    (client_secret_basic). `acr_values` are wanted; `levels` says which of its levels is which of
    ours.
    """

    id: str
    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    key: Mapping[str, Any] | None = field(default=None, repr=False)
    scope: str = "openid"
    acr_values: tuple[str, ...] = ()
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """One request under way: whom, where the answer goes, and its state."""

    relied: Relied
    redirect_uri: str
    state: str
    max_age: int | None = None


def derived(installation_key: str, purpose: str, state: str) -> str:
    """A secret of one request: nobody who knows the state alone can make it."""
    key = derived_key(installation_key, "relying")
    mark = hmac.digest(key, f"{purpose}\0{state}".encode(), "sha256")
    return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()


def request_address(asking: Asking, metadata: Metadata, installation_key: str) -> str:
    """Where to send the person (OpenID Connect Core 3.1.2.1)."""
    relied = asking.relied
    given = {
        "response_type": "code",
        "client_id": relied.client_id,
        "redirect_uri": asking.redirect_uri,
        "scope": relied.scope,
        "state": asking.state,
        "nonce": derived(installation_key, "nonce", asking.state),
        "code_challenge": s256(derived(installation_key, "verifier", asking.state)),
        "code_challenge_method": "S256",
    }
    if relied.acr_values:
        given["acr_values"] = " ".join(relied.acr_values)
    if asking.max_age is not None:
        given["max_age"] = str(asking.max_age)
    mark = "&" if "?" in metadata.authorization_endpoint else "?"
    return f"{metadata.authorization_endpoint}{mark}{urlencode(given)}"


async def redeem(
    knowledge: Knowledge, asking: Asking, code: str, installation_key: str, now: datetime
) -> SignedIn:
    """Who signed in, of the code that came back. ProviderFault for whatever does not hold."""
    relied = asking.relied
    metadata = await knowledge.metadata(relied.issuer, now)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asking.redirect_uri,
        "code_verifier": derived(installation_key, "verifier", asking.state),
    }
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    if relied.key is not None:
        body |= {
            "client_id": relied.client_id,
            "client_assertion_type": ASSERTION,
            "client_assertion": _assertion(relied, metadata, now),
        }
    else:
        pair = f"{quote_plus(relied.client_id)}:{quote_plus(relied.secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = read_json(
        await knowledge.fetch("POST", metadata.token_endpoint, headers, urlencode(body).encode())
    )
    if not isinstance(answer, Mapping):
        raise ProviderFault("answer_unreadable")
    token = answer.get("id_token")
    expected = Expected(
        relied.issuer,
        relied.client_id,
        derived(installation_key, "nonce", asking.state),
        asking.max_age,
    )
    keys = await knowledge.keys(relied.issuer, key_name(token), now)
    found = signed_in(token, keys, expected, now)
    access = answer.get("access_token")
    if metadata.userinfo_endpoint is None or not isinstance(access, str):
        return found
    return await _with_userinfo(knowledge, metadata.userinfo_endpoint, access, found)


async def _with_userinfo(
    knowledge: Knowledge, address: str, access: str, found: SignedIn
) -> SignedIn:
    """What userinfo adds, of this very subject (OpenID Connect Core 5.3.2); the ID token prevails."""
    if not access.isascii() or not access.isprintable() or len(access) > 8_000:
        raise ProviderFault("answer_unreadable")
    headers = {"Accept": "application/json", "Authorization": f"Bearer {access}"}
    told = read_json(await knowledge.fetch("GET", address, headers, b""))
    if not isinstance(told, Mapping) or told.get("sub") != found.subject:
        raise ProviderFault("userinfo_of_another")
    return replace(found, claims={**told, **found.claims})


def read_key(text: str) -> dict[str, Any]:
    """A private JWK of a file. ValueError for anything else."""
    try:
        given = json.loads(text)
        if given["kty"] not in _USUAL or not _key(given).is_private:
            raise ValueError("a public key")
    except (JoseError, KeyError, TypeError, ValueError):
        raise ValueError("no private key as JWK (EC, RSA or OKP)") from None
    return dict(given)


def _assertion(relied: Relied, metadata: Metadata, now: datetime) -> str:
    """Who we are, signed (RFC 7523 3); `aud` is the issuer, so that no other can use it."""
    given = dict(relied.key or {})
    issued = int(now.timestamp())
    claims = {
        "iss": relied.client_id,
        "sub": relied.client_id,
        "aud": metadata.issuer,
        "iat": issued,
        "exp": issued + int(ASSERTION_LIFE.total_seconds()),
        "jti": secrets.token_urlsafe(16),
    }
    header = {"alg": given.get("alg", _USUAL[given["kty"]]), "typ": "JWT"}
    if "kid" in given:
        header["kid"] = given["kid"]
    return jwt.encode(header, claims, _key(given), algorithms=[header["alg"]])


def _key(given: dict[str, Any]) -> ECKey | RSAKey | OKPKey:
    if given["kty"] == "EC":
        return ECKey.import_key(given)
    return RSAKey.import_key(given) if given["kty"] == "RSA" else OKPKey.import_key(given)
