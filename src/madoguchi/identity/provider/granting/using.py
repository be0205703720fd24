"""Using up codes and refresh tokens (一度きりの使用): each works once, whoever comes at the same moment.

Those shown at one moment are used in one transaction. It holds the rows of their grants, so what is
decided of them is a plain function; a code shown twice finds its own trace there. A row somebody else
holds at that moment is left out and waited for alone: who holds several never waits, so no two can
wait for each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Update, bindparam, select, update

from madoguchi.identity.models import Person
from madoguchi.identity.provider.authorising.service import revoke_grant
from madoguchi.identity.provider.errors import OAuthError, invalid_grant
from madoguchi.identity.provider.granting.asking import Asking
from madoguchi.identity.provider.models import Grant
from madoguchi.kernel.database import Database, padded, unsaved

CHANGED = ("code_used_at", "refresh_sha256", "dpop_jkt", "scopes")
"""The columns of a grant that using it up may change."""


@dataclass(frozen=True)
class Given:
    """What a code or refresh token gave: the grant as it is now, scopes, the next refresh token.

    The grant is a row in no session.
    """

    grant: Grant
    scopes: list[str]
    refresh_token: str | None


class Replayed(OAuthError):
    """Shown again: everything of the grant ends, for somebody has a copy (RFC 9700 4.5, 4.14)."""

    def __init__(self, grant_id: str, why: str, description: str) -> None:
        super().__init__("invalid_grant", description)
        self.grant_id = grant_id
        self.why = why


@dataclass(frozen=True)
class Shown:
    """What a client shows: under which key its grant is found, and what is decided of that."""

    key: str
    asking: Asking
    decide: Callable[[Asking, Grant], Given]


async def use_code(shown: Shown) -> Given:
    """Use a code, by its SHA-256. OAuthError, then also when another used it first."""
    return await _settled(shown, await shown.asking.database.together(_codes, shown), by_code=True)


async def use_refresh_token(shown: Shown) -> Given:
    """Use a refresh token, by the id of its grant. OAuthError."""
    result = await shown.asking.database.together(_refresh_tokens, shown)
    return await _settled(shown, result, by_code=False)


async def _settled(shown: Shown, result: Given | OAuthError | None, *, by_code: bool) -> Given:
    database = shown.asking.database
    if result is None:
        (result,) = await _used(database, [shown], by_code=by_code, waiting=True)
    if isinstance(result, Given):
        return result
    if isinstance(result, Replayed):
        async with database.session() as session:
            await revoke_grant(session, shown.asking.clock, result.grant_id, result.why)
            await session.commit()
    raise result or invalid_grant()


async def _codes(database: Database, group: Sequence[Shown]) -> list[Given | OAuthError | None]:
    return await _used(database, group, by_code=True)


async def _refresh_tokens(
    database: Database, group: Sequence[Shown]
) -> list[Given | OAuthError | None]:
    return await _used(database, group, by_code=False)


async def _used(
    database: Database, group: Sequence[Shown], *, by_code: bool, waiting: bool = False
) -> list[Given | OAuthError | None]:
    """None where there is no such grant, or none that is free."""
    async with database.session() as session:
        held = await session.execute(
            _held(by_code=by_code, waiting=waiting), {"keys": padded(one.key for one in group)}
        )
        found_grants = (unsaved(Grant, **row._mapping) for row in held)
        grants = {grant.code_sha256 if by_code else grant.id: grant for grant in found_grants}
        found = [_decided(one, grants.get(one.key)) for one in group]
        changed = [
            {"this": one.grant.id, **{name: getattr(one.grant, name) for name in CHANGED}}
            for one in found
            if isinstance(one, Given)
        ]
        if changed:
            await session.execute(_written(), changed)
        await session.commit()
    return found


def _decided(shown: Shown, grant: Grant | None) -> Given | OAuthError | None:
    if grant is None:
        return None
    if grant.client_id != shown.asking.client.id:
        return invalid_grant()
    try:
        return shown.decide(shown.asking, grant)
    except OAuthError as fault:
        return fault


@cache
def _held(*, by_code: bool, waiting: bool) -> Select[Any]:
    """The columns of Grant. Not its objects: an ORM's books cost more than the database does."""
    grant, person = Grant.__table__, Person.__table__
    key = grant.c.code_sha256 if by_code else grant.c.id
    return (
        select(*grant.c)
        .join_from(grant, person, person.c.id == grant.c.person_id)
        .where(key.in_(bindparam("keys", expanding=True)), person.c.active)
        .order_by(grant.c.id)
        .with_for_update(of=grant, skip_locked=not waiting)
    )


@cache
def _written() -> Update:
    """What using up changes, of the grant `this`."""
    grant = Grant.__table__
    values = {name: bindparam(name, type_=grant.c[name].type) for name in CHANGED}
    return update(grant).where(grant.c.id == bindparam("this")).values(values)  # type: ignore[arg-type]
