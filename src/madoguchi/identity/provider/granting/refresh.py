"""Tokens for a refresh token: each works once; one shown again ends its family (RFC 9700 4.14)."""

from typing import Any

from madoguchi.identity.provider.errors import invalid_grant, invalid_request, invalid_scope
from madoguchi.identity.provider.gbizid.tokens import unwrapped
from madoguchi.identity.provider.granting.asking import (
    Asking,
    answer,
    narrowed,
    next_refresh_token,
)
from madoguchi.identity.provider.granting.using import Given, Replayed, Shown, use_refresh_token
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.profiles import OPENID
from madoguchi.identity.provider.secrets import grant_of_refresh_token, matches, sha256


async def refresh(asking: Asking) -> dict[str, Any]:
    """New tokens for a refresh token, which ends. OAuthError."""
    token = _token(asking)
    if not token:
        raise invalid_request("refresh_token is missing")
    grant_id = grant_of_refresh_token(asking.provider.refresh_mark, token)
    if grant_id is None:
        raise invalid_grant()
    given = await use_refresh_token(Shown(grant_id, asking, _turned))
    return answer(asking, given.grant, given.scopes, given.refresh_token)


def _turned(asking: Asking, grant: Grant) -> Given:
    """The next refresh token in place of the one shown; the grant's row is held. OAuthError."""
    if grant.revoked_at is not None or grant.expires_at <= asking.now:
        raise invalid_grant()
    if grant.dpop_jkt is not None and grant.dpop_jkt != asking.jkt:
        raise invalid_grant("the refresh token is bound to another DPoP key")
    # What the client may no longer have, it does not get either.
    scopes = narrowed(asking, [scope for scope in grant.scopes if scope in asking.client.scopes])
    if asking.profile.gbizid_fields and OPENID not in scopes:
        raise invalid_scope("scope must keep openid")
    if not matches(_token(asking), grant.refresh_sha256):  # ours, and no longer the newest
        raise Replayed(
            grant.id,
            "refresh_token_reused",
            "the refresh token was used before; its family has ended",
        )
    following = next_refresh_token(asking, grant.id, grant.scopes)
    grant.refresh_sha256 = sha256(following) if following else None
    if asking.profile.gbizid_fields:
        # An access token that does not name its scopes has those of the grant.
        grant.scopes = scopes
    return Given(grant, scopes, following)


def _token(asking: Asking) -> str:
    return unwrapped(asking.form.get("refresh_token", ""))
