"""Archives made while they are sent: a page of rows at a time, no connection held between pages."""

import asyncio
import csv
import io
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.csv_text import BOM
from madoguchi.kernel.database import Database
from madoguchi.registry.activities.columns import columns_of
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.corporations.queries import currents, record_columns
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.downloads.activities import rows_of
from madoguchi.registry.downloads.basic import SHORT, VOCABULARY

PAGE = 1_000


async def zipped(name: str, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A ZIP of one file of that name, as it grows."""
    out = _Outgoing()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as entry,
    ):
        async for part in parts:
            await asyncio.to_thread(entry.write, part)
            yield out.taken()
    yield out.taken()


async def activities_csv(database: Database, kind: str) -> AsyncIterator[bytes]:
    """The file of a kind: mark, header, and every activity that stands."""
    columns = columns_of(kind)
    yield BOM + _lines([columns])
    after: tuple[date, str, str] | None = None
    while True:
        async with database.looking() as session:
            page = await _activities(session, kind, after)
            records = await _records(session, {activity.number for activity in page})
        if not page:
            return
        rows = (
            [row.get(column, "") for column in columns]
            for activity in page
            for row in rows_of(activity, records.get(activity.number))
        )
        yield await asyncio.to_thread(_lines, rows)
        after = page[-1].updated_on, page[-1].number, page[-1].id


async def basic_csv(database: Database) -> AsyncIterator[bytes]:
    """Every corporation that may be found by search, a line each."""
    yield BOM + _lines([tuple(SHORT)])
    after = ""
    while True:
        query = (
            select(*record_columns(Corporation))
            .where(
                Corporation.number > after,
                Corporation.hidden.is_(False),
                Corporation.process != DELETED,
            )
            .order_by(Corporation.number)
            .limit(PAGE)
        )
        async with database.looking() as session:
            page = [Record(*row) for row in await session.execute(query)]
        if not page:
            return
        rows = ([value(record) for value in SHORT.values()] for record in page)
        yield await asyncio.to_thread(_lines, rows)
        after = page[-1].number


async def chosen_csv(session: AsyncSession, numbers: Sequence[str]) -> bytes:
    """法人基本情報 of these numbers in their order, unknown ones left out, under a line of its own."""
    records = await _records(session, set(numbers))
    known = [records[number] for number in dict.fromkeys(numbers) if number in records]
    rows = ([value(record) for value in VOCABULARY.values()] for record in known)
    title = "法人基本情報\r\n".encode()
    return BOM + title + _lines([tuple(VOCABULARY)]) + _lines(rows)


async def _activities(
    session: AsyncSession, kind: str, after: tuple[date, str, str] | None
) -> Sequence[Activity]:
    place = (Activity.updated_on, Activity.number, Activity.id)
    query = select(Activity).where(Activity.kind == kind, Activity.withdrawn_at.is_(None))
    if after is not None:
        # The first part lets the index find the place on both databases.
        query = query.where(Activity.updated_on >= after[0], tuple_(*place) > tuple_(*after))
    return (await session.scalars(query.order_by(*place).limit(PAGE))).all()


async def _records(session: AsyncSession, numbers: set[str]) -> dict[str, Record]:
    found = await currents(session, sorted(numbers))
    return {number: record for number, record in found.items() if record.process != DELETED}


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8")


class _Outgoing(io.RawIOBase):
    """What has been written and not been sent; a ZIP needs no more of its file than this."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """What was written since the last time."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole
