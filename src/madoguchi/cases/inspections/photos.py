"""Photographs of a visit (現場写真): developed anew, kept once, taken out again if need be."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import visit_for
from madoguchi.cases.inspections.models import VisitPhoto
from madoguchi.cases.inspections.opening import begin_visit
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.inspections.step import note, visit_by
from madoguchi.cases.inspections.values import has_place
from madoguchi.documents import service as documents
from madoguchi.documents.service import Owner, Photo
from madoguchi.identity.service import Actor
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, as_utc
from madoguchi.kernel.ids import new_id

MOST_PHOTOS = 300


async def keep_photo(
    session: AsyncSession,
    blobs: BlobStore,
    actor: Actor,
    clock: Clock,
    inspection_id: str,
    *,
    client_id: str,
    key: str,
    made_at: datetime,
    photo: Photo,
) -> VisitPhoto:
    """Keep a developed photograph for an item or finding; the caller commits.

    The same client id, or the same file at the same place, is kept once. CaseError 404, 403, 422.
    """
    visit = await visit_by(session, actor, clock, inspection_id)
    if not has_place(visit.programme, key):
        raise refusal("no-place")
    same = await _kept_already(session, inspection_id, client_id, key, photo)
    if same is not None:
        return same
    stored = await documents.store_photo(session, blobs, photo, visit.at, Owner(person=actor.id))
    kept = VisitPhoto(
        id=new_id(),
        inspection_id=inspection_id,
        client_id=client_id,
        key=key,
        sha256=stored.sha256,
        name=stored.name,
        size=stored.size,
        original={
            "sha256": photo.original_sha256,
            "size": photo.original_size,
            "taken_at": photo.taken_at,
            "located": photo.located,
        },
        late=visit.late,
        author_id=actor.id,
        author_name=actor.name,
        made_at=min(as_utc(made_at), visit.at),
        received_at=visit.at,
    )
    session.add(kept)
    source = visit.inspection.state
    if not kept.late:
        begin_visit(visit.inspection, kept.made_at, visit.at)
    said = ("key", "client_id", "sha256", "original", "late")
    await visit.leave("photo_kept", {name: getattr(kept, name) for name in said}, source)
    return kept


async def _kept_already(
    session: AsyncSession, inspection_id: str, client_id: str, key: str, photo: Photo
) -> VisitPhoto | None:
    """The same photograph, if it is kept. CaseError 422 when there is room for no more."""
    rows = (
        await session.scalars(select(VisitPhoto).where(VisitPhoto.inspection_id == inspection_id))
    ).all()
    for row in rows:
        same = (row.key, row.original["sha256"]) == (key, photo.original_sha256)
        if row.client_id == client_id or (same and not row.removed):
            return row
    if len(rows) >= MOST_PHOTOS:
        raise refusal("too-many-photos", most=MOST_PHOTOS)
    return None


async def remove_photo(
    session: AsyncSession, actor: Actor, clock: Clock, inspection_id: str, photo_id: str
) -> VisitPhoto:
    """Take a photograph out of the record (its file is kept). CaseError 404, 409."""
    inspection, _ = await visit_for(session, actor, inspection_id, lock=True)
    photo = await photo_of(session, inspection.id, photo_id)
    if inspection.state not in rules.RECORDING:
        raise refusal("visit-over")
    if not photo.removed:
        photo.removed = True
        payload = {"key": photo.key, "client_id": photo.client_id, "sha256": photo.sha256}
        await note(session, inspection, "photo_removed", actor, clock(), payload)
    return photo


async def photo_of(session: AsyncSession, inspection_id: str, photo_id: str) -> VisitPhoto:
    """One photograph of an inspection, by id or client id. CaseError 404."""
    found = await session.scalar(
        select(VisitPhoto).where(
            VisitPhoto.inspection_id == inspection_id,
            or_(VisitPhoto.id == photo_id, VisitPhoto.client_id == photo_id),
        )
    )
    if found is None:
        raise not_found()
    return found
