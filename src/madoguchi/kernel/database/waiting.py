"""Waiting for a database that is not there yet, or not there again (データベースの復旧待ち)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from madoguchi.kernel.database.explaining import DatabaseAway

PATIENCE_SECONDS = 120.0  # after a power cut PostgreSQL recovers first, while we start already
PAUSE_SECONDS = 0.5

T = TypeVar("T")


async def when_there(
    work: Callable[[], Awaitable[T]],
    patience: float = PATIENCE_SECONDS,
    pause: float = PAUSE_SECONDS,
) -> T:
    """Do `work` from its beginning until the database is there for all of it.

    For starting only: `work` must be repeatable. DatabaseAway after `patience` seconds.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return await work()
        except DatabaseAway:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(pause)
