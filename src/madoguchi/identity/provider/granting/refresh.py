"""Tokens for a refresh token: each works once; one shown again ends its family (RFC 9700 4.14)."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from madoguchi.identity.models import Person
from madoguchi.identity.provider.authorising.service import revoke_grant
from madoguchi.identity.provider.errors import invalid_grant, invalid_request, invalid_scope
from madoguchi.identity.provider.gbizid.tokens import unwrapped
from madoguchi.identity.provider.granting.asking import (
    Asking,
    answer,
    narrowed,
    next_refresh_token,
)
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.profiles import OPENID
from madoguchi.identity.provider.secrets import grant_of_refresh_token, sha256
from madoguchi.kernel.database import Json


@cache
def _grant(*, narrowing: bool) -> Select[Grant]:
    found = (
        select(Grant)
        .join(Person, Person.id == Grant.person_id)
        .where(
            Grant.id == bindparam("grant_id"),
            Grant.client_id == bindparam("client_id"),
            Person.active,
        )
    )
    # Its scopes are written back: a person who takes one away at this moment waits, or is seen.
    return found.with_for_update(of=Grant) if narrowing else found


@cache
def _turn(*, narrowing: bool) -> ReturningUpdate[str]:
    values: dict[str, Any] = {"refresh_sha256": bindparam("following")}
    if narrowing:
        values["scopes"] = bindparam("narrowed", type_=Json)
    kept = Grant.__table__.c
    return (
        update(Grant.__table__)  # type: ignore[arg-type]
        .where(
            kept.id == bindparam("grant_id"),
            kept.refresh_sha256 == bindparam("shown"),
            kept.revoked_at.is_(None),
        )
        .values(values)
        .returning(kept.id)
    )


async def refresh(asking: Asking) -> dict[str, Any]:
    """New tokens for a refresh token, which ends. OAuthError. The caller commits, also when this raises."""
    token = unwrapped(asking.form.get("refresh_token", ""))
    session, now = asking.session, asking.now
    if not token:
        raise invalid_request("refresh_token is missing")
    grant_id = grant_of_refresh_token(asking.provider.refresh_mark, token)
    named = {"grant_id": grant_id, "client_id": asking.client.id}
    narrowing = asking.profile.gbizid_fields
    grant = await session.scalar(_grant(narrowing=narrowing), named)
    if grant is None or grant.revoked_at is not None or grant.expires_at <= now:
        raise invalid_grant()
    if grant.dpop_jkt is not None and grant.dpop_jkt != asking.jkt:
        raise invalid_grant("the refresh token is bound to another DPoP key")
    # What the client may no longer have, it does not get either.
    scopes = narrowed(asking, [scope for scope in grant.scopes if scope in asking.client.scopes])
    if asking.profile.gbizid_fields and OPENID not in scopes:
        raise invalid_scope("scope must keep openid")
    following = next_refresh_token(asking, grant.id, grant.scopes)
    turned = await session.scalar(
        _turn(narrowing=narrowing),
        {
            "grant_id": grant.id,
            "shown": sha256(token),
            "following": sha256(following) if following else None,
            # An access token that does not name its scopes has those of the grant.
            **({"narrowed": scopes} if narrowing else {}),
        },
    )
    if turned is None:  # ours, for this grant, and no longer the newest: somebody kept a copy
        await revoke_grant(session, asking.clock, grant.id, "refresh_token_reused")
        raise invalid_grant("the refresh token was used before; its family has ended")
    return answer(asking, grant, scopes, following)
