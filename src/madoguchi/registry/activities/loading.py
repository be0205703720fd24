"""Taking files of activities into the database, in pieces that survive a crash."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.database import Database, analyse, has_doubled, store_new
from madoguchi.registry.activities.cleansing import Clean, cleansed
from madoguchi.registry.activities.files import Row, opened
from madoguchi.registry.activities.keeping import keep, numbers_seen, withdraw_others
from madoguchi.registry.activities.models import Activity, ActivityFile, Detail
from madoguchi.registry.opening import Refused

PIECE = 5_000

Tell = Callable[[int], None]
Report = Callable[[Refused], None]
Finding = Callable[[int, Clean], None]


@dataclass(frozen=True)
class Taken:
    """What a file gave: rows kept, rows refused, what was found wrong by rule.

    `again`: it had been taken in before. `withdrawn`: activities a complete file no longer names.
    """

    rows: int
    refused: int
    findings: Mapping[str, int] = field(default_factory=dict)
    numbers: int = 0
    withdrawn: int = 0
    again: bool = False


async def load_activities(
    database: Database,
    clock: Clock,
    path: Path,
    *,
    kind: str = "",
    complete: bool = False,
    tell: Tell = lambda rows: None,
    report: Report = lambda refused: None,
    finding: Finding = lambda place, row: None,
) -> Taken:
    """Take in a file of activities, PIECE rows to a transaction. FileFault when it cannot be read.

    Interrupted, the next call goes on where this one stopped; a file taken in before changes
    nothing. `complete`: the file is all its source has, what it no longer names is withdrawn.
    `finding` hears of each row in which something was wrong, with its place from 1.
    """
    with opened(path, kind) as file:
        sha256 = await asyncio.to_thread(_digest, path, file.source)
        kept = await _started(database, clock, sha256, path.name[:300], file.source)
        if kept.finished_at is not None:
            return Taken(
                kept.rows_read - kept.rows_refused, kept.rows_refused, kept.findings, again=True
            )
        read, refused, found = kept.rows_read, kept.rows_refused, Counter(kept.findings)
        rows, pieces = islice(file.rows, read, None), 0
        while piece := await asyncio.to_thread(_piece, rows, kept.started_at):
            clean = [item for item in piece if isinstance(item, Clean)]
            for place, item in enumerate(piece, read + 1):
                if isinstance(item, Refused):
                    report(item)
                elif item.findings:
                    finding(place, item)
            read, refused = read + len(piece), refused + len(piece) - len(clean)
            async with database.session() as session:
                found += await keep(session, kept.source, clean, kept.started_at)
                await _note(session, sha256, read, refused, found)
                await session.commit()
            pieces += 1
            if has_doubled(pieces):
                await analyse(database, Activity, Detail)
            tell(read)
    withdrawn = 0
    async with database.session() as session:
        if complete:
            withdrawn = await withdraw_others(session, kept.source, kept.started_at)
        numbers = await numbers_seen(session, kept.source, kept.started_at)
        (await session.get_one(ActivityFile, sha256)).finished_at = clock()
        await session.commit()
    await analyse(database, Activity, Detail)
    return Taken(read - refused, refused, dict(found), numbers, withdrawn)


def _piece(rows: Iterator[Row], at: datetime) -> list[Clean | Refused]:
    today = jst_date(at)
    return [
        item if isinstance(item, Refused) else cleansed(item, today) for item in islice(rows, PIECE)
    ]


async def _started(
    database: Database, clock: Clock, sha256: str, name: str, source: str
) -> ActivityFile:
    values = {
        "sha256": sha256,
        "name": name,
        "source": source,
        "rows_read": 0,
        "rows_refused": 0,
        "findings": {},
        "started_at": clock(),
        "finished_at": None,
    }
    async with database.session() as session:
        await store_new(session, ActivityFile, [values])
        kept = await session.get_one(ActivityFile, sha256)
        await session.commit()
    return kept


async def _note(
    session: AsyncSession, sha256: str, read: int, refused: int, found: Counter[str]
) -> None:
    kept = await session.get_one(ActivityFile, sha256)
    kept.rows_read, kept.rows_refused, kept.findings = read, refused, dict(found)


def _digest(path: Path, source: str) -> str:
    """The same rows as files of two kinds (empty ones with the same columns) are two files."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(source.encode())
    return digest.hexdigest()
