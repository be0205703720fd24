"""The whole journal checked, in a process of its own: `python -m bench.journal_check URL LOG_FOLDER`."""

import asyncio
import os
import sys
from pathlib import Path

from madoguchi.kernel.database import create_database
from madoguchi.kernel.transparency import open_log
from madoguchi.kernel.transparency.verifying import check_journal


async def main(url: str, folder: str) -> None:
    """Print what was found, and how much memory it took."""
    database = create_database(url)
    log, processes = open_log(Path(folder), "bench"), os.cpu_count() or 1
    report = await check_journal(database, log, processes=processes)
    await database.dispose()
    times = os.times()
    spent = times.user + times.system + times.children_user + times.children_system
    print(
        f"{report.entries:,} entries, {len(report.flaws)} flaws, {processes} processes, "
        f"{spent:,.0f} s of their CPU ({spent / max(report.entries, 1) * 1e6:.1f} µs an entry), "
        f"{most_memory():.0f} MB at most in the first"
    )


def most_memory() -> float:
    """The most memory this process ever held, in MB (getrusage counts its parent's before exec)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
