"""Access tokens of programs: made once, shown once, kept as SHA-256 only."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import (
    invalid_days,
    invalid_label,
    not_allowed,
    too_many_tokens,
    unknown,
)
from madoguchi.identity.models import AccessToken, Person, SignIn
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import normalise_line

PREFIX = "mdg_"
DEFAULT_DAYS = 90
LONGEST_DAYS = 365
LONGEST_LABEL = 100
MOST_TOKENS = 20


async def issue_token(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    label: str,
    days: int = DEFAULT_DAYS,
    *,
    proof: SignIn | None = None,
) -> tuple[AccessToken, str]:
    """A new token for the actor, acting for the organisation acted for now; the text is given
    here and never again. `proof`: the sign-in it is made in. IdentityError 403 for programs, 422 for
    the label or the days, 409 beyond MOST_TOKENS.
    The caller commits.
    """
    name = normalise_line(label)
    if not 1 <= len(name) <= LONGEST_LABEL:
        raise invalid_label()
    if not 1 <= days <= LONGEST_DAYS:
        raise invalid_days()
    person = await session.get(Person, actor.id)
    if person is None or person.program:
        raise not_allowed()  # who manages the organisation makes a program's keys
    now = clock()
    valid = await session.scalar(
        select(func.count())
        .select_from(AccessToken)
        .where(
            AccessToken.person_id == actor.id,
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > now,
        )
    )
    if (valid or 0) >= MOST_TOKENS:
        raise too_many_tokens()
    text = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken(
        id=new_id(),
        person_id=actor.id,
        organisation_id=actor.organisation,
        label=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        acr=proof.acr if proof else None,
        authenticated_at=proof.authenticated_at if proof else None,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(token)
    await session.flush()
    await journal.append(
        session,
        subject=f"person:{actor.id}",
        action="token_issued",
        actor=actor.id,
        at=now,
        payload={"token": token.id, "label": name},
    )
    return token, text


async def revoke_token(session: AsyncSession, clock: Clock, actor: Actor, token_id: str) -> None:
    """End a token of the actor's own. IdentityError 404 for any other. The caller commits."""
    token = await session.get(AccessToken, token_id) if is_id(token_id) else None
    if token is None or token.person_id != actor.id:
        raise unknown("token")
    if token.revoked_at is None:
        token.revoked_at = clock()
        await journal.append(
            session,
            subject=f"person:{actor.id}",
            action="token_revoked",
            actor=actor.id,
            at=clock(),
            payload={"token": token.id},
        )


async def list_tokens(session: AsyncSession, clock: Clock, actor: Actor) -> list[AccessToken]:
    """The actor's tokens that are still valid, newest first."""
    rows = await session.scalars(
        select(AccessToken)
        .where(
            AccessToken.person_id == actor.id,
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > clock(),
        )
        .order_by(AccessToken.id.desc())
    )
    return list(rows)
