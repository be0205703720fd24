"""Filing by a program (APIからの提出): the draft is made and filed in one go, or only judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.environment import catalogue_entry, environment_of
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.correct import changes
from madoguchi.cases.filing.drafts import (
    LARGEST_DRAFT,
    Content,
    agent_of,
    new_draft,
    party_for,
    write,
)
from madoguchi.cases.filing.editing import editable
from madoguchi.cases.filing.evaluating import Judged, first_phase, judge_in, party_of, round_for
from madoguchi.cases.filing.files import Place, place_in
from madoguchi.cases.models import Draft
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.canonical import canonical_json, plain
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

# Media types as `documents` finds them out, by the kinds packages name.
_MEDIA = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv",
    "txt": "text/plain",
    "xml": "application/xml",
    "json": "application/json",
    "zip": "application/zip",
}


@dataclass(frozen=True)
class Sent:
    """What a program sends: answers, ids of uploaded files, the catalogue entry, the version."""

    data: Mapping[str, Any]
    attached: Mapping[str, Sequence[str]] = field(default_factory=dict)
    catalogue_id: str | None = None
    digest: str | None = None


async def judge_sent(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    procedure_id: str,
    sent: Sent,
) -> Judged:
    """The verdict on what was sent; nothing is kept. Raises as `draft_sent`."""
    draft = await draft_sent(session, blobs, actor, clock, procedure_id, sent)
    package = await procedures.package(session, draft.digest)
    today = jst_date(clock())
    party = party_of(draft)
    environment = await environment_of(
        session,
        party,
        catalogue_id=sent.catalogue_id,
        today=today,
        filed_on=today,
        phase=first_phase(package),
        filing_round=round_for(package, clock()),
    )
    return await judge_in(session, draft, package, party, environment)


async def draft_sent(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    procedure_id: str,
    sent: Sent,
) -> Draft:
    """A draft with what was sent, not in the session yet.

    Raises ProcedureError 404, CaseError 403, 404 (a file), 409 (another version is in force), 413,
    422 (a file that does not fit its place).
    """
    now = clock()
    package = await procedures.current(session, procedure_id, jst_date(now))
    if sent.digest is not None and sent.digest != package.digest:
        raise case_error(
            "other_version",
            409,
            "この手続は新しい版になっています({digest})。",
            "Another version of this procedure is in force ({digest}).",
            {"digest": package.digest},
        )
    organisation = party_for(package, actor)
    title: Text = dict(package.title)
    if sent.catalogue_id is not None:
        title = (await catalogue_entry(session, sent.catalogue_id)).title
    attached = await resolve_files(session, blobs, actor, package, sent.attached)
    _small_enough(sent.data)
    draft = new_draft(actor, package, title, organisation, now, Content(sent.data, attached))
    draft.catalogue_id = sent.catalogue_id
    draft.agent_organisation_id = agent_of(actor, organisation)
    return draft


async def replace_content(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft: Draft,
    judged: Judged,
    entered: Mapping[str, Any],
    attached: Mapping[str, Sequence[str]] | None,
) -> None:
    """Put new answers (and files, unless None) into a draft.

    In a correction only what was asked for may change. Raises CaseError 413, 422 not_open.
    """
    files = draft.attached
    if attached is not None:
        files = await resolve_files(session, blobs, actor, judged.package, attached)
    entered = plain(entered)
    faulty = {fault.pointer for fault in judged.evaluation.errors}
    may_edit = editable(draft.case_id is not None, draft.points, draft.opened, faulty)
    touched = [change["pointer"] for change in changes(draft.entered, entered)]
    touched += [
        key if key.startswith("/") else f"/attachments/{key}"
        for key in {*files, *draft.attached}
        if files.get(key) != draft.attached.get(key)
    ]
    closed = sorted(pointer for pointer in touched if not may_edit(pointer))
    if closed:
        raise case_error(
            "not_open_for_correction",
            422,
            "補正で直せるのは、窓口が示した項目だけです:{places}",
            "In a correction only the places pointed out may change: {places}",
            {"places": ", ".join(closed[:20])},
        )
    write(draft, Content(entered, files), clock())


async def resolve_files(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    package: Package,
    attached: Mapping[str, Sequence[str]],
) -> dict[str, list[dict[str, Any]]]:
    """The uploaded files an actor names, by place; each must be theirs and fit the place."""
    found: dict[str, list[dict[str, Any]]] = {}
    for key, ids in attached.items():
        if not ids:
            continue
        place = place_in(package, key)
        for file_id in dict.fromkeys(ids):
            stored, _ = await documents.open_document(
                session,
                blobs,
                file_id,
                person=actor.id,
                organisations=[actor.organisation] if actor.organisation else [],
            )
            fits(place, stored)
            found.setdefault(key, []).append(stored.as_json())
    return found


def fits(place: Place, stored: documents.StoredFile) -> None:
    """CaseError 422 unless a place takes files of this type and size."""
    media = {_MEDIA[kind] for kind in place.accept.kinds if kind in _MEDIA}
    if stored.type not in media or stored.size > place.accept.limit:
        raise case_error(
            "file_does_not_fit",
            422,
            "「{name}」は、ここには添付できません(形式は{kinds}、{size}MBまで)。",
            "“{name}” cannot be attached here ({kinds}, {size} MB at most).",
            {
                "name": stored.name,
                "kinds": ", ".join(place.accept.kinds),
                "size": place.accept.max_mb,
            },
        )


def _small_enough(data: Mapping[str, Any]) -> None:
    if len(canonical_json(plain(data))) > LARGEST_DRAFT:
        raise case_error(
            "draft_too_large",
            413,
            "入力の量が多すぎます。",
            "There is too much to take in.",
        )
