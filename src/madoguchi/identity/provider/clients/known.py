"""Clients as requests need them (接続システムの控え): read once a second, however many requests name them.

Nearly every request of a service names its client, and clients change a few times a year. So what was
read is kept for KEPT_SECONDS. A change made by this process counts from its commit on; one made by
another process, or by an operator's command, within KEPT_SECONDS. That is far less than the ten
minutes for which a resource server takes a token given the moment before without asking anybody.
What came of a client is not decided by this: tokens of people are looked at together with the
client's row each time (telling.py).
"""

import time
from collections.abc import Sequence
from functools import cache
from weakref import WeakKeyDictionary

from sqlalchemy import Select, bindparam, event, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.models import Client
from madoguchi.kernel.database import Database, padded

KEPT_SECONDS = 1.0
MOST_KEPT = 1000

Kept = dict[str, tuple[float, Client]]
"""By id, when the client was asked for (monotonic) and the client, which nobody changes."""

_kept: WeakKeyDictionary[Database, Kept] = WeakKeyDictionary()


async def named(database: Database, client_id: str | None) -> Client | None:
    """A client that may be used, by its id; asked for together with others. Not to be changed."""
    if not may_be_id(client_id):
        return None
    kept = _kept.get(database, {}).get(client_id or "")
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    return await database.together(_named, client_id)


def forget_after_commit(session: AsyncSession) -> None:
    """Have clients read anew once the session commits: one of them is being changed in it."""
    database = session.info.get("database")
    if isinstance(database, Database):
        event.listen(
            session.sync_session, "after_commit", lambda _: _kept.pop(database, None), once=True
        )


def may_be_id(client_id: str | None) -> bool:
    """Whether a text can be the id of a client at all."""
    return bool(
        client_id and len(client_id) <= 60 and client_id.isascii() and client_id.isprintable()
    )


async def _named(database: Database, ids: Sequence[str | None]) -> list[Client | None]:
    # Taken before asking: who changes a client meanwhile puts another in its place.
    kept, asked_at = _kept.setdefault(database, {}), time.monotonic()
    async with database.looking() as session:
        rows = await session.scalars(_alive(), {"ids": padded(ids)})
        found = {client.id: client for client in rows}
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept.update((id, (asked_at, client)) for id, client in found.items())
    return [found.get(id or "") for id in ids]


@cache
def _alive() -> Select[Client]:
    return select(Client).where(
        Client.id.in_(bindparam("ids", expanding=True)), Client.disabled_at.is_(None)
    )
