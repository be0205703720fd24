"""Files of a draft (添付ファイル): what a place takes, keeping one, removing one."""

from collections.abc import AsyncIterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.drafts import not_filed, touch
from madoguchi.cases.models import Draft
from madoguchi.cases.retention.files import part_with
from madoguchi.documents import service as documents
from madoguchi.documents.service import Accept, Owner
from madoguchi.identity.service import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

FILES = "files"  # what draft.sheets calls the page of attachments
FIELD_ACCEPT = ("pdf", "jpeg", "png", "docx", "xlsx", "csv", "zip")


@dataclass(frozen=True)
class Place:
    """Where a file may go (an attachment's key or a file field's pointer) and what it takes."""

    key: str
    label: Text
    accept: Accept
    most: int


def place_in(package: Package, key: str) -> Place:
    """The place of that key or pointer. CaseError 404 when the procedure has none."""
    attachment = package.attachments.get(key)
    if attachment is not None:
        spec = attachment.spec
        accept = Accept(tuple(spec.accept), spec.max_mb)
        return Place(key, dict(spec.label), accept, spec.max_files)
    field = package.field_at(key) if key.startswith("/") and len(key) < 300 else None
    if field is None or field.type != "file":
        raise case_error(
            "no_such_attachment",
            404,
            "この手続に、その添付書類はありません。",
            "This procedure has no such attachment.",
        )
    accept = Accept(tuple(field.spec.accept or FIELD_ACCEPT), field.spec.max_mb or 20)
    return Place(key, field.label, accept, 1)


async def place_for(session: AsyncSession, actor: Actor, draft_id: str, key: str) -> Place:
    """The place for a file in a draft of the actor. CaseError 404, 409."""
    draft = not_filed(await own_draft(session, actor, draft_id))
    return place_in(await procedures.package(session, draft.digest), key)


async def attach_file(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    draft_id: str,
    place: Place,
    name: str,
    stream: AsyncIterable[bytes] | bytes,
    *,
    scan: bool = False,
) -> dict[str, Any]:
    """Take in a file and put it into the draft; the file as the draft keeps it.

    `place` comes from `place_for`, read before: while a slow upload runs, this session has not
    begun and holds no lock. In a place for one file the new one replaces the old. Raises
    DocumentError (refused, with what to do), CaseError 404, 409, 422 too_many_files.
    """
    stored = await documents.receive(
        session,
        blobs,
        name=name,
        stream=stream,
        spec=place.accept,
        at=clock(),
        owner=Owner(person=actor.id, organisation=actor.organisation),
        scan=scan,
    )
    draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
    file, before = stored.as_json(), hashes_of(draft)
    put_file(draft, place, file)
    touch(draft, clock())
    await _part_with(session, draft, before - hashes_of(draft), clock())
    await session.flush()
    return file


def put_file(draft: Draft, place: Place, file: dict[str, Any]) -> None:
    """Add a stored file to a place of the draft. CaseError 422 when the place is full."""
    files = [kept for kept in draft.attached.get(place.key, []) if kept["sha256"] != file["sha256"]]
    if place.most == 1:
        files = []
    if len(files) >= place.most:
        raise case_error(
            "too_many_files",
            422,
            "ここに添付できるのは{most}個までです。どれかを取り消してから添付してください。",
            "At most {most} files can be attached here. Remove one first.",
            {"most": place.most},
        )
    draft.attached = {**draft.attached, place.key: [*files, file]}
    draft.sheets = {**draft.sheets, FILES: str(file["sha256"])[:40]}


async def remove_file(
    session: AsyncSession, actor: Actor, clock: Clock, draft_id: str, key: str, sha256: str
) -> None:
    """Take a file out of a draft; nothing happens when it is not there. CaseError 404, 409."""
    draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
    files = draft.attached.get(key, [])
    kept = [file for file in files if file["sha256"] != sha256]
    if len(kept) != len(files):
        rest = {name: value for name, value in draft.attached.items() if name != key}
        draft.attached = {**rest, key: kept} if kept else rest
        draft.sheets = {**draft.sheets, FILES: sha256[:40]}
        touch(draft, clock())
        await _part_with(session, draft, {sha256}, clock())


async def throw_away(session: AsyncSession, draft: Draft, at: datetime) -> None:
    """Delete a draft; its files go in a week unless something else names them."""
    await _part_with(session, draft, hashes_of(draft), at)
    await session.delete(draft)


def hashes_of(draft: Draft) -> set[str]:
    """The contents of the files a draft holds."""
    return {str(file["sha256"]) for files in draft.attached.values() for file in files}


async def _part_with(session: AsyncSession, draft: Draft, hashes: set[str], at: datetime) -> None:
    await part_with(
        session, hashes, person=draft.owner_id, organisation=draft.organisation_id, at=at
    )
