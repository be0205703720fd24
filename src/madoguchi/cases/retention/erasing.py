"""Erasing (消去): everything that holds the content of a case, in one transaction.

What goes and what stays is told by `parts`. The entries of the journal keep their commitments and
leaf hashes, so receipts and inclusion proofs given before still verify.
"""

import json
import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import locked_case
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.retention.beside import erase_beside
from madoguchi.cases.retention.files import forget, let_go
from madoguchi.cases.retention.models import APPROVED, DONE, RETENTION, Erasure
from madoguchi.cases.retention.rules import CARRY_OUT, next_state
from madoguchi.documents.models import Document
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import JobContext
from madoguchi.kernel.journal.erasure import erase_payloads
from madoguchi.kernel.journal.models import ERASED, Entry
from madoguchi.messages import service as messages

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


async def erase(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job of an approved erasure; run again, it finds nothing left to do."""
    row = await session.get(Erasure, payload["erasure"], with_for_update=True)
    if row is None or row.state != APPROVED:
        return
    case = await locked_case(session, row.case_id)
    if case is None:
        return
    await carry_out(session, row, case, context.clock())


async def carry_out(session: AsyncSession, row: Erasure, case: Case, at: datetime) -> None:
    """Erase what an approved erasure names, and write it into the journal. The caller commits."""
    await _thoroughly(session)
    counts = await (_erase_file if row.file else _erase_case)(session, row, case, at)
    row.counts = {name: count for name, count in counts.items() if count}
    row.state = next_state(row.state, CARRY_OUT, row.ground) or DONE
    row.done_at, case.updated_at = at, at
    await session.flush()
    if row.ground != RETENTION:
        await _tell(session, row, case, at)
    await journal.append(
        session,
        subject=f"case:{case.id}",
        action=ERASED,
        actor=row.decided_by or "system",
        at=at,
        payload={
            "erasure": row.id,
            "ground": row.ground,
            "what": "file" if row.file else "case",
            "reason": row.reason,
            "basis": row.basis,
            "proposed_by": row.proposed_by,
            "decided_by": row.decided_by,
            "kept_until": row.kept_until,
            "counts": row.counts,
        },
    )


async def _erase_case(
    session: AsyncSession, row: Erasure, case: Case, at: datetime
) -> dict[str, int]:
    drafts = list(
        await session.scalars(
            select(Draft).where(or_(Draft.case_id == case.id, Draft.id == case.draft_id))
        )
    )
    subjects = [f"case:{case.id}", *(f"draft:{draft.id}" for draft in drafts)]
    hashes = _hashes_in(case.attached) | await _hashes_of(session, subjects)
    for draft in drafts:
        hashes |= _hashes_in(draft.attached)
    people = {case.filer_id, *(draft.owner_id for draft in drafts)}
    since = min([case.arrived_at, *(draft.created_at for draft in drafts)])
    beside = await erase_beside(session, case, drafts, at_once=row.ground != RETENTION)
    counts = beside.counts | {"entries": await erase_payloads(session, subjects)}
    for draft in drafts:
        await _empty_draft(session, draft)
    counts["drafts"] = len(drafts)
    _empty_case(case, at)
    await session.flush()
    documents = await _documents(session, case, people, hashes | beside.hashes, since, at)
    counts["files"] = await forget(session, documents, row)
    await let_go(session, beside.hashes, row)
    return counts


async def _erase_file(
    session: AsyncSession, row: Erasure, case: Case, at: datetime
) -> dict[str, int]:
    """One file, with the payloads of the entries that name it; the rest of the case stays."""
    gone = [
        str(file["sha256"])
        for files in case.attached.values()
        for file in files
        if str(file.get("id")) == row.file
    ]
    case.attached = {
        key: rest
        for key, files in case.attached.items()
        if (rest := [file for file in files if file["sha256"] not in gone])
    }
    for draft in await session.scalars(select(Draft).where(Draft.case_id == case.id)):
        draft.attached = {
            key: [file for file in files if file["sha256"] not in gone]
            for key, files in draft.attached.items()
        }
    entries = await journal.entries(session, f"case:{case.id}", limit=10_000)
    naming = [
        entry.id
        for entry in entries
        if any(sha256 in json.dumps(entry.payload, ensure_ascii=False) for sha256 in gone)
    ]
    count = await erase_payloads(session, [f"case:{case.id}"], only=naming) if naming else 0
    await session.flush()
    documents = await _documents(session, case, {case.filer_id}, set(gone), at, at)
    return {"entries": count, "files": await forget(session, documents, row)}


async def _tell(session: AsyncSession, row: Erasure, case: Case, at: datetime) -> None:
    """Tell the party, who asked for it or filed by mistake; nobody waits for the end of a period."""
    await messages.notify(
        session,
        to=messages.Recipient(organisation=case.organisation_id)
        if case.organisation_id
        else messages.Recipient(person=case.filer_id),
        subject={"ja": "内容を消去しました({number})", "en": "Content was erased ({number})"},
        body={
            "ja": "「{title}」の内容を消去しました。お手元の受付票は有効なままです。",
            "en": "Content of “{title}” was erased. Your receipt still holds.",
        },
        at=at,
        dedupe_key=f"erased:{row.id}",
        link=f"/cases/{case.id}",
        case_id=case.id,
        values={"number": case.arrival_number, "title": case.title},
    )


def _empty_case(case: Case, at: datetime) -> None:
    """Leave of a case what its number, times and state are."""
    case.data, case.official_data, case.attached = {}, {}, {}
    case.provenance, case.omitted, case.applicant = {}, {}, {}
    case.organisation_name = case.filer_name = case.name_key = ""
    case.agent_name = None
    case.content_hash = ""  # no salt is in it: few possible answers could be guessed from it
    case.acts = [
        {name: act[name] for name in ("action", "actor", "at", "state") if name in act}
        | {"content_hash": ""}
        for act in case.acts
    ]
    case.last_proposal, case.decision, case.correction, case.keys = None, {}, None, {}
    case.erased_at = at


async def _empty_draft(session: AsyncSession, draft: Draft) -> None:
    if draft.filed_at is None:
        await session.delete(draft)
        return
    draft.entered, draft.attached, draft.provenance, draft.unplaced = {}, {}, {}, []
    draft.points, draft.opened, draft.sheets, draft.visited = [], [], {}, []


def _hashes_in(value: object) -> set[str]:
    return set(_HASH.findall(json.dumps(value, ensure_ascii=False, default=str)))


async def _hashes_of(session: AsyncSession, subjects: Collection[str]) -> set[str]:
    """Every content hash the entries of these subjects name: also of files corrected away."""
    found: set[str] = set()
    payloads = await session.scalars(
        select(Entry.payload).where(Entry.subject.in_(subjects), Entry.payload.is_not(None))
    )
    for payload in payloads:
        found |= _hashes_in(payload)
    return found


async def _documents(
    session: AsyncSession,
    case: Case,
    people: set[str],
    hashes: set[str],
    since: datetime,
    at: datetime,
) -> list[Document]:
    """The documents of the party with these contents, and what its people sent for the case.

    A file that was sent and taken out again is named nowhere: it is one received between the
    first line typed and the filing.
    """
    mine = or_(
        Document.owner_person.in_(people), Document.owner_organisation == case.organisation_id
    )
    sent = Document.owner_person.in_(people) & Document.received_at.between(
        since, max(since, min(at, case.arrived_at))
    )
    query = select(Document).where(or_(mine & Document.sha256.in_(hashes), sent))
    return list(await session.scalars(query))


async def _thoroughly(session: AsyncSession) -> None:
    """SQLite: what is deleted is overwritten in the file (PostgreSQL does so in VACUUM)."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("PRAGMA secure_delete=ON"))
