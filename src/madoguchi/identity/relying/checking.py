"""Checking what another provider signed or sent back (検証): pure, and strict.

ID tokens: OpenID Connect Core 3.1.3.7. Logout tokens: Back-Channel Logout 1.0 2.6. The answer to
the authorisation request: RFC 9207 2.4.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from madoguchi.identity.provider.jose import (
    FOREIGN_ALGORITHMS,
    HEADER,
    LARGEST_JWT,
    is_number,
    unverified,
)
from madoguchi.identity.relying.faults import ProviderFault

SKEW = timedelta(seconds=60)
FRESH = timedelta(minutes=10)
"""How old an ID token may be when it is shown to us: it comes straight from the token endpoint."""
LOGOUT_FRESH = timedelta(minutes=2)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_TEXT = 255
LONGEST_CODE = 2_000
_KINDS = frozenset({"RSA", "EC", "OKP"})


@dataclass(frozen=True)
class Expected:
    """What must hold: whose token, for whom, and for ID tokens answering what."""

    issuer: str
    client_id: str
    nonce: str = ""
    max_age: int | None = None


@dataclass(frozen=True)
class SignedIn:
    """What an ID token proves. `subject` is a name within its issuer only."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]
    acr: str | None
    amr: tuple[str, ...]
    authenticated_at: datetime | None
    sid: str | None


@dataclass(frozen=True)
class SignedOut:
    """What a logout token says is over: one session, or all of a subject."""

    jti: str
    subject: str | None
    sid: str | None
    expires_at: datetime


def code_of(answer: Mapping[str, str], expected: Expected, *, names_itself: bool) -> str:
    """The code of an answer that is of the provider that was asked. ProviderFault otherwise.

    A provider that says it names itself must; one that does although it did not say so must name
    itself rightly (mix-up, RFC 9207 2.4).
    """
    told = answer.get("iss")
    if told != expected.issuer if told is not None else names_itself:
        raise ProviderFault("answer_of_another_issuer")
    if "error" in answer:
        denied = answer["error"] == "access_denied"
        raise ProviderFault("access_denied" if denied else "provider_error")
    code = answer.get("code", "")
    if not 1 <= len(code) <= LONGEST_CODE:
        raise ProviderFault("no_code")
    return code


def keys_of(document: object) -> KeySet:
    """The keys of a key set that may check signatures: asymmetric, not for encryption."""
    told = document.get("keys") if isinstance(document, Mapping) else None
    chosen = [
        key
        for key in (told if isinstance(told, list) else [])
        if isinstance(key, dict)
        and key.get("kty") in _KINDS
        and key.get("use", "sig") == "sig"
        and "d" not in key
    ][:50]
    try:
        return KeySet.import_key_set({"keys": chosen})
    except (JoseError, ValueError, TypeError, KeyError):
        raise ProviderFault("keys_unreadable") from None


def signed_in(token: object, keys: KeySet, expected: Expected, now: datetime) -> SignedIn:
    """What an ID token proves. ProviderFault for one that does not hold in every point."""
    claims = _claims(token, keys, types=("JWT", None))
    _whose(claims, expected, now)
    issued, told = claims.get("iat"), claims.get("nonce")
    if not is_number(issued) or not _within(issued, now, FRESH):
        raise ProviderFault("token_not_fresh")
    if not isinstance(told, str) or not hmac.compare_digest(
        told.encode("utf-8", "replace"), expected.nonce.encode()
    ):
        raise ProviderFault("token_for_another_request")
    if "events" in claims:
        raise ProviderFault("token_type")
    at = claims.get("auth_time")
    if expected.max_age is not None and (
        not is_number(at) or not _within(at, now, timedelta(seconds=expected.max_age))
    ):
        raise ProviderFault("authentication_too_old")
    ways, acr = claims.get("amr"), claims.get("acr")
    return SignedIn(
        issuer=expected.issuer,
        subject=_text(claims.get("sub"), "token_subject"),
        claims=claims,
        acr=acr if isinstance(acr, str) else None,
        amr=tuple(way for way in (ways if isinstance(ways, list) else ()) if isinstance(way, str)),
        authenticated_at=moment(at) if is_number(at) and at <= now.timestamp() else None,
        sid=_optional(claims.get("sid")),
    )


def signed_out(token: object, keys: KeySet, expected: Expected, now: datetime) -> SignedOut:
    """What a logout token ends. ProviderFault for one that does not hold in every point.

    An ID token is none: it has another type, no event, and a nonce. Whether it was shown before
    is for the caller to find out (`jti`).
    """
    claims = _claims(token, keys, types=("logout+jwt",))
    _whose(claims, expected, now)
    issued, events = claims.get("iat"), claims.get("events")
    if not is_number(issued) or not _within(issued, now, LOGOUT_FRESH):
        raise ProviderFault("token_not_fresh")
    if not isinstance(events, Mapping) or not isinstance(events.get(LOGOUT_EVENT), Mapping):
        raise ProviderFault("token_without_event")
    if "nonce" in claims:
        raise ProviderFault("token_with_nonce")
    subject, sid = _optional(claims.get("sub")), _optional(claims.get("sid"))
    if subject is None and sid is None:
        raise ProviderFault("token_subject")
    return SignedOut(_text(claims.get("jti"), "token_id"), subject, sid, moment(claims["exp"]))


def key_name(token: object) -> str | None:
    """The `kid` a token names, before anything about it is checked."""
    if not isinstance(token, str) or len(token) > LARGEST_JWT:
        return None
    return _optional(unverified(token, HEADER).get("kid"))


def moment(seconds: float) -> datetime:
    """The time of a NumericDate that was found to be near the present."""
    return datetime.fromtimestamp(int(seconds), UTC)


def _claims(token: object, keys: KeySet, types: tuple[str | None, ...]) -> dict[str, Any]:
    """The claims of a token whose signature one of the keys made by an algorithm we accept."""
    if not isinstance(token, str) or len(token) > LARGEST_JWT or token.count(".") != 2:
        raise ProviderFault("token_unreadable")
    header = unverified(token, HEADER)
    if header.get("alg") not in FOREIGN_ALGORITHMS:
        raise ProviderFault("token_algorithm")
    kind = header.get("typ")
    if (kind.removeprefix("application/") if isinstance(kind, str) else kind) not in types:
        raise ProviderFault("token_type")
    try:
        claims = jwt.decode(token, keys, algorithms=FOREIGN_ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise ProviderFault("token_signature") from None
    return dict(claims)


def _whose(claims: Mapping[str, Any], expected: Expected, now: datetime) -> None:
    """Issuer, audience and end: of the issuer, for us alone, not over."""
    if claims.get("iss") != expected.issuer:
        raise ProviderFault("token_of_another_issuer")
    told = claims.get("aud")
    if told not in (expected.client_id, [expected.client_id]):
        raise ProviderFault("token_for_another_client")
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise ProviderFault("token_for_another_client")
    ends = claims.get("exp")
    if not is_number(ends) or not now.timestamp() - SKEW.total_seconds() < ends < 1e11:
        raise ProviderFault("token_expired")


def _within(seconds: float, now: datetime, age: timedelta) -> bool:
    passed = now.timestamp() - seconds
    return -SKEW.total_seconds() <= passed <= (age + SKEW).total_seconds()


def _text(value: object, why: str) -> str:
    found = _optional(value)
    if found is None:
        raise ProviderFault(why)
    return found


def _optional(value: object) -> str | None:
    """A text a database takes; None for anything else."""
    good = isinstance(value, str) and 1 <= len(value) <= LONGEST_TEXT and "\0" not in value
    return str(value) if good else None
