"""A register as a file (登録簿の書き出し): what is public, streamed, as open data."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import IO, Any

from sqlalchemy import select

from madoguchi.cases.exports.files import Format
from madoguchi.cases.exports.sheets import DAY, Column, Row, Sheet
from madoguchi.cases.exports.streaming import sent_while_written
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.queries import RegisterQuery, heading_of, selected
from madoguchi.cases.registers.values import plain, shown
from madoguchi.kernel.database import Database

PART = 1000
_ALWAYS = (
    Column("number", {"ja": "登録番号", "en": "Number"}),
    Column("status", {"ja": "効力", "en": "Status"}),
    Column("valid_from", {"ja": "有効期間の初日", "en": "Valid from"}, DAY),
    Column("valid_to", {"ja": "有効期間の終わりの翌日", "en": "Valid before"}, DAY),
)


async def register_file(
    database: Database, query: RegisterQuery, format: Format, language: str
) -> AsyncIterator[bytes]:
    """Every registration the query finds, its public columns only, as a file of that format."""
    async with database.reading() as session:
        title, columns = await heading_of(session, query.register)
    public = [column for column in columns if column.public]
    sheet = Sheet(
        query.register,
        title,
        (*_ALWAYS, *(Column(column.name, column.label) for column in public)),
        paths=False,
    )
    names = [column.name for column in public]
    with tempfile.TemporaryFile() as out:
        parts = _parts(database, query, format, sheet, names, language, out)
        async for chunk in sent_while_written(out, parts):
            yield chunk


async def _parts(
    database: Database,
    query: RegisterQuery,
    format: Format,
    sheet: Sheet,
    names: Sequence[str],
    language: str,
    out: IO[bytes],
) -> AsyncIterator[int]:
    writer = format.writer([sheet], out)
    statement = (
        select(
            RegisterEntry.number,
            RegisterEntry.status,
            RegisterEntry.valid_from,
            RegisterEntry.valid_to,
            RegisterEntry.public,
        )
        .where(*selected(query))
        .order_by(RegisterEntry.number, RegisterEntry.id)
        .execution_options(yield_per=PART)
    )
    readable = language if format.readable else None
    async with database.reading() as session:
        found = await session.stream(statement)
        async for part in found.partitions():
            rows = [_row(entry, names, readable) for entry in part]
            await asyncio.to_thread(writer.write, 0, rows)
            yield len(rows)
    await asyncio.to_thread(writer.close)
    yield 0


def _row(entry: Any, names: Sequence[str], language: str | None) -> Row:
    values = (entry.public.get(name) for name in names)
    cells = [shown(v, language) if language else _text(plain(v)) for v in values]
    return [entry.number, entry.status, entry.valid_from, entry.valid_to, *cells]


def _text(value: object) -> str | None:
    """A value for programs: texts as they are, everything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
