"""One app process of the lag measurement: files at a steady rate, and keeps the log like any node.

    python -m bench.journal_load URL LOG_FOLDER START SECONDS ENTRIES_A_SECOND

Prints a line for each entry: its id, and the moment its commit returned (monotonic clock).
"""

import asyncio
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from madoguchi.kernel import journal
from madoguchi.kernel.database import Database, create_database
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.transparency import open_log
from madoguchi.kernel.transparency.sequencing import run


async def main(url: str, folder: str, start: float, seconds: float, rate: float) -> None:
    """From `start` (monotonic) on an entry is due at each beat, however long the last one took."""
    database, log, stopping = create_database(url), open_log(Path(folder), "bench"), asyncio.Event()
    keeping = asyncio.create_task(run(database, log, stopping))
    filing: list[asyncio.Task[tuple[str, float]]] = []
    for beat in range(round(seconds * rate)):
        await asyncio.sleep(max(0.0, start + beat / rate - time.monotonic()))
        filing.append(asyncio.create_task(_file(database)))
    for id, at in await asyncio.gather(*filing):
        print(id, at)
    stopping.set()
    await keeping
    await database.dispose()


async def _file(database: Database) -> tuple[str, float]:
    async with database.session() as session:
        entry = await journal.append(
            session,
            subject=f"case:{new_id()}",
            action="filed",
            actor="u1",
            at=datetime.now(UTC),
            payload={"arrival_number": "20260401-8R2K-M4TX-0QJ9-F", "side": "applicant"},
        )
        await session.commit()
    return entry.id, time.monotonic()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(float, sys.argv[3:6])))
