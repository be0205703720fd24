"""Making the file (作成): rows from the database, part by part, into a file. Memory stays level."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import IO

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.exports.cases import READ, CaseRows, Layout
from madoguchi.cases.exports.files import Format
from madoguchi.cases.exports.files.archive import Writer
from madoguchi.cases.exports.selections import Counted, Selection, conditions, layout_of
from madoguchi.cases.models import Case
from madoguchi.identity.service import Actor

PART = 500  # cases read, written and let go together


@dataclass(frozen=True)
class Prepared:
    """An export ready to be written: its sheets, its format, which cases."""

    layout: Layout
    format: Format
    conditions: list[ColumnElement[bool]]

    @property
    def ending(self) -> str:
        """The ending of the file."""
        return self.format.ending(len(self.layout.sheets))

    @property
    def media_type(self) -> str:
        """The media type of the file."""
        return self.format.media(len(self.layout.sheets))


async def prepare(
    session: AsyncSession,
    actor: Actor,
    selection: Selection,
    counted: Counted,
    format: Format,
    language: str,
    today: date,
) -> Prepared:
    """Decide on the sheets of an export; words in `language` where the format is for people."""
    readable = language if format.readable else None
    sheets = await layout_of(session, actor, selection, counted, readable, today)
    return Prepared(sheets, format, conditions(session, actor, selection, today))


async def produce(session: AsyncSession, prepared: Prepared, out: IO[bytes]) -> AsyncIterator[int]:
    """Write the file to `out`; gives how many cases are written, part by part.

    One snapshot is read whatever happens meanwhile. The last value comes when the file is complete.
    """
    writer = prepared.format.writer(prepared.layout.sheets, out)
    statement = (
        select(*READ)
        .where(*prepared.conditions)
        .order_by(Case.arrived_at, Case.id)
        .execution_options(yield_per=PART)
    )
    done = 0
    found = await session.stream(statement)
    async for part in found.partitions():
        # In a thread, so that the server goes on answering others.
        await asyncio.to_thread(_write, prepared.layout, writer, part)
        done += len(part)
        yield done
    await asyncio.to_thread(writer.close)
    yield done


def _write(layout: Layout, writer: Writer, cases: CaseRows) -> None:
    for sheet, rows in enumerate(layout.rows(cases)):
        if rows:
            writer.write(sheet, rows)
