"""Keeping a group of uploads (一括受領): asked once who they are, looked into once, one commit."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from madoguchi.documents.crew import CrewError
from madoguchi.documents.inspect.verdict import Verdict
from madoguchi.documents.intake import judge_all
from madoguchi.documents.models import Document
from madoguchi.documents.refusals import Refusal
from madoguchi.documents.service import (
    ANY,
    SCAN_JOB,
    Owner,
    document_row,
    scan_job,
    state_on_arrival,
)
from madoguchi.documents.uploading.asked import Asked
from madoguchi.identity import service as identity
from madoguchi.identity.service import Holder
from madoguchi.kernel.blobs import BlobStore, Spooled, spool_all
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database, padded
from madoguchi.kernel.grouping import GoOn
from madoguchi.kernel.jobs import Job, job_row, rouse_after_commit

LANGUAGE = "ja"  # an actor's language words pages only: no page is shown here
SECONDS = 3.0  # for looking into a group: a file that takes longer goes by itself
Row = dict[str, Any]


async def take_in(
    database: Database,
    blobs: BlobStore,
    clock: Clock,
    scan: bool,
    group: Sequence[Asked],
    go_on: GoOn,
) -> list[Row | None]:
    """Keep what of a group is plainly acceptable; the document's row for each, None for the others.

    In the same order. What is given back is committed, and its content on the disk. When anything
    cannot be kept, no row of the group is and the error raised; contents nobody names may be left.
    `go_on` is called when the contents are on the disk: the next group may begin.
    """
    now = clock()
    async with database.reading() as session:
        holders = await identity.holders_of_tokens(
            session, padded(asked.token for asked in group), LANGUAGE, now
        )
    known = [asked for asked in group if asked.token in holders]
    spooled = await asyncio.to_thread(spool_all, blobs.incoming, [asked.content for asked in known])
    try:
        verdicts = await _look_into(known, spooled)
        good = [
            (asked, file, verdict)
            for asked, file, verdict in zip(known, spooled, verdicts, strict=True)
            if isinstance(verdict, Verdict)
        ]
        await blobs.keep([file for _, file, _ in good])
    finally:
        for file in spooled:
            file.discard()
    go_on()
    state = state_on_arrival(scan)
    rows = {
        id(asked): document_row(
            file.blob, verdict.name, verdict.media_type, now, _owner(holders[asked.token]), state
        )
        for asked, file, verdict in good
    }
    if rows:
        used = {holders[asked.token] for asked, _, _ in good}
        await _store(database, list(rows.values()), scan, used, now)
    return [rows.get(id(asked)) for asked in group]


async def _look_into(
    known: Sequence[Asked], spooled: Sequence[Spooled]
) -> Sequence[Verdict | Refusal | None]:
    """The verdicts on files; None where the process that looks broke down."""
    files = [(file.path, asked.name) for asked, file in zip(known, spooled, strict=True)]
    try:
        return await judge_all(files, ANY, seconds=SECONDS) if files else []
    except CrewError:
        return [None] * len(files)


async def _store(
    database: Database, rows: Sequence[Row], scan: bool, used: Collection[Holder], now: datetime
) -> None:
    """Write documents, their scans, and that tokens were used: one transaction."""
    async with database.session() as session:
        await session.execute(insert(Document.__table__), rows)  # type: ignore[arg-type]
        if scan:
            jobs = [job_row(**scan_job(row)) for row in rows]
            await session.execute(insert(Job.__table__), jobs)  # type: ignore[arg-type]
            rouse_after_commit(session, [SCAN_JOB])
        stale = sorted({holder.actor.token or "" for holder in used if holder.stale})
        if stale:
            await identity.note_use(session, stale, now)
        await session.commit()


def _owner(holder: Holder) -> Owner:
    return Owner(person=holder.person.id, organisation=holder.organisation.id)
