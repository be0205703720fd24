"""Keeping the index up with the registry: every few seconds, by whichever process comes first."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.registry import changes
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.search.generations import Busy, current, read_state, size_of
from madoguchi.registry.search.serving import ServedIndex, Unreadable
from madoguchi.registry.search.writing import build, catch_up

EVERY = 3  # seconds between looks; a look is one small query while nothing has changed
SMALL = 50_000  # corporations a server indexes by itself, in seconds; more are the command's
FORGET_EVERY = 3_600

_log = logging.getLogger("madoguchi.registry.search")


@dataclass(frozen=True)
class Standing:
    """How the index stands: corporations in it, in the database; changes it has not taken in.

    `entries` None: there is no index that can be read. `size` is in bytes.
    """

    entries: int | None
    corporations: int
    waiting: int
    size: int


async def keep_up(
    database: Database, index: ServedIndex, clock: Clock, closing: asyncio.Event
) -> None:
    """Look every EVERY seconds until `closing` is set; what fails is tried again at the next look."""
    forgot = time.monotonic() - FORGET_EVERY
    while not closing.is_set():
        try:
            await look(database, index.folder)
            if time.monotonic() - forgot >= FORGET_EVERY:
                forgot = time.monotonic()
                async with database.session() as session:
                    await changes.forget(session, clock())
                    await session.commit()
        except Exception:
            _log.exception("the index of corporations cannot be brought up to date")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), EVERY)


async def look(database: Database, folder: Path) -> None:
    """Take in what changed; a registry that is small gets its index here."""
    generation = current(folder)
    state = read_state(generation) if generation is not None else None
    async with database.reading() as session:
        newest = await changes.newest(session)
    if newest == (state.place if state is not None else 0):
        return
    with contextlib.suppress(Busy):  # another process does it
        if await catch_up(database, folder) is None and await _is_small(database):
            await build(database, folder)


async def standing(database: Database, index: ServedIndex) -> Standing:
    """How the index stands."""
    generation = current(index.folder)
    state = read_state(generation) if generation is not None else None
    async with database.reading() as session:
        corporations = await session.scalar(select(func.count()).select_from(Corporation)) or 0
        newest = await changes.newest(session)
    try:
        opened = await asyncio.to_thread(index.opened)
    except Unreadable:
        opened = None
    if generation is None or state is None or opened is None:
        return Standing(None, corporations, newest, 0)
    return Standing(
        opened.searcher.num_docs, corporations, newest - state.place, size_of(generation)
    )


async def _is_small(database: Database) -> bool:
    async with database.reading() as session:
        beyond = select(Corporation.number).order_by(Corporation.number).offset(SMALL).limit(1)
        return await session.scalar(beyond) is None
