"""Taking files of records into the database: full ones in pieces that survive a crash, difference
files whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from sqlalchemy import and_, bindparam, or_, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.ahead import ahead
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database, analyse, store, store_new
from madoguchi.registry.changes import note_changes
from madoguchi.registry.corporations.files import FileFault, Refused, read_file
from madoguchi.registry.corporations.merging import Merged, Superseded, merge
from madoguchi.registry.corporations.models import Corporation, CorporationFile, PastCorporation
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.corporations.record import Incoming

PIECE = 5_000
MOST_OF_A_DAY = 500_000

Tell = Callable[[int], None]
Report = Callable[[Refused], None]


@dataclass(frozen=True)
class Taken:
    """What a file gave: rows read well, rows refused; `again`: it had been taken in before."""

    rows: int
    refused: int
    again: bool = False


async def load_full(
    database: Database,
    clock: Clock,
    path: Path,
    *,
    limit: int | None = None,
    tell: Tell = lambda rows: None,
    report: Report = lambda refused: None,
) -> Taken:
    """Take in a full file, PIECE rows to a transaction. FileFault when it cannot be read.

    Interrupted, the next call goes on where this one stopped; a file taken in before changes
    nothing. With `limit` only so many rows are read and the file does not count as taken in.
    """
    sha256 = await asyncio.to_thread(_digest, path)
    name = path.name[:300]
    kept = await _started(database, clock, sha256, name, None)
    if kept.finished_at is not None:
        return Taken(kept.rows_read - kept.rows_refused, kept.rows_refused, again=True)
    read, refused = kept.rows_read, kept.rows_refused
    rows = islice(read_file(path), read, limit)
    async for piece in ahead(_pieces(rows)):
        records = [item for item in piece if isinstance(item, Incoming)]
        for item in piece:
            if isinstance(item, Refused):
                report(item)
        read, refused = read + len(piece), refused + len(piece) - len(records)
        async with database.session() as session:
            merged = await take_in(session, records)
            await _note(session, sha256, read, refused)
            await note_changes(session, changed_by(merged), clock())
            await session.commit()
        tell(read)
    if limit is None:
        async with database.session() as session:
            await _finish(session, clock, sha256)
            await session.commit()
    await analyse(database, Corporation, PastCorporation)
    return Taken(read - refused, refused)


async def load_changes(
    database: Database, clock: Clock, path: Path, *, report: Report = lambda refused: None
) -> Taken:
    """Take in a day's difference file, all of it in one transaction or nothing.

    FileFault, with nothing changed, when it is damaged, cut off, holds rows twice or leaves some
    out, or is of more than one day. Single rows that cannot be read are reported and left out. The
    same file a second time changes nothing; files may come in any order.
    """
    sha256 = await asyncio.to_thread(_digest, path)
    found = await asyncio.to_thread(lambda: list(islice(read_file(path), MOST_OF_A_DAY + 1)))
    records = [item for item in found if isinstance(item, Incoming)]
    refused = [item for item in found if isinstance(item, Refused)]
    day = day_of(found)
    kept = await _started(database, clock, sha256, path.name[:300], day)
    if kept.finished_at is not None:
        return Taken(kept.rows_read - kept.rows_refused, kept.rows_refused, again=True)
    for item in refused:
        report(item)
    async with database.session() as session:
        changed: set[str] = set()
        for piece in _whole_days(records):
            changed |= changed_by(await take_in(session, piece))
        await _note(session, sha256, len(found), len(refused))
        await _finish(session, clock, sha256)
        await note_changes(session, changed, clock())
        await session.commit()
    return Taken(len(records), len(refused))


def day_of(found: Sequence[Incoming | Refused]) -> date:
    """The day a difference file is of. FileFault when it is not the whole file of one day.

    The agency numbers the rows of a day from 1: what is cut off, doubled or glued together shows.
    """
    if not found:
        raise FileFault("the file is empty")
    if len(found) > MOST_OF_A_DAY:
        raise FileFault(f"more than {MOST_OF_A_DAY} rows: this is no difference file")
    if isinstance(found[-1], Refused):
        raise FileFault(f"its end cannot be read, it may be cut off: {found[-1].why}")
    days = {item.record.updated_on for item in found if isinstance(item, Incoming)}
    if len(days) != 1:
        raise FileFault(f"records of {len(days)} days in one file")
    for place, item in enumerate(found, 1):
        if isinstance(item, Incoming) and item.record.sequence != place:
            raise FileFault(
                f"row {place} has the number {item.record.sequence}: rows are missing or doubled"
            )
    return days.pop()


async def take_in(session: AsyncSession, records: Sequence[Incoming]) -> Merged:
    """Write what these records change. The caller commits."""
    numbers = sorted({item.record.number for item in records})
    merged = merge(await currents(session, numbers), records)
    await store(session, Corporation, [record._asdict() for record in merged.added])
    past = {(record.number, *record.order): record for record in merged.past}
    await store_new(session, PastCorporation, [past[key]._asdict() for key in sorted(past)])
    if merged.replaced:
        await session.execute(update(Corporation), [record._asdict() for record in merged.replaced])
    if merged.superseded:
        await _supersede(session, merged.superseded)
    return merged


def changed_by(merged: Merged) -> set[str]:
    """The numbers of which something is known now that was not before."""
    return {record.number for record in (*merged.added, *merged.replaced, *merged.past)} | {
        item.number for item in merged.superseded
    }


async def _supersede(session: AsyncSession, corrections: Sequence[Superseded]) -> None:
    statement = (
        update(PastCorporation)
        .where(
            PastCorporation.number == bindparam("of"),
            PastCorporation.process == bindparam("event"),
            PastCorporation.superseded_on.is_(None),
            or_(
                PastCorporation.changed_on == bindparam("since"),
                and_(
                    PastCorporation.changed_on.is_(None),
                    bindparam("since", type_=PastCorporation.changed_on.type).is_(None),
                ),
            ),
            tuple_(PastCorporation.updated_on, PastCorporation.sequence)
            < tuple_(bindparam("day", type_=PastCorporation.updated_on.type), bindparam("place")),
        )
        .values(superseded_on=bindparam("on_day"))
    )
    connection = await session.connection()  # the session itself would update by primary key
    await connection.execute(
        statement,
        [
            {
                "of": item.number,
                "event": item.process,
                "since": item.changed_on,
                "day": item.order[0],
                "place": item.order[1],
                "on_day": item.on,
            }
            for item in corrections
        ],
    )


async def _started(
    database: Database, clock: Clock, sha256: str, name: str, day: date | None
) -> CorporationFile:
    async with database.session() as session:
        await store_new(
            session,
            CorporationFile,
            [
                {
                    "sha256": sha256,
                    "name": name,
                    "day": day,
                    "rows_read": 0,
                    "rows_refused": 0,
                    "started_at": clock(),
                    "finished_at": None,
                }
            ],
        )
        kept = await session.get_one(CorporationFile, sha256)
        await session.commit()
    return kept


async def _note(session: AsyncSession, sha256: str, read: int, refused: int) -> None:
    kept = await session.get_one(CorporationFile, sha256)
    kept.rows_read, kept.rows_refused = read, refused


async def _finish(session: AsyncSession, clock: Clock, sha256: str) -> None:
    kept = await session.get_one(CorporationFile, sha256)
    kept.finished_at = clock()


async def _pieces(rows: Iterator[Incoming | Refused]) -> AsyncIterator[list[Incoming | Refused]]:
    while piece := await asyncio.to_thread(lambda: list(islice(rows, PIECE))):
        yield piece


def _whole_days(records: list[Incoming]) -> Iterator[list[Incoming]]:
    """Pieces that keep all records of a corporation together."""
    ordered = sorted(records, key=lambda item: item.record.number)
    start = 0
    while start < len(ordered):
        end = min(start + PIECE, len(ordered))
        while end < len(ordered) and ordered[end].record.number == ordered[end - 1].record.number:
            end += 1
        yield ordered[start:end]
        start = end


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
