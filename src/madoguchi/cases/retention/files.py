"""Files nobody needs any more: which documents nothing names, and deleting them from the disk.

Contents are kept under their hash, so one content may serve many filings: it goes only when the
last row that names it is gone. The disk is touched after the rows are committed, by a job.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.models import BulkFiling, BulkRow
from madoguchi.cases.inspections.models import Finding, ImprovementReport, Inspection
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.retention.models import Erasure
from madoguchi.documents.models import Document
from madoguchi.kernel.blobs import BLOB, BlobStore
from madoguchi.kernel.database import Base
from madoguchi.kernel.jobs import JobContext, enqueue

FILES_JOB, DOCUMENTS_JOB = "retention.files", "retention.documents"
UNATTACHED = timedelta(days=7)
# Somebody may be sending the same content just now: its row is not written yet.
QUIET = timedelta(hours=1)


async def forget(
    session: AsyncSession, documents: Sequence[Document], erasure: Erasure | None = None
) -> int:
    """Delete the rows of those documents that nothing names, and have their contents deleted; how
    many rows went. Rows that name them must be gone, and flushed, before.
    """
    going = await unnamed(session, documents)
    if going:
        await session.execute(delete(Document).where(Document.id.in_([doc.id for doc in going])))
    await let_go(session, {doc.sha256 for doc in going}, erasure)
    return len(going)


async def let_go(
    session: AsyncSession, hashes: Collection[str], erasure: Erasure | None = None
) -> None:
    """Have contents deleted from the disk once this is committed, unless a row names them."""
    if not hashes:
        return
    if erasure is not None:
        erasure.left = sorted({*erasure.left, *hashes})
        await enqueue(session, FILES_JOB, {"erasure": erasure.id}, key=f"erasure:{erasure.id}")
    else:
        await enqueue(session, FILES_JOB, {"files": sorted(hashes)})


async def part_with(
    session: AsyncSession,
    hashes: Collection[str],
    *,
    person: str,
    organisation: str | None,
    at: datetime,
) -> None:
    """Have the documents of a party with these contents looked at in a week: what was taken out of
    a draft may be put back, by its id, until then.
    """
    if hashes:
        asked = {"files": sorted(hashes), "person": person, "organisation": organisation}
        await enqueue(session, DOCUMENTS_JOB, asked, run_at=at + UNATTACHED)


async def look_again(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind DOCUMENTS_JOB: forget those of the documents that nothing names."""
    mine = Document.owner_person == payload["person"]
    if payload["organisation"] is not None:
        mine = or_(mine, Document.owner_organisation == payload["organisation"])
    query = select(Document).where(mine, Document.sha256.in_(payload["files"]))
    await forget(session, list(await session.scalars(query)))


async def delete_files(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind FILES_JOB; done twice, it is done once. What is in use just now waits."""
    assert context.blobs is not None  # noqa: S101 - the worker of the application has blobs
    id = payload.get("erasure")
    row = await session.get(Erasure, id, with_for_update=True) if id else None
    wanted = [str(sha256) for sha256 in (row.left if row is not None else payload.get("files", ()))]
    free = sorted(set(wanted) - await named(session, wanted))
    later = [sha256 for sha256 in free if not await _deleted(context.blobs, sha256)]
    if row is not None:
        row.left = later
    if later:
        await enqueue(
            session,
            FILES_JOB,
            {"erasure": row.id} if row is not None else {"files": later},
            key=f"{context.id}:later",
            run_at=context.clock() + QUIET,
        )


async def _deleted(blobs: BlobStore, sha256: str) -> bool:
    """Delete a content; False when it was put there too lately."""
    try:
        put = (await asyncio.to_thread(blobs.path(sha256).stat)).st_mtime
    except FileNotFoundError:
        return True
    if time.time() - put < QUIET.total_seconds():
        return False
    await blobs.delete(sha256)
    return True


async def named(session: AsyncSession, hashes: Collection[str], but: str | None = None) -> set[str]:
    """Which of these contents some row keeps, but for those of one table: columns marked BLOB."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.info.get(BLOB) and table.name != but:
                found |= set(await session.scalars(select(column).where(column.in_(hashes))))
    return found


async def unnamed(session: AsyncSession, documents: Sequence[Document]) -> list[Document]:
    """Those of the documents that no filing, draft, letter or upload of their owners names."""
    if not documents:
        return []
    hashes = {document.sha256 for document in documents}
    texts = await _texts(session, documents, hashes)
    bulk = set(
        await session.scalars(
            select(BulkFiling.document_id).where(
                BulkFiling.document_id.in_([document.id for document in documents])
            )
        )
    )
    kept = await named(session, hashes, but=Document.__tablename__)
    return [
        document
        for document in documents
        if document.id not in bulk
        and document.sha256 not in kept
        and not any(document.sha256 in text or document.id in text for text in texts)
    ]


async def _texts(
    session: AsyncSession, documents: Sequence[Document], hashes: set[str]
) -> list[str]:
    """The JSON of every row of the documents' owners that names one of them."""
    people = {doc.owner_person for doc in documents if doc.owner_person}
    ours = {doc.owner_organisation for doc in documents if doc.owner_organisation}
    words = {*hashes, *(doc.id for doc in documents)}
    bulk = or_(BulkFiling.person_id.in_(people), BulkFiling.organisation_id.in_(ours))
    places: list[tuple[Any, ColumnElement[bool]]] = [
        (Case.attached, or_(Case.organisation_id.in_(ours), Case.filer_id.in_(people))),
        (Draft.attached, or_(Draft.organisation_id.in_(ours), Draft.owner_id.in_(people))),
        (BulkRow.attached, (BulkFiling.id == BulkRow.bulk_id) & bulk),
        (BulkRow.files, (BulkFiling.id == BulkRow.bulk_id) & bulk),
        (
            ImprovementReport.files,
            (Finding.id == ImprovementReport.finding_id)
            & (Inspection.id == Finding.inspection_id)
            & or_(Inspection.organisation_id.in_(ours), Inspection.person_id.in_(people)),
        ),
    ]
    found: list[str] = []
    for column, mine in places:
        text = cast(column, Text)
        query = select(text).where(mine, or_(*(text.contains(word) for word in words)))
        found += await session.scalars(query)
    return found
