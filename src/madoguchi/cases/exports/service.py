"""Asking for an export (書き出しの受付): at once when it is short, as a job when it is long."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.exports.files import FORMATS, Format
from madoguchi.cases.exports.files.xlsx_file import TooManyRows
from madoguchi.cases.exports.models import DONE, WAITING, Export
from madoguchi.cases.exports.producing import Prepared, prepare, produce
from madoguchi.cases.exports.scope import covered, scope_of
from madoguchi.cases.exports.selections import Counted, Selection, agencies_in, count
from madoguchi.cases.exports.streaming import sent_while_written
from madoguchi.identity.service import Actor, agencies_where, agent_title
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, as_jst, jst_date
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.jobs import enqueue

MAKE_JOB, FORGET_JOB = "cases.exports.make", "cases.exports.forget"
AT_ONCE = 2_000  # cases: more are a job
KEPT = timedelta(days=7)
EXPORTED_BY_AGENT = "exported_by_agent"
LISTED = 20


@dataclass(frozen=True)
class Streamed:
    """An export that is answered at once."""

    name: str
    media_type: str
    content: AsyncIterator[bytes]


def format_named(name: str) -> Format:
    """A format by its name. CaseError 422."""
    found = FORMATS.get(name)
    if found is None:
        raise case_error(
            "unknown_format",
            422,
            "ファイルの形式を選んでください({formats})。",
            "Choose a file format ({formats}).",
            {"formats": ", ".join(FORMATS)},
        )
    return found


async def measure(
    session: AsyncSession, actor: Actor, selection: Selection, format: Format, clock: Clock
) -> Counted:
    """How much would be exported. CaseError 403, 422 (empty); TooManyRows."""
    counted = await count(session, actor, selection, jst_date(clock()))
    if not counted.total:
        raise case_error(
            "nothing_to_export",
            422,
            "書き出す案件がありません。条件を変えてください。",
            "There is nothing to export. Change the filters.",
        )
    if format.most_rows is not None and counted.total > format.most_rows:
        raise TooManyRows
    return counted


async def at_once(
    database: Database,
    actor: Actor,
    selection: Selection,
    counted: Counted,
    format: Format,
    language: str,
    clock: Clock,
) -> Streamed:
    """A short export as a stream; it is journaled before the first byte leaves."""
    today = jst_date(clock())
    async with database.reading() as session:
        prepared = await prepare(session, actor, selection, counted, format, language, today)
    name = f"{_stem(selection, clock)}.{prepared.ending}"
    async with database.session() as session:
        await _journal(session, new_id(), "exported", actor, selection, format, counted, clock)
        await session.commit()
    return Streamed(name, prepared.media_type, _stream(database, prepared))


async def ask(
    session: AsyncSession,
    actor: Actor,
    selection: Selection,
    counted: Counted,
    format: Format,
    language: str,
    clock: Clock,
) -> Export:
    """Ask for an export by job. The caller commits."""
    now = clock()
    export = Export(
        id=new_id(),
        person_id=actor.id,
        organisation_id=actor.organisation,
        shown=actor.shown.as_json(),
        language=language,
        selection=selection.as_json(),
        agencies=agencies_in(actor, selection),
        scope=scope_of(actor),
        format=format.name,
        rows=counted.total,
        state=WAITING,
        name=_stem(selection, clock),
        created_at=now,
        expires_at=now + KEPT,
    )
    session.add(export)
    await session.flush()
    await _journal(session, export.id, "export_requested", actor, selection, format, counted, clock)
    await enqueue(session, MAKE_JOB, {"export": export.id}, key=export.id, max_attempts=3)
    await enqueue(
        session, FORGET_JOB, {"export": export.id}, key=export.id, run_at=export.expires_at
    )
    return export


async def exports_of(session: AsyncSession, actor: Actor) -> list[Export]:
    """The actor's latest exports, newest first."""
    query = select(Export).where(Export.person_id == actor.id)
    return list(await session.scalars(query.order_by(Export.id.desc()).limit(LISTED)))


async def export_for(session: AsyncSession, actor: Actor, export_id: str) -> Export:
    """An export of the actor's own, as long as they may see what is in it. CaseError 404."""
    found = await session.get(Export, export_id) if is_id(export_id) else None
    if found is None or found.person_id != actor.id or not _still(actor, found):
        raise not_found()
    return found


async def content_of(
    session: AsyncSession, blobs: BlobStore, actor: Actor, export_id: str, clock: Clock
) -> tuple[Export, Path]:
    """An export and where its file lies; opening it is journaled, the caller commits.

    CaseError 404; 409 while it is being made or could not be; 410 when it is no longer kept.
    """
    export = await export_for(session, actor, export_id)
    if export.state != DONE:
        raise case_error(
            "export_not_ready",
            409,
            "このファイルはまだできていません。",
            "This file is not ready yet.",
        )
    if export.sha256 is None or export.expires_at <= clock() or not blobs.exists(export.sha256):
        raise case_error(
            "export_expired",
            410,
            "保存期間が過ぎたため、このファイルはもうありません。もう一度書き出してください。",
            "The file is no longer kept. Please export again.",
        )
    await journal.append(
        session,
        subject=f"export:{export.id}",
        action="export_opened",
        actor=actor.id,
        at=clock(),
        payload={"sha256": export.sha256},
    )
    return export, blobs.path(export.sha256)


def _still(actor: Actor, export: Export) -> bool:
    if export.agencies:
        return set(export.agencies) <= agencies_where(actor)
    if export.organisation_id != actor.organisation:
        return export.organisation_id is None
    return covered(export.scope, scope_of(actor))


async def _stream(database: Database, prepared: Prepared) -> AsyncIterator[bytes]:
    async with database.reading() as session:
        with tempfile.TemporaryFile() as out:
            async for chunk in sent_while_written(out, produce(session, prepared, out)):
                yield chunk


def _stem(selection: Selection, clock: Clock) -> str:
    return f"{selection.source}-{as_jst(clock()):%Y%m%d-%H%M%S}"


async def _journal(
    session: AsyncSession,
    export_id: str,
    action: str,
    actor: Actor,
    selection: Selection,
    format: Format,
    counted: Counted,
    clock: Clock,
) -> None:
    """Who took what out of the system, in the transaction that lets them."""
    await journal.append(
        session,
        subject=f"export:{export_id}",
        action=action,
        actor=actor.id,
        on_behalf_of=actor.organisation,
        at=clock(),
        payload={
            "actor_name": actor.name,
            "selection": selection.as_json(),
            "agencies": agencies_in(actor, selection),
            "format": format.name,
            "cases": counted.total,
        },
    )
    used = [one.mandate for one in actor.held if one.principal == actor.organisation]
    if actor.agent and used:  # the principal reads in its own list who took what of it away
        await journal.append(
            session,
            subject=f"organisation:{actor.organisation}",
            action=EXPORTED_BY_AGENT,
            actor=actor.id,
            on_behalf_of=actor.organisation,
            at=clock(),
            payload={
                "agent": await agent_title(session, actor),
                "mandate": used[0],
                "mandates": used,
                "export": export_id,
                "cases": counted.total,
            },
        )
