"""Looking an installation over (点検): does every row's file exist, does the journal agree?"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Column, func, select

from madoguchi.cases.retention.models import APPROVED, DONE, Erasure
from madoguchi.installation.tables import load_models
from madoguchi.kernel.blobs import BLOB, BlobStore
from madoguchi.kernel.database import Base, Database
from madoguchi.kernel.jobs.models import DEAD, Job, in_state
from madoguchi.kernel.journal.models import Entry, Place, Unplaced
from madoguchi.kernel.transparency import Log
from madoguchi.kernel.transparency.notes import Key
from madoguchi.kernel.transparency.verifying import check_journal
from madoguchi.kernel.transparency.witnessing import cosigned_size
from madoguchi.registry.search.keeping_up import standing
from madoguchi.registry.search.serving import ServedIndex

CHUNK = 1000
MOST = 1000
PATIENCE = timedelta(minutes=5)
WITNESS_PATIENCE = timedelta(days=1)
UNDONE = timedelta(days=1)


@dataclass
class Findings:
    """`faults` need somebody; `notes` tell how much was looked at."""

    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def examine(
    database: Database,
    blobs: BlobStore,
    log: Log,
    now: datetime,
    *,
    deep: bool = False,
    witnesses: Sequence[Key] = (),
    index: ServedIndex | None = None,
) -> Findings:
    """Compare database, files and journal; with `deep`, every file is read and hashed anew."""
    found = Findings()
    load_models()
    await _look_at_files(database, blobs, found, deep)
    await _look_at_journal(database, log, now, found)
    for witness in witnesses:
        await _look_at_witness(database, witness, now, found)
    await _look_at_jobs(database, found)
    if index is not None:
        await _look_at_search(database, index, found)
    await _look_at_erasures(database, now, found)
    return found


async def _look_at_files(database: Database, blobs: BlobStore, found: Findings, deep: bool) -> None:
    seen: set[str] = set()
    for column in _blob_columns():
        async for sha256 in _hashes(database, column):
            if sha256 in seen:
                continue
            seen.add(sha256)
            fault = await _fault_of(blobs, sha256, deep)
            if fault and len(found.faults) < MOST:
                found.faults.append(f"{column.table.name}: file {sha256} {fault}")
    kept = await asyncio.to_thread(lambda: {path.name for path in blobs.folder.glob("??/??/*")})
    found.notes.append(f"{len(seen)} files named, {len(kept - seen)} kept that no row names")


async def _fault_of(blobs: BlobStore, sha256: str, deep: bool) -> str | None:
    if not blobs.exists(sha256):
        return "is missing"
    if deep and not await blobs.verify(sha256):
        return "is damaged"
    return None


def _blob_columns() -> list[Column[str]]:
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info.get(BLOB)
    ]


async def _hashes(database: Database, column: Column[str]) -> AsyncIterator[str]:
    last = ""
    while True:
        async with database.reading() as session:
            rows = await session.scalars(
                select(column).where(column > last).distinct().order_by(column).limit(CHUNK)
            )
            page = list(rows)
        for sha256 in page:
            yield sha256
        if len(page) < CHUNK:
            return
        last = page[-1]


async def _look_at_journal(database: Database, log: Log, now: datetime, found: Findings) -> None:
    report = await check_journal(database, log, processes=os.cpu_count() or 1)
    found.faults += report.flaws
    found.notes.append(f"{report.entries} entries in the log, {report.waiting} waiting")
    async with database.reading() as session:
        oldest = await session.scalar(
            select(func.min(Entry.at)).join(Unplaced, Unplaced.entry_id == Entry.id)
        )
    if oldest is not None and now - oldest > PATIENCE:
        found.faults.append(f"the log stands still: an entry of {oldest.isoformat()} waits")


async def _look_at_witness(
    database: Database, witness: Key, now: datetime, found: Findings
) -> None:
    """Is there an entry of yesterday or before that it has not cosigned?"""
    async with database.reading() as session:
        size = await cosigned_size(session, witness)
        since = await session.scalar(
            select(Entry.at).join(Place, Place.entry_id == Entry.id).where(Place.position == size)
        )
    found.notes.append(f"witness {witness.name} has cosigned {size} entries")
    if since is not None and now - since > WITNESS_PATIENCE:
        found.faults.append(
            f"witness {witness.name} has cosigned nothing after {size} entries "
            f"(the next is of {since.isoformat()})"
        )


async def _look_at_search(database: Database, index: ServedIndex, found: Findings) -> None:
    """Can corporations be searched, and is the index up with the registry?"""
    now = await standing(database, index)
    if now.entries is None:
        if now.corporations:
            found.faults.append(
                "no index of corporations can be read, only numbers and whole names are found: "
                "madoguchi registry index builds it"
            )
        return
    found.notes.append(
        f"{now.entries} of {now.corporations} corporations can be found by search, "
        f"{now.waiting} changes wait for the index"
    )


async def _look_at_erasures(database: Database, now: datetime, found: Findings) -> None:
    """What an interrupted erasure left: decided and not done, or done with files still there."""
    async with database.reading() as session:
        rows = await session.scalars(
            select(Erasure).where(
                (Erasure.state == APPROVED) | (Erasure.state == DONE) & (Erasure.left != [])
            )
        )
        for row in rows:
            since = row.done_at or row.decided_at or row.listed_at
            if now - since > UNDONE:
                what = f"{len(row.left)} files on the disk" if row.done_at else "approved, not done"
                found.faults.append(f"erasure {row.id} of case {row.case_id}: {what}")


async def _look_at_jobs(database: Database, found: Findings) -> None:
    async with database.reading() as session:
        rows = await session.execute(
            select(Job.name, func.count()).where(in_state(DEAD)).group_by(Job.name)
        )
        found.faults += [f"{count} jobs {name} were given up" for name, count in rows]
