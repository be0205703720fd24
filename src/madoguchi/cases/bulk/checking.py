"""Reading and checking by jobs (点検): in short chunks, each taken up where the last one stopped."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.earlier import filed_before
from madoguchi.cases.bulk.entries import Entry, folded
from madoguchi.cases.bulk.judging import Verdict, judge_row
from madoguchi.cases.bulk.models import (
    ALREADY,
    CHECKED,
    CHECKING,
    FAILED,
    FAULTY,
    GOOD,
    READING,
    WAITING,
    BulkFiling,
    BulkRow,
)
from madoguchi.cases.bulk.parties import Parties
from madoguchi.cases.bulk.reading import ZIP, read_upload
from madoguchi.cases.bulk.shelf import Shelf
from madoguchi.documents import service as documents
from madoguchi.documents.service import Owner
from madoguchi.kernel.database import Database
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures

READ_JOB, CHECK_JOB = "cases.bulk.read", "cases.bulk.check"
AT_ONCE = 50  # rows judged between two writes
CHUNK_SECONDS = 15.0  # then other long work has its turn
INSERTED = 500
_DUPLICATE: Text = {
    "ja": "{line}行目と同じ内容です。2件として提出してよいか確かめてください。",
    "en": "The same as line {line}. Check whether both are to be filed.",
}
_FILED_BEFORE: Text = {
    "ja": "同じ内容が、別の整理番号ですでに提出されています(到達番号 {number})。",
    "en": "The same was filed already under another reference (arrival number {number}).",
}


async def read_file(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """Take the rows out of an uploaded file; what is wrong with the file is kept for its sender."""
    async with context.database.reading() as reading:
        bulk = await reading.get(BulkFiling, payload["bulk"])
        if bulk is None or bulk.state != READING:
            return
        package = await procedures.package(reading, bulk.digest)
        try:
            stored, path = await _file(reading, bulk, context)
            found = await read_upload(path, stored.type, stored.name, package)
        except DomainError as fault:
            if fault.status >= 500:
                raise
            await _fail(session, bulk.id, fault, context)
            return
    kept = await _locked(session, bulk.id)
    if kept is None or kept.state != READING:
        return
    await add_rows(session, kept.id, found.entries)
    kept.columns, kept.total = [name[:100] for name in found.unknown[:50]], len(found.entries)
    await begin_checking(session, kept, context.clock())


async def add_rows(session: AsyncSession, bulk_id: str, entries: Sequence[Entry]) -> None:
    """Put the rows of an upload in; done twice, they are there once."""
    await session.execute(delete(BulkRow).where(BulkRow.bulk_id == bulk_id))
    for start in range(0, len(entries), INSERTED):
        rows = [
            {
                "bulk_id": bulk_id,
                "number": number,
                "line": entry.line,
                "key": entry.key[:200],
                "client": entry.client[:60],
                "hidden": entry.hidden,
                "entered": dict(entry.entered),
                "files": {place: list(names) for place, names in entry.files.items()},
            }
            for number, entry in enumerate(entries[start : start + INSERTED], start + 1)
        ]
        await session.execute(insert(BulkRow), rows)


async def begin_checking(session: AsyncSession, bulk: BulkFiling, at: Any) -> None:
    """Have every row that waits judged by a job. The caller commits."""
    bulk.state, bulk.done, bulk.updated_at = CHECKING, 0, at
    bulk.problem = None
    await session.flush()
    await enqueue(
        session, CHECK_JOB, {"bulk": bulk.id, "run": bulk.run}, key=f"{bulk.id}:{bulk.run}"
    )


async def check_rows(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """Judge rows for a while; then let the next job go on, or say that all are judged."""
    assert context.blobs is not None  # noqa: S101 - the worker of the application has blobs
    database, until = context.database, time.monotonic() + CHUNK_SECONDS
    async with database.reading() as reading:
        bulk = await reading.get(BulkFiling, payload["bulk"])
        if bulk is None or not _going_on(bulk, payload):
            return
        package = await procedures.package(reading, bulk.digest)
        path = await _zip(reading, bulk, context)
    owner = Owner(person=bulk.person_id, organisation=bulk.organisation_id)
    parties, after = Parties(bulk, package, context.clock()), 0
    with Shelf(path, package, owner, context.clock) as shelf:
        while time.monotonic() < until:
            last = await _check_some(database, context, parties, shelf, payload, after)
            if last is None:
                await _finish(session, payload, context)
                return
            after = last
    left = {**payload, "part": payload.get("part", 0) + 1}
    await enqueue(session, CHECK_JOB, left, key=f"{bulk.id}:{bulk.run}:{left['part']}")


async def _check_some(
    database: Database,
    context: JobContext,
    parties: Parties,
    shelf: Shelf,
    payload: dict[str, Any],
    after: int,
) -> int | None:
    """Judge the next rows; the number of the last, None when none is left or all was stopped."""
    assert context.blobs is not None  # noqa: S101 - see check_rows
    query = (
        select(BulkRow)
        .where(BulkRow.bulk_id == payload["bulk"], BulkRow.state == WAITING, BulkRow.number > after)
        .order_by(BulkRow.number)
        .limit(AT_ONCE)
    )
    async with database.session() as writing:
        async with database.reading() as reading:
            rows = list(await reading.scalars(query))
            if not rows:
                return None
            verdicts = {
                row.number: await judge_row(reading, writing, context.blobs, parties, shelf, row)
                for row in rows
            }
        bulk = await _locked(writing, payload["bulk"])
        if bulk is None or not _going_on(bulk, payload):
            return None
        # Another worker may have judged some of them when this one was taken for dead.
        fresh = await writing.scalars(
            select(BulkRow)
            .where(
                BulkRow.bulk_id == bulk.id,
                BulkRow.state == WAITING,
                BulkRow.number.in_(list(verdicts)),
            )
            .order_by(BulkRow.number)
        )
        await _keep(writing, bulk, [(row, verdicts[row.number]) for row in fresh])
        bulk.updated_at = context.clock()
        await writing.commit()
    return rows[-1].number


async def _keep(
    session: AsyncSession, bulk: BulkFiling, judged: Sequence[tuple[BulkRow, Verdict]]
) -> None:
    hashes = {v.content_hash for _, v in judged if v.good and v.content_hash}
    above = await _above(session, bulk.id, hashes)
    before = await filed_before(session, hashes)
    counts: Counter[str] = Counter()
    for row, verdict in judged:
        faults = [_kept(fault) for fault in verdict.faults]
        row.organisation_id = verdict.organisation
        row.organisation_name = (
            (verdict.actor.organisation_name or "") if verdict.actor is not None else ""
        )
        row.attached = dict(verdict.attached)
        row.fees, row.fee_total = list(verdict.fees), sum(f["amount"] for f in verdict.fees)
        row.state = FAULTY
        if verdict.good and verdict.content_hash:
            row.state, row.content_hash = GOOD, verdict.content_hash
            same = above.setdefault(verdict.content_hash, [])
            row.occurrence = sum(key == folded(row.key) for key, _ in same)
            filed = before.get(verdict.content_hash, {})
            earlier = filed.get((folded(row.key), row.occurrence))
            if earlier is not None:
                row.state, row.case_id = ALREADY, earlier.case_id
                row.arrival_number, row.arrived_at = earlier.arrival_number, earlier.arrived_at
            elif filed:
                number = next(iter(filed.values())).arrival_number
                faults.append(_warning("filed-before", _FILED_BEFORE, number=number))
            elif same:
                faults.append(_warning("duplicate-row", _DUPLICATE, line=same[0][1]))
            same.append((folded(row.key), row.line))
        row.faults = faults
        row.warned = any(fault["severity"] == "warning" for fault in faults)
        counts[row.state] += 1
        counts["warned"] += row.warned and row.state == GOOD
    bulk.done += len(judged)
    bulk.good += counts[GOOD]
    bulk.faulty += counts[FAULTY]
    bulk.already += counts[ALREADY]
    bulk.warned += counts["warned"]


async def _above(
    session: AsyncSession, bulk_id: str, hashes: set[str]
) -> dict[str, list[tuple[str, int]]]:
    """Reference and line of the rows judged before that have the same content."""
    found = await session.execute(
        select(BulkRow.content_hash, BulkRow.key, BulkRow.line)
        .where(BulkRow.bulk_id == bulk_id, BulkRow.content_hash.in_(hashes))
        .order_by(BulkRow.number)
    )
    above: dict[str, list[tuple[str, int]]] = {}
    for content, key, line in found:
        above.setdefault(str(content), []).append((folded(key), line))
    return above


async def _finish(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    bulk = await _locked(session, payload["bulk"])
    if bulk is None or not _going_on(bulk, payload):
        return
    bulk.state, bulk.updated_at = CHECKED, context.clock()
    bulk.fees = await fees_of(session, bulk.id)


async def fees_of(session: AsyncSession, bulk_id: str) -> list[dict[str, Any]]:
    """What the good rows owe: [{label, due, count, amount}], one a kind of fee."""
    found = await session.stream_scalars(
        select(BulkRow.fees).where(
            BulkRow.bulk_id == bulk_id, BulkRow.state == GOOD, BulkRow.fee_total > 0
        )
    )
    sums: dict[str, dict[str, Any]] = {}
    async for fees in found:
        for fee in fees:
            line = sums.setdefault(
                fee["id"], {"label": fee["label"], "due": fee["due"], "count": 0, "amount": 0}
            )
            line["count"] += 1
            line["amount"] += fee["amount"]
    return list(sums.values())


def _kept(fault: Any) -> dict[str, Any]:
    return {
        "pointer": fault.pointer,
        "code": fault.code,
        "message": dict(fault.message),
        "severity": fault.severity,
    }


def _warning(code: str, text: Text, **params: object) -> dict[str, Any]:
    message = {language: words.format(**params) for language, words in text.items()}
    return {"pointer": "", "code": code, "message": message, "severity": "warning"}


def _going_on(bulk: BulkFiling, payload: dict[str, Any]) -> bool:
    return bulk.state == CHECKING and bulk.run == payload["run"]


async def _locked(session: AsyncSession, bulk_id: str) -> BulkFiling | None:
    found: BulkFiling | None = await session.get(
        BulkFiling, bulk_id, with_for_update=True, populate_existing=True
    )
    return found


async def _file(
    session: AsyncSession, bulk: BulkFiling, context: JobContext
) -> tuple[documents.StoredFile, Path]:
    assert context.blobs is not None  # noqa: S101 - see check_rows
    return await documents.open_document(
        session, context.blobs, bulk.document_id or "", person=bulk.person_id
    )


async def _zip(session: AsyncSession, bulk: BulkFiling, context: JobContext) -> Path | None:
    """Where the ZIP of an upload lies, None when it is none."""
    if bulk.document_id is None:
        return None
    stored, path = await _file(session, bulk, context)
    return path if stored.type == ZIP else None


async def _fail(
    session: AsyncSession, bulk_id: str, fault: DomainError, context: JobContext
) -> None:
    bulk = await _locked(session, bulk_id)
    if bulk is not None and bulk.state == READING:
        bulk.state, bulk.problem, bulk.updated_at = FAILED, dict(fault.message), context.clock()


async def count_rows(session: AsyncSession, bulk_id: str, state: str) -> int:
    """How many rows are in a state."""
    query = select(func.count()).where(BulkRow.bulk_id == bulk_id, BulkRow.state == state)
    return int(await session.scalar(query) or 0)
