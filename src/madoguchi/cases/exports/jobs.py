"""Making long exports, and letting their files go."""

import tempfile
from collections.abc import AsyncIterator
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.exports.files import FORMATS
from madoguchi.cases.exports.models import DONE, FAILED, WAITING, Export
from madoguchi.cases.exports.producing import Prepared, prepare, produce
from madoguchi.cases.exports.scope import Scope, scope_of
from madoguchi.cases.exports.selections import count, selection_of
from madoguchi.cases.retention.files import let_go
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import Blob
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import JobContext

LARGEST = 20_000_000_000
CHUNK = 1 << 20


async def make_export(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """Make the file of an export with the rights its person has now.

    What the person can do something about is kept with the export; other faults are tried again.
    """
    async with context.database.reading() as reading:
        export = await reading.get(Export, payload["export"])
        if export is None or export.state != WAITING:
            return
        try:
            prepared, blob, scope = await _made(reading, export, context)
        except DomainError as fault:
            await _failed(session, export.id, fault, context)
            return
    found = await session.get(Export, export.id, with_for_update=True)
    if found is None or found.state != WAITING:
        # Something it may hold was erased while it was made.
        await let_go(session, {blob.sha256})
        return
    found.state, found.sha256, found.size = DONE, blob.sha256, blob.size
    found.name, found.media_type = f"{found.name}.{prepared.ending}", prepared.media_type
    found.scope, found.finished_at = scope, context.clock()
    await journal.append(
        session,
        subject=f"export:{found.id}",
        action="export_made",
        actor="system",
        on_behalf_of=found.person_id,
        at=context.clock(),
        payload={"sha256": blob.sha256, "size": blob.size},
    )


async def forget_export(
    session: AsyncSession, payload: dict[str, Any], context: JobContext
) -> None:
    """Let the file of an export go, unless the same content is kept for another reason."""
    export = await session.get(Export, payload["export"], with_for_update=True)
    if export is None or export.sha256 is None or context.blobs is None:
        return
    sha256, export.sha256 = export.sha256, None
    await session.flush()
    others = await session.scalar(
        select(func.count()).select_from(Export).where(Export.sha256 == sha256)
    )
    if not others and not await documents.scan_states(session, [sha256]):
        await context.blobs.delete(sha256)


async def _made(
    reading: AsyncSession, export: Export, context: JobContext
) -> tuple[Prepared, Blob, Scope | None]:
    assert context.blobs is not None  # noqa: S101 - the worker of the application has blobs
    now = context.clock()
    actor = await identity.actor_of_person(
        reading, export.person_id, identity.shown_of(export.shown), export.language, now
    )
    if actor is None:
        raise case_error(
            "not_for_this_account",
            403,
            "この一覧を見る権限がなくなったため、書き出しを中止しました。",
            "The export was stopped: you may no longer see this list.",
        )
    selection, today = selection_of(export.selection), jst_date(now)
    counted = await count(reading, actor, selection, today)
    prepared = await prepare(
        reading, actor, selection, counted, FORMATS[export.format], export.language, today
    )
    with tempfile.TemporaryFile() as out:
        async for done in produce(reading, prepared, out):
            await context.progress(done, counted.total)
        return prepared, await context.blobs.put(_chunks(out), LARGEST), scope_of(actor)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


async def _failed(
    session: AsyncSession, export_id: str, fault: DomainError, context: JobContext
) -> None:
    found = await session.get(Export, export_id, with_for_update=True)
    if found is not None:
        found.state, found.problem = FAILED, fault.message
        found.finished_at = context.clock()
