"""Reading the rows of a bulk filing (行の一覧), by key and never all at once."""

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.models import BulkRow

AT_ONCE = 500


async def rows(
    session: AsyncSession, bulk_id: str, *, state: str | None = None, after: int = 0, limit: int
) -> list[BulkRow]:
    """Rows behind a number, in order; of one state, or all."""
    query = select(BulkRow).where(BulkRow.bulk_id == bulk_id, BulkRow.number > after)
    if state is not None:
        query = query.where(BulkRow.state == state)
    return list(await session.scalars(query.order_by(BulkRow.number).limit(limit)))


async def every_row(
    session: AsyncSession, bulk_id: str, *, state: str | None = None
) -> AsyncIterator[BulkRow]:
    """All rows, some at a time."""
    after = 0
    while found := await rows(session, bulk_id, state=state, after=after, limit=AT_ONCE):
        for row in found:
            yield row
            session.expunge(row)
        after = found[-1].number
