"""An authorisation request: what it asks, whether it may, what is to be done. No I/O.

Faults of client and redirect address raise `unknown_service`, a page: nothing is sent to an address
that was not registered. Every other fault is a `Refused`, told to the client at its address.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from madoguchi.identity.provider.clients.rules import CODE, PUBLIC
from madoguchi.identity.provider.errors import OAuthError, invalid_request, unknown_service
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import OPENID, Profile

LONGEST_VALUE = 500
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
UNSUPPORTED = {"request": "request_not_supported", "registration": "registration_not_supported"}

SIGN_IN, CONSENT, GO = "sign_in", "consent", "go"


@dataclass(frozen=True)
class AuthorisationRequest:
    """Authorisation request (認可リクエスト): checked against the client it names."""

    client_id: str
    redirect_uri: str
    redirect_uri_named: bool
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str | None
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    dpop_jkt: str | None


@dataclass(frozen=True)
class Standing:
    """How the person stands who is asked: when and how surely they signed in, what they allowed."""

    authenticated_at: datetime
    acr: str
    consented: frozenset[str] | None


def single(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name; empty ones count as left out. OAuthError when one stands twice."""
    given = [(name, value) for name, value in pairs if value]
    found = dict(given)
    if len(found) != len(given):
        raise invalid_request("a parameter stands twice")
    return found


def redirect_uri_of(params: Mapping[str, str], client: Client, profile: Profile) -> str:
    """Where the answer goes: exactly a registered address. IdentityError, shown as a page."""
    wanted = params.get("redirect_uri")
    if wanted is None and not profile.redirect_uri_required and len(client.redirect_uris) == 1:
        return str(client.redirect_uris[0])
    if wanted is None or wanted not in client.redirect_uris or CODE not in client.grant_types:
        raise unknown_service()
    return wanted


def read_request(
    params: Mapping[str, str], client: Client, profile: Profile
) -> AuthorisationRequest:
    """The request of a client whose address is known to be right. OAuthError for the client."""
    for name, code in UNSUPPORTED.items():
        if name in params:
            raise OAuthError(code, f"{name} is not supported")
    if params.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if params.get("response_mode", "query") != "query":
        raise invalid_request("response_mode must be query")
    for name in ("state", "nonce", "dpop_jkt"):
        if len(params.get(name, "")) > LONGEST_VALUE:
            raise invalid_request(f"{name} is longer than {LONGEST_VALUE} characters")
    if params.get("dpop_jkt") and not CHALLENGE.fullmatch(params["dpop_jkt"]):
        raise invalid_request("dpop_jkt must be a SHA-256 thumbprint")
    return AuthorisationRequest(
        client_id=client.id,
        redirect_uri=redirect_uri_of(params, client, profile),
        redirect_uri_named="redirect_uri" in params,
        scopes=_scopes(params.get("scope", ""), client, profile),
        state=params.get("state"),
        nonce=params.get("nonce"),
        code_challenge=_challenge(params, client, profile),
        prompt=_prompt(params.get("prompt", "")),
        max_age=_max_age(params.get("max_age")),
        acr_values=tuple(params.get("acr_values", "").split()[:10]),
        dpop_jkt=params.get("dpop_jkt"),
    )


def what_next(
    asked: AuthorisationRequest,
    standing: Standing | None,
    now: datetime,
    signed_in_for: datetime | None,
) -> str:
    """SIGN_IN, CONSENT or GO. OAuthError where prompt=none forbids what would be needed.

    `signed_in_for` is when we sent the person to sign in for this very request.
    """
    if standing is None or _too_old(asked, standing, now, signed_in_for):
        if "none" in asked.prompt:
            raise OAuthError("login_required", "the person must sign in")
        return SIGN_IN
    if standing.consented is None or not set(asked.scopes) <= standing.consented:
        if "none" in asked.prompt:
            raise OAuthError("consent_required", "the person must consent")
        return CONSENT
    return CONSENT if "consent" in asked.prompt else GO


def answer_to(redirect_uri: str, answer: Mapping[str, str | None]) -> str:
    """The registered address with the answer added to its query."""
    given = urlencode({name: value for name, value in answer.items() if value is not None})
    return f"{redirect_uri}{'&' if urlsplit(redirect_uri).query else '?'}{given}"


def origin_of(uri: str) -> str:
    """scheme://host[:port] of an address, as a content security policy names it."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def _too_old(
    asked: AuthorisationRequest,
    standing: Standing,
    now: datetime,
    signed_in_for: datetime | None,
) -> bool:
    """Whether the person must prove anew who they are."""
    since = standing.authenticated_at
    # We sent them once, and they did: what they reached then is what the client is told.
    done = signed_in_for is not None and since >= signed_in_for
    if asked.prompt & {"login", "select_account"} and not done:
        return True
    if asked.max_age is not None and now - since > timedelta(seconds=asked.max_age) and not done:
        return True
    return bool(asked.acr_values) and standing.acr not in asked.acr_values and not done


def _scopes(text: str, client: Client, profile: Profile) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(text.split()))
    if not wanted and not profile.scope_required:
        return tuple(client.scopes)
    if OPENID not in wanted:
        raise OAuthError("invalid_scope", "scope must contain openid")
    return checked_scopes(wanted, client.scopes)


def checked_scopes(wanted: tuple[str, ...], allowed: Collection[str]) -> tuple[str, ...]:
    """The wanted scopes. OAuthError when one is not among those allowed."""
    if not set(wanted) <= set(allowed):
        raise OAuthError("invalid_scope", "a scope is not registered for this client")
    return wanted


def _challenge(params: Mapping[str, str], client: Client, profile: Profile) -> str | None:
    challenge = params.get("code_challenge")
    if challenge is None:
        required = profile.pkce_required or client.auth_method == PUBLIC
        if required or "code_challenge_method" in params:
            raise invalid_request("code_challenge is required (RFC 7636)")
        return None
    if params.get("code_challenge_method") != "S256":
        raise invalid_request("code_challenge_method must be S256")
    if not CHALLENGE.fullmatch(challenge):
        raise invalid_request("code_challenge must be a base64url SHA-256")
    return challenge


def _prompt(text: str) -> frozenset[str]:
    prompt = frozenset(text.split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise invalid_request("prompt is not one of none, login, consent, select_account")
    return prompt


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise invalid_request("max_age must be a number of seconds")
    return int(text)
