"""The whole journal checked, in a process of its own: `python -m bench.journal_check URL LOG_FOLDER`."""

import asyncio
import sys
import time
from pathlib import Path

from madoguchi.kernel.database import create_database
from madoguchi.kernel.transparency import open_log
from madoguchi.kernel.transparency.verifying import check_journal


async def main(url: str, folder: str) -> None:
    """Print what was found, and how much memory it took."""
    database = create_database(url)
    report = await check_journal(database, open_log(Path(folder), "bench"))
    await database.dispose()
    found = f"{report.entries:,} entries, {len(report.flaws)} flaws"
    print(f"{found}, {time.process_time():,.0f} s of this CPU, {most_memory():.0f} MB at most")


def most_memory() -> float:
    """The most memory this process ever held, in MB (getrusage counts its parent's before exec)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
