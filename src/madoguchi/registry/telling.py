"""Telling of changes (変更の通知): endpoints that chose it hear whose public record changed.

Every few seconds, by whichever process comes first. What has been told and how far is one
transaction, so that nothing is told twice or left out, whatever dies in between; the sending itself,
with its repetitions, is the webhooks'.
"""

import asyncio
import contextlib
import logging
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.registry import changes
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.rest.changes import feed_from
from madoguchi.settings import Settings
from madoguchi.webhooks import watching
from madoguchi.webhooks.models import WebhookEndpoint

EVERY = 10  # seconds between looks: what changed meanwhile comes in one event
MOST_NAMED = 1_000  # corporations in one event; of more the feed tells
AT_ONCE = 50  # changes of the log told together, of up to 5,000 corporations each

_log = logging.getLogger("madoguchi.registry")


async def keep_telling(
    database: Database, settings: Settings, clock: Clock, closing: asyncio.Event
) -> None:
    """Look every EVERY seconds until `closing` is set; what fails is tried again at the next look."""
    while not closing.is_set():
        try:
            await tell_all(database, settings, clock)
        except Exception:
            _log.exception("changes of corporations cannot be told")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), EVERY)


async def tell_all(database: Database, settings: Settings, clock: Clock) -> None:
    """Bring every endpoint that is behind up to the newest change, one after the other."""
    async with database.reading() as session:
        waiting = await watching.behind(session, await changes.newest(session))
    for id in waiting:
        more = True
        while more:
            async with database.session() as session:
                more = await _tell(session, id, settings, clock())
                await session.commit()


async def _tell(session: AsyncSession, id: str, settings: Settings, at: datetime) -> bool:
    """One event for one endpoint, where there is something to tell; whether there may be more."""
    endpoint = await watching.watcher(session, id, at)
    if endpoint is None:
        return False
    newest = await changes.newest(session)
    place = await _place(session, endpoint, at)
    found = (
        None if place is None or place > newest else await changes.since(session, place, AT_ONCE)
    )
    subject = feed_from(settings.secret_key, newest if place is None or found is None else place)
    if place is None or found is None:
        endpoint.corporations_place = newest
        data = {"corporate_numbers": [], "more": False, "forgotten": True}
        await watching.tell(session, endpoint, subject, data, settings, at)
        return False
    wanted = frozenset(endpoint.corporations)
    changed = {number for change in found for number in change.numbers}
    named, more = await _named(session, sorted(changed & wanted if wanted else changed))
    if named or more:
        data = {"corporate_numbers": named, "more": more, "forgotten": False}
        await watching.tell(session, endpoint, subject, data, settings, at)
    endpoint.corporations_place = found[-1].place if found else place
    return len(found) == AT_ONCE


async def _place(session: AsyncSession, endpoint: WebhookEndpoint, at: datetime) -> int | None:
    """Behind which place it must be told: at first, from when it chose to be. None: forgotten."""
    if endpoint.corporations_place is not None or endpoint.corporations_since is None:
        return endpoint.corporations_place
    return await changes.place_before(session, endpoint.corporations_since, at)


async def _named(session: AsyncSession, numbers: list[str]) -> tuple[list[str], bool]:
    """The first MOST_NAMED of those that are known, as the feed tells them; whether there are more."""
    looked = numbers[: 2 * MOST_NAMED]
    there = await currents(session, looked)
    named = [number for number in looked if number in there]
    return named[:MOST_NAMED], len(named) > MOST_NAMED or len(numbers) > len(looked)
