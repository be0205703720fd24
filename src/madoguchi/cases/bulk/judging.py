"""The verdict on one row (行の点検): the same drafts, the same engine as pages and API."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.models import BulkRow
from madoguchi.cases.bulk.parties import Parties, party_of_actor
from madoguchi.cases.bulk.shelf import Shelf
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.by_program import resolve_files
from madoguchi.cases.filing.drafts import Content, new_draft, party_for
from madoguchi.cases.filing.evaluating import Judged, judge_in
from madoguchi.cases.models import Draft
from madoguchi.documents.service import DocumentError
from madoguchi.identity.service import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.canonical import digest, plain
from madoguchi.kernel.ids import is_id
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Fault, Package

FAULTS_KEPT = 100  # of one row
_HIDDEN: Text = {
    "ja": "この行は表計算ソフトで非表示になっています。提出してよいか確かめてください。",
    "en": "This row is hidden in the spreadsheet. Check whether it is to be filed.",
}


@dataclass(frozen=True)
class Verdict:
    """What is to be kept of a row that was judged."""

    faults: tuple[Fault, ...]
    actor: Actor | None = None
    organisation: str | None = None
    attached: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    fees: tuple[dict[str, Any], ...] = ()
    content_hash: str | None = None

    @property
    def good(self) -> bool:
        """Whether the row can be filed."""
        return not any(fault.severity == "error" for fault in self.faults)


async def judge_row(
    reading: AsyncSession,
    writing: AsyncSession,
    blobs: BlobStore,
    parties: Parties,
    shelf: Shelf,
    row: BulkRow,
) -> Verdict:
    """Judge one row as of now. Files of a ZIP are kept on the way, added to `writing`."""
    actor = await parties.actor(reading, row.client)
    if isinstance(actor, Fault):
        return Verdict((actor,))
    attached, wrong = await _attached(reading, writing, blobs, parties, shelf, row, actor)
    environment = await parties.environment(reading, actor)
    entered = await parties.entered(reading, actor, row.entered)
    draft = draft_of(parties.package, actor, entered, attached, parties.now)
    judged = await judge_in(
        reading,
        draft,
        parties.package,
        party_of_actor(actor, draft.organisation_id),
        replace(environment, asked=set()),
    )
    places = {fault.pointer for fault in wrong}
    faults = [
        *wrong,
        *(fault for fault in judged.evaluation.faults if fault.pointer not in places),
        *([Fault("", "hidden-row", _HIDDEN, "warning")] if row.hidden else []),
    ]
    return Verdict(
        tuple(faults[:FAULTS_KEPT]),
        actor,
        draft.organisation_id,
        attached,
        tuple(
            {"id": fee.id, "label": dict(fee.label), "due": fee.due, "amount": fee.amount}
            for fee in judged.evaluation.fees
        ),
        _hash(draft, judged),
    )


def draft_of(
    package: Package,
    actor: Actor,
    entered: Mapping[str, Any],
    attached: Mapping[str, list[dict[str, Any]]],
    now: datetime,
) -> Draft:
    """The draft a row is judged and filed as. CaseError 403."""
    organisation = party_for(package, actor)
    content = Content(entered, dict(attached))
    return new_draft(actor, package, dict(package.title), organisation, now, content)


async def _attached(
    reading: AsyncSession,
    writing: AsyncSession,
    blobs: BlobStore,
    parties: Parties,
    shelf: Shelf,
    row: BulkRow,
    actor: Actor,
) -> tuple[dict[str, list[dict[str, Any]]], list[Fault]]:
    attached: dict[str, list[dict[str, Any]]] = {}
    faults: list[Fault] = []
    for place, names in row.files.items():
        if names and all(is_id(name) for name in names):  # uploaded before, by program
            try:
                found = await resolve_files(reading, blobs, actor, parties.package, {place: names})
            except (CaseError, DocumentError) as fault:
                pointer = place if place.startswith("/") else f"/attachments/{place}"
                faults.append(Fault(pointer, fault.code, fault.message))
                continue
            files = found.get(place, [])
        else:
            files, wrong = await shelf.take(writing, blobs, place, names)
            faults += wrong
        if files:
            attached[place] = files
    return attached, faults


def _hash(draft: Draft, judged: Judged) -> str:
    """What makes the content of two rows the same: party, answers and files; not the day."""
    verdict = judged.evaluation
    data = {name: v for name, v in verdict.data.items() if f"/{name}" not in verdict.calculated}
    return digest(
        {
            "procedure": draft.procedure_id,
            "party": draft.organisation_id or draft.owner_id,
            "data": plain(data),
            "attached": {
                place: [file["sha256"] for file in files] for place, files in draft.attached.items()
            },
        }
    )
