"""Searching corporations: the face other modules use."""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database
from madoguchi.registry.search.asked import Asked, Found
from madoguchi.registry.search.finding import check, find
from madoguchi.registry.search.plainly import find_plainly
from madoguchi.registry.search.serving import ServedIndex, served

_log = logging.getLogger("madoguchi.registry.search")


async def search(session: AsyncSession, asked: Asked) -> Found:
    """What fits, the closest first, open before closed, then by number; see `Asked` and `Found`.

    RegistryError for what cannot be asked: more than 200 characters, a limit beyond 50,000, a cursor
    of another question. Without an index (none built yet, or damaged) only whole names and numbers
    are looked for, and `Found.limited` says so.
    """
    check(asked)
    database = session.info.get("database")
    index = served(database) if isinstance(database, Database) else None
    found = await asyncio.to_thread(_find, index, asked) if index is not None else None
    return found if found is not None else await find_plainly(session, asked)


def _find(index: ServedIndex, asked: Asked) -> Found | None:
    """None when the index cannot be searched."""
    try:
        opened = index.opened()
        return find(opened, asked) if opened is not None else None
    except BaseException as fault:
        # Damaged files reach us as ValueError, as OSError, or as the panic of a foreign library,
        # which is no Exception. What cannot be asked was told before.
        if isinstance(fault, (KeyboardInterrupt, SystemExit)):
            raise
        index.drop()
        _log.exception("the index of corporations cannot be searched: build it anew")
        return None
