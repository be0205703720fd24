"""Tokens for an authorisation code: once, by its client, with its verifier (RFC 6749 4.1.3, 7636)."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from madoguchi.identity.models import Person
from madoguchi.identity.provider.authorising.service import revoke_grant
from madoguchi.identity.provider.clients.rules import PUBLIC
from madoguchi.identity.provider.errors import invalid_grant, invalid_request
from madoguchi.identity.provider.granting.asking import Asking, answer, next_refresh_token
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.secrets import s256, sha256


@cache
def _grant() -> Select[Grant]:
    return (
        select(Grant)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.code_sha256 == bindparam("shown"), Person.active)
    )


@cache
def _use() -> ReturningUpdate[str]:
    kept = Grant.__table__.c
    return (
        update(Grant.__table__)  # type: ignore[arg-type]
        .where(
            kept.id == bindparam("grant_id"),
            kept.code_used_at.is_(None),
            kept.revoked_at.is_(None),
        )
        .values(
            code_used_at=bindparam("now"),
            refresh_sha256=bindparam("refresh"),
            dpop_jkt=bindparam("jkt"),
        )
        .returning(kept.id)
    )


async def exchange(asking: Asking) -> dict[str, Any]:
    """The tokens for a code. OAuthError; a code shown twice ends what it gave (RFC 9700 4.5).

    The caller commits, also when this raises.
    """
    code, session, now = asking.form.get("code", ""), asking.session, asking.now
    if not code:
        raise invalid_request("code is missing")
    grant = await session.scalar(_grant(), {"shown": sha256(code)})
    if grant is None or grant.client_id != asking.client.id:
        raise invalid_grant()
    if grant.code_used_at is not None:
        await revoke_grant(session, asking.clock, grant.id, "code_replayed")
        raise invalid_grant("the code was used before; what it gave has ended")
    _check(grant, asking)
    refresh_token = next_refresh_token(asking, grant.id, grant.scopes)
    first = await session.scalar(
        _use(),
        {
            "grant_id": grant.id,
            "now": now,
            "refresh": sha256(refresh_token) if refresh_token else None,
            # Who has no secret is known by its key from now on (RFC 9449 5).
            "jkt": asking.jkt if asking.client.auth_method == PUBLIC else None,
        },
    )
    if first is None:
        await revoke_grant(session, asking.clock, grant.id, "code_replayed")
        raise invalid_grant("the code was used before; what it gave has ended")
    return answer(asking, grant, grant.scopes, refresh_token)


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
