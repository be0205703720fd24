"""The log of changes: whoever changes what is known of corporations says so; indexes and the feed
read it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database
from madoguchi.registry.models import RegistryChange

KEPT = timedelta(days=14)
_NEWEST = select(func.coalesce(func.max(RegistryChange.place), 0))


async def note_changes(session: AsyncSession, numbers: Iterable[str], at: datetime) -> None:
    """Say that these corporations, or what is known of them, changed. Once, last before the commit.

    From here to the commit others who change the registry wait: places are in the order of commits,
    so that a reader never passes one by that is not there yet.
    """
    changed = sorted(set(numbers))
    if not changed:
        return
    if session.get_bind().dialect.name != "sqlite":
        await session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
            {"key": "registry_change"},
        )
    place = await newest(session) + 1
    session.add(RegistryChange(place=place, numbers=changed, at=at))
    await session.flush()


async def newest(session: AsyncSession) -> int:
    """The place of the newest change; 0 when nothing ever changed."""
    return await session.scalar(_NEWEST) or 0


async def newest_of(database: Database) -> int:
    """The same, asked without a session: who reads a million records asks before each of them."""
    return int((await database.look(_NEWEST, {}))[0][0])


async def since(session: AsyncSession, place: int, most: int) -> list[RegistryChange] | None:
    """The next changes behind a place; None when some of them are forgotten already."""
    query = (
        select(RegistryChange)
        .where(RegistryChange.place > place)
        .order_by(RegistryChange.place)
        .limit(most)
    )
    found = list(await session.scalars(query))
    return found if not found or found[0].place == place + 1 else None


async def oldest_kept(session: AsyncSession) -> tuple[int, datetime] | None:
    """Place and time of the oldest change that is kept; None when nothing ever changed."""
    query = select(RegistryChange.place, RegistryChange.at).order_by(RegistryChange.place).limit(1)
    found = (await session.execute(query)).first()
    return (found.place, found.at) if found else None


async def place_before(session: AsyncSession, moment: datetime, now: datetime) -> int | None:
    """The place behind which the changes from a moment on are; None when some may be forgotten."""
    oldest = await oldest_kept(session)
    if oldest and oldest[0] > 1 and moment < min(oldest[1], now - KEPT):
        return None
    first = await session.scalar(
        select(func.min(RegistryChange.place)).where(RegistryChange.at >= moment)
    )
    return await newest(session) if first is None else first - 1


async def forget(session: AsyncSession, at: datetime) -> int:
    """Delete changes older than KEPT, but the newest, whose place is needed; how many went."""
    newest_place = await newest(session)
    done = await session.execute(
        delete(RegistryChange).where(
            RegistryChange.at < at - KEPT, RegistryChange.place < newest_place
        )
    )
    return done.rowcount if isinstance(done, CursorResult) else 0
