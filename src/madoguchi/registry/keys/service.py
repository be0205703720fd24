"""Making, listing and revoking keys; how much they were used."""

import hashlib
import secrets
import string
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Organisation, Person
from madoguchi.identity.rules import APPLICANT, OFFICIAL, Actor
from madoguchi.kernel import journal
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import normalise_line
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.keys.errors import refused
from madoguchi.registry.keys.models import ApiKey, ApiKeyUse

# The agency's application IDs (アプリケーションID) have thirteen characters, and clients may count.
LENGTH = 13
MOST_KEYS = 10
LONGEST_NAME = 100
_LETTERS = string.ascii_letters + string.digits


def digest(key: str) -> str:
    """What is kept of a key. 77 random bits cannot be guessed from it; no salt or stretching helps."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def owner_of(actor: Actor) -> str:
    """Whose keys the actor sees and makes: their own organisation's, else their own."""
    return actor.own or actor.id


async def keys_of(session: AsyncSession, actor: Actor) -> list[ApiKey]:
    """The keys in use of the actor's organisation (or their own), oldest first."""
    rows = await session.scalars(
        select(ApiKey)
        .where(ApiKey.owner == owner_of(actor), ApiKey.revoked_at.is_(None))
        .order_by(ApiKey.id)
    )
    return list(rows)


async def make_key(
    session: AsyncSession, actor: Actor, name: str, at: datetime
) -> tuple[ApiKey, str]:
    """A new key; its text is given here and never again. The caller commits.

    RegistryError 403 for programs, 422 for the name, 409 beyond MOST_KEYS.
    """
    if actor.token is not None or actor.kind not in (APPLICANT, OFFICIAL):
        raise refused("key_of_program")
    kept = normalise_line(name)
    if not 1 <= len(kept) <= LONGEST_NAME:
        raise refused("key_name")
    await session.get(Person, actor.id, with_for_update=True)  # one after the other
    if len(await keys_of(session, actor)) >= MOST_KEYS:
        raise refused("too_many_keys")
    text = "".join(secrets.choice(_LETTERS) for _ in range(LENGTH))
    key = ApiKey(
        id=new_id(),
        owner=owner_of(actor),
        person_id=actor.id,
        name=kept,
        start=text[:4],
        sha256=digest(text),
        made_at=at,
    )
    session.add(key)
    await session.flush()
    await _record(session, actor, "api_key_made", {"key": key.id, "name": kept}, at)
    return key, text


async def revoke_key(session: AsyncSession, actor: Actor, key_id: str, at: datetime) -> None:
    """End a key of the actor's organisation, or their own. RegistryError 404. The caller commits."""
    gone = is_id(key_id) and await session.scalar(
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.owner == owner_of(actor), ApiKey.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(ApiKey.id)
    )
    if not gone:
        raise refused("key_unknown")
    await _record(session, actor, "api_key_revoked", {"key": key_id}, at)


async def use_of(
    session: AsyncSession, key_ids: list[str], today: date, days: int
) -> dict[date, tuple[int, int]]:
    """Requests and refusals a day of these keys together, for each of the last `days` days."""
    first = today - timedelta(days=days - 1)
    rows = await session.execute(
        select(ApiKeyUse.day, func.sum(ApiKeyUse.requests), func.sum(ApiKeyUse.refused))
        .where(ApiKeyUse.key_id.in_(key_ids), ApiKeyUse.day >= first)
        .group_by(ApiKeyUse.day)
    )
    found = {day: (int(requests), int(no)) for day, requests, no in rows}
    every = [first + timedelta(days=number) for number in range(days)]
    return {day: found.get(day, (0, 0)) for day in every}


async def key_of(session: AsyncSession, sha256: str) -> str | None:
    """The id of a valid key: not revoked, its person still here, its organisation not ended."""
    found: str | None = await session.scalar(
        select(ApiKey.id)
        .outerjoin(Person, Person.id == ApiKey.owner)
        .outerjoin(Organisation, Organisation.id == ApiKey.owner)
        .where(
            ApiKey.sha256 == sha256,
            ApiKey.revoked_at.is_(None),
            or_(Person.active, Organisation.closed_at.is_(None) & Organisation.id.is_not(None)),
        )
    )
    return found


async def _record(
    session: AsyncSession, actor: Actor, action: str, payload: dict[str, str], at: datetime
) -> None:
    kind = "organisation" if actor.own else "person"
    await journal.append(
        session,
        subject=f"{kind}:{owner_of(actor)}",
        action=action,
        actor=actor.id,
        on_behalf_of=actor.own,
        at=at,
        payload=payload,
    )


async def example_number(session: AsyncSession) -> str | None:
    """The number of a corporation that every interface shows; None when there is none."""
    query = select(Corporation.number).where(
        Corporation.hidden.is_(False), Corporation.process != DELETED
    )
    number: str | None = await session.scalar(query.order_by(Corporation.number).limit(1))
    return number
