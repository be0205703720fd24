"""Counting use: in memory, added to the table every few seconds, so that a request writes nothing."""

import asyncio
import contextlib
import logging
from collections import Counter
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite

from madoguchi.kernel.database import Database
from madoguchi.registry.keys.models import ApiKeyUse

EVERY = 15  # seconds; what was counted since is lost with a process that is killed

_log = logging.getLogger("madoguchi.registry.keys")


class Uses:
    """What this process has counted and not written yet."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, date]] = Counter()
        self.refused: Counter[tuple[str, date]] = Counter()

    async def write(self, database: Database) -> None:
        """Add what was counted to the table; kept for the next time when that fails."""
        requests, refused = self.requests, self.refused
        if not requests and not refused:
            return
        self.requests, self.refused = Counter(), Counter()
        try:
            async with database.session() as session:
                insert = sqlite.insert if database.is_sqlite else postgresql.insert
                statement = insert(ApiKeyUse)
                await session.execute(
                    statement.on_conflict_do_update(
                        index_elements=["key_id", "day"],
                        set_={
                            "requests": ApiKeyUse.requests + statement.excluded.requests,
                            "refused": ApiKeyUse.refused + statement.excluded.refused,
                        },
                    ),
                    [
                        {
                            "key_id": key,
                            "day": day,
                            "requests": requests[key, day],
                            "refused": refused[key, day],
                        }
                        # In one order everywhere: two processes must not wait for each other.
                        for key, day in sorted(requests.keys() | refused.keys())
                    ],
                )
                await session.commit()
        except BaseException:
            self.requests += requests
            self.refused += refused
            raise


async def keep_writing(database: Database, uses: Uses, closing: asyncio.Event) -> None:
    """Write every EVERY seconds until `closing` is set, and once more then."""
    while not closing.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), EVERY)
        try:
            await uses.write(database)
        except Exception:
            _log.exception("how much keys were used could not be written yet")
