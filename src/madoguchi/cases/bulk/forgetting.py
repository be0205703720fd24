"""Letting go of what was not filed (保存期間の終わり): answers of rows and the uploaded file."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.models import CANCELLED, DONE, FAILED, BulkFiling, BulkRow
from madoguchi.cases.retention.files import part_with
from madoguchi.documents.models import Document
from madoguchi.kernel.jobs import JobContext


async def forget_rows(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """Empty the rows of a bulk filing; where filed rows went stays known."""
    bulk = await session.get(BulkFiling, payload["bulk"], with_for_update=True)
    if bulk is None:
        return
    held = await _files(session, bulk)
    await session.execute(
        update(BulkRow)
        .where(BulkRow.bulk_id == bulk.id)
        .values(entered={}, files={}, attached={}, faults=[])
    )
    if bulk.state not in (DONE, FAILED, CANCELLED):
        bulk.state, bulk.run = CANCELLED, bulk.run + 1
    bulk.updated_at, bulk.document_id = context.clock(), None
    await part_with(
        session,
        held,
        person=bulk.person_id,
        organisation=bulk.organisation_id,
        at=context.clock(),
    )


async def _files(session: AsyncSession, bulk: BulkFiling) -> set[str]:
    """The contents its upload and its rows hold; those that were filed are named by their cases."""
    rows = await session.scalars(select(BulkRow.attached).where(BulkRow.bulk_id == bulk.id))
    held = {str(file["sha256"]) for row in rows for files in row.values() for file in files}
    uploaded = await session.scalar(
        select(Document.sha256).where(Document.id == (bulk.document_id or ""))
    )
    return held | {uploaded} if uploaded else held
