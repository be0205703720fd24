"""Tokens for an authorisation code: once, by its client, with its verifier (RFC 6749 4.1.3, 7636)."""

from typing import Any

from madoguchi.identity.provider.clients.rules import PUBLIC
from madoguchi.identity.provider.errors import invalid_grant, invalid_request
from madoguchi.identity.provider.granting.asking import Asking, answer, next_refresh_token
from madoguchi.identity.provider.granting.using import Given, Replayed, Shown, use_code
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.secrets import s256, sha256


async def exchange(asking: Asking) -> dict[str, Any]:
    """The tokens for a code. OAuthError; a code shown twice ends what it gave (RFC 9700 4.5)."""
    code = asking.form.get("code", "")
    if not code:
        raise invalid_request("code is missing")
    given = await use_code(Shown(sha256(code), asking, _used))
    return answer(asking, given.grant, given.scopes, given.refresh_token)


def _used(asking: Asking, grant: Grant) -> Given:
    """Use the code of a grant, whose row is held. OAuthError."""
    if grant.code_used_at is not None:
        raise Replayed(
            grant.id, "code_replayed", "the code was used before; what it gave has ended"
        )
    _check(grant, asking)
    refresh_token = next_refresh_token(asking, grant.id, grant.scopes)
    grant.code_used_at = asking.now
    grant.refresh_sha256 = sha256(refresh_token) if refresh_token else None
    # Who has no secret is known by its key from now on (RFC 9449 5).
    grant.dpop_jkt = asking.jkt if asking.client.auth_method == PUBLIC else None
    return Given(grant, grant.scopes, refresh_token)


def _check(grant: Grant, asking: Asking) -> None:
    form, verifier = asking.form, asking.form.get("code_verifier")
    if grant.revoked_at is not None or (grant.code_expires_at or asking.now) <= asking.now:
        raise invalid_grant("the code has expired")
    if form.get("redirect_uri") != grant.redirect_uri:
        raise invalid_grant("redirect_uri is not that of the authorisation request")
    if (grant.code_challenge is None) != (verifier is None):
        raise invalid_grant("code_verifier and code_challenge belong together")
    if verifier is not None and s256(verifier) != grant.code_challenge:
        raise invalid_grant("code_verifier does not match")
    if grant.dpop_jkt is not None and grant.dpop_jkt != asking.jkt:
        raise invalid_grant("the code is bound to another DPoP key")
