"""Erasures for an auditor (消去の一覧): who, what, why, when, by rows that need nothing else."""

from collections.abc import AsyncIterator, Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.retention.models import Erasure
from madoguchi.identity import service as identity
from madoguchi.kernel.database import Database
from madoguchi.kernel.journal.models import Entry

PAGE = 500
COLUMNS = (
    "id",
    "state",
    "agency",
    "procedure",
    "case",
    "arrival_number",
    "file",
    "ground",
    "reason",
    "basis",
    "kept_until",
    "hold_until",
    "listed_at",
    "proposed_at",
    "proposed_by",
    "proposed_name",
    "decided_at",
    "decided_by",
    "decided_name",
    "done_at",
    "counts",
    "files_left",
    "journal",
)


async def erasures(database: Database, states: Collection[str]) -> AsyncIterator[dict[str, Any]]:
    """Every erasure in these states, oldest first, as plain values; people with their names.

    `journal`: the ids of the entries that prove the steps, for `/api/v1/log/entries/{id}/proof`.
    A page at a time: constant memory.
    """
    last = ""
    while True:
        async with database.reading() as session:
            found = await session.execute(
                select(Erasure, Case.arrival_number, Case.procedure_id)
                .join(Case, Case.id == Erasure.case_id)
                .where(Erasure.id > last, Erasure.state.in_(states))
                .order_by(Erasure.id)
                .limit(PAGE)
            )
            page = [(row[0], str(row[1]), str(row[2])) for row in found]
            rows = [erasure for erasure, _, _ in page]
            people = {id for row in rows for id in (row.proposed_by, row.decided_by) if id}
            names = await identity.people_named(session, sorted(people))
            steps = await _entries(session, [row.id for row in rows])
        for row, number, procedure in page:
            yield _value(row, number, procedure, names, steps.get(row.id, []))
        if len(page) < PAGE:
            return
        last = rows[-1].id


async def _entries(session: AsyncSession, ids: Iterable[str]) -> dict[str, list[str]]:
    subjects = {f"erasure:{id}": id for id in ids}
    found = await session.execute(
        select(Entry.subject, Entry.id)
        .where(Entry.subject.in_(list(subjects)))
        .order_by(Entry.subject, Entry.seq)
    )
    steps: dict[str, list[str]] = {}
    for subject, entry in found:
        steps.setdefault(subjects[subject], []).append(entry)
    return steps


def _value(
    row: Erasure, number: str, procedure: str, names: dict[str, str], steps: list[str]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "agency": row.agency_id,
        "procedure": procedure,
        "case": row.case_id,
        "arrival_number": number,
        "file": row.file,
        "ground": row.ground,
        "reason": row.reason,
        "basis": row.basis,
        "kept_until": row.kept_until,
        "hold_until": row.hold_until,
        "listed_at": row.listed_at,
        "proposed_at": row.proposed_at,
        "proposed_by": row.proposed_by,
        "proposed_name": names.get(row.proposed_by or ""),
        "decided_at": row.decided_at,
        "decided_by": row.decided_by,
        "decided_name": names.get(row.decided_by or ""),
        "done_at": row.done_at,
        "counts": row.counts or {},
        "files_left": len(row.left or []),
        "journal": steps,
    }
