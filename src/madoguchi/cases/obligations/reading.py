"""Reading register entries for duties: those that stood in a period, a few thousand at a time."""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.obligations.rules import Span
from madoguchi.kernel.database import Database
from madoguchi.procedures.service import Period

CHUNK = 10_000
_COLUMNS = (
    RegisterEntry.entry_id,
    RegisterEntry.number,
    RegisterEntry.agency_id,
    RegisterEntry.organisation_id,
    RegisterEntry.organisation_name,
    RegisterEntry.columns,
    RegisterEntry.valid_from,
    RegisterEntry.valid_to,
    RegisterEntry.status,
)


async def chunks(database: Database, register: str, period: Period) -> AsyncIterator[list[Span]]:
    """The spans of a register that meet a period, whole entries together, by number.

    Every chunk is read in a transaction of its own: a long run holds nothing up. The next is read
    while the caller works on one.
    """
    source = _chunks(database, register, period)
    coming = asyncio.ensure_future(anext(source, None))
    try:
        while (spans := await coming) is not None:
            coming = asyncio.ensure_future(anext(source, None))
            yield spans
    finally:
        coming.cancel()


async def _chunks(database: Database, register: str, period: Period) -> AsyncIterator[list[Span]]:
    after = ""
    while True:
        async with database.reading() as session:
            conditions = [
                RegisterEntry.register == register,
                RegisterEntry.number > after,
                *standing_in(period),
            ]
            query = select(*_COLUMNS).where(*conditions)
            query = query.order_by(RegisterEntry.number, RegisterEntry.valid_from).limit(CHUNK)
            spans = [Span(*row) for row in await session.execute(query)]
        full = len(spans) == CHUNK
        if full and spans[0].number != spans[-1].number:  # the last entry may be cut: next time
            spans = [span for span in spans if span.number != spans[-1].number]
        if not spans:
            return
        yield spans
        if not full:
            return
        after = spans[-1].number


async def spans_of(session: AsyncSession, entry_id: str, period: Period) -> list[Span]:
    """The spans of one entry that meet a period."""
    query = select(*_COLUMNS).where(RegisterEntry.entry_id == entry_id, *standing_in(period))
    rows = await session.execute(query.order_by(RegisterEntry.valid_from, RegisterEntry.id))
    return [Span(*row) for row in rows]


def standing_in(period: Period) -> list[ColumnElement[bool]]:
    """The condition "what the register says now of some day of the period"."""
    return [
        RegisterEntry.superseded_at.is_(None),
        RegisterEntry.valid_from <= period.end,
        or_(RegisterEntry.valid_to.is_(None), RegisterEntry.valid_to > period.start),
    ]
