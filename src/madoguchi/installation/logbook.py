"""The installation's journal and log, for the command line."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta

from madoguchi.installation.doctor import Findings, examine
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import create_database
from madoguchi.kernel.transparency import Log, open_log
from madoguchi.kernel.transparency.asking import read_witness
from madoguchi.kernel.transparency.models import Attestation
from madoguchi.kernel.transparency.timestamping import over_http, timestamp
from madoguchi.kernel.transparency.verifying import Report, check_journal
from madoguchi.registry.search.serving import ServedIndex
from madoguchi.settings import Settings

SAY_SECONDS = 30.0


def own_log() -> Log:
    """The log of the installation the environment describes."""
    settings = Settings()
    return open_log(settings.log_folder, settings.log_origin)


async def verify_journal(processes: int) -> Report:
    """Check journal and log in that many processes; progress goes to standard error."""
    database = create_database(Settings().url)
    try:
        return await check_journal(database, own_log(), _progress(), processes)
    finally:
        await database.dispose()


async def timestamp_journal(authority: str) -> Attestation:
    """Have the newest checkpoint stamped by the authority at an address. LogError."""
    database = create_database(Settings().url)
    try:
        async with database.session() as session:
            stamped = await timestamp(session, own_log(), authority, over_http(authority))
            await session.commit()
        return stamped
    finally:
        await database.dispose()


async def examine_installation(deep: bool) -> Findings:
    """What `madoguchi doctor` says."""
    settings = Settings()
    database = create_database(settings.url)
    try:
        return await examine(
            database,
            BlobStore(settings.blob_folder),
            own_log(),
            system_clock(),
            deep=deep,
            witnesses=[read_witness(line).key for line in settings.witnesses],
            index=ServedIndex(settings.index_folder),
        )
    finally:
        await database.dispose()


def _progress() -> Callable[[int, int], None]:
    """Say how far it is and when it will be done: on a terminal at once, else every half minute."""
    began = said = time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal said
        now, terminal = time.monotonic(), sys.stderr.isatty()
        if not terminal and now - said < SAY_SECONDS:
            return
        said = now
        rate = done / max(now - began, 0.001)
        left = timedelta(seconds=round((of - done) / rate))
        line = f"{done:,} / {of:,} entries, {rate:,.0f} a second, {left} left"
        print(f"\r{line} " if terminal else line, end="" if terminal else "\n", file=sys.stderr)
        sys.stderr.flush()
        if terminal and done == of:
            print(file=sys.stderr)

    return progress
