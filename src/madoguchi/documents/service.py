"""Documents for the other modules: receive, open, write letters, make PDF files.

Who may read: the person or organisation a document belongs to. Officials read through a case;
`cases` decides that and then asks for the content by its hash.
"""

from collections.abc import AsyncIterable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.documents import intake
from madoguchi.documents.inspect.kinds import KINDS
from madoguchi.documents.intake import ANY, Accept
from madoguchi.documents.letters.filing import Filing, Row, Section, filing_html, receipt_html
from madoguchi.documents.letters.press import html_to_pdf
from madoguchi.documents.letters.sandbox import render_letter
from madoguchi.documents.models import Document
from madoguchi.documents.photos.taking import Photo
from madoguchi.documents.photos.taking import take as take_photo
from madoguchi.documents.refusals import DocumentError, document_error
from madoguchi.kernel.blobs import Blob, BlobStore
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import enqueue

__all__ = [
    "ANY",
    "KIND_NAMES",
    "SCAN_JOB",
    "Accept",
    "DocumentError",
    "Filing",
    "Owner",
    "Photo",
    "Row",
    "Section",
    "StoredFile",
    "content_path",
    "download_headers",
    "filing_copy_pdf",
    "html_to_pdf",
    "open_document",
    "receipt_pdf",
    "receive",
    "record_scan",
    "render_letter",
    "scan_states",
    "store_letter",
    "store_photo",
    "take_photo",
]

SCAN_JOB = "documents.scan"
KIND_NAMES = frozenset(KINDS)  # what a package's `accept` may name
_BLOCKED = {"quarantine": 409, "infected": 410}


@dataclass(frozen=True)
class Owner:
    """Whose document it is: a person, an organisation, or both (ids)."""

    person: str | None = None
    organisation: str | None = None


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept: content hash, cleaned name, bytes, media type, id of its document."""

    sha256: str
    name: str
    size: int
    type: str
    id: str
    scan_state: str = "unscanned"

    def as_json(self) -> dict[str, Any]:
        """As drafts and cases keep it."""
        return asdict(self)


async def receive(
    session: AsyncSession,
    blobs: BlobStore,
    *,
    name: str,
    stream: AsyncIterable[bytes] | bytes,
    spec: Accept,
    at: datetime,
    owner: Owner,
    scan: bool = False,
) -> StoredFile:
    """Take in one file for a field that accepts `spec`; with `scan`, through quarantine.

    Raises DocumentError saying in both languages what is wrong and what to do: see refusals.toml
    for the codes. The sender's media type plays no part. The session is first used after the
    content is stored, so a slow upload holds no lock.
    """
    spooled = await intake.spool(stream, name, spec, blobs.incoming)
    try:
        verdict = await intake.judge(spooled.path, name, spec)
        await blobs.keep([spooled])
    finally:
        spooled.discard()
    row = document_row(
        spooled.blob, verdict.name, verdict.media_type, at, owner, state_on_arrival(scan)
    )
    stored = _add(session, row)
    if scan:
        await session.flush()
        await enqueue(session, **scan_job(row))
    return stored


def state_on_arrival(scan: bool) -> str:
    """The scan_state of a file that comes in, where there is a scanner (`scan`) and where not."""
    return "quarantine" if scan else "unscanned"


async def store_letter(
    session: AsyncSession, blobs: BlobStore, *, pdf: bytes, name: str, at: datetime, owner: Owner
) -> StoredFile:
    """Keep a letter the authority made; it is addressed by its content hash."""
    blob = await blobs.put(pdf, len(pdf))
    return _add(session, document_row(blob, name, "application/pdf", at, owner, "clean"))


async def store_photo(
    session: AsyncSession, blobs: BlobStore, photo: Photo, at: datetime, owner: Owner
) -> StoredFile:
    """Keep a photograph that `take_photo` developed: its pixels are ours, nothing else is in it."""
    blob = await blobs.put(photo.content, len(photo.content))
    return _add(session, document_row(blob, photo.name, "image/jpeg", at, owner, "clean"))


async def open_document(
    session: AsyncSession,
    blobs: BlobStore,
    id: str,
    *,
    person: str | None,
    organisations: Collection[str] = (),
) -> tuple[StoredFile, Path]:
    """The document and the path of its content, for its owner. Anyone else: 404, as if absent."""
    document = await session.get(Document, id)
    mine = document is not None and (
        (person is not None and document.owner_person == person)
        or (document.owner_organisation in organisations)
    )
    if document is None or not mine:
        raise document_error("document_not_found", 404)
    path = await content_path(session, blobs, document.sha256)
    return _stored(document), path


async def documents_of(
    session: AsyncSession, ids: Collection[str]
) -> dict[str, tuple[StoredFile, Owner]]:
    """The documents with these ids, with whose they are; the caller decides who may have them."""
    rows = await session.scalars(select(Document).where(Document.id.in_(ids)))
    return {
        row.id: (_stored(row), Owner(person=row.owner_person, organisation=row.owner_organisation))
        for row in rows
    }


async def content_path(session: AsyncSession, blobs: BlobStore, sha256: str) -> Path:
    """Where content lies, for a caller that has already decided its reader may see it.

    Raises DocumentError: quarantined (409), infected (410), document_not_found (404).
    """
    states = set(
        await session.scalars(select(Document.scan_state).where(Document.sha256 == sha256))
    )
    if not states or not blobs.exists(sha256):
        raise document_error("document_not_found", 404)
    if "infected" in states:
        raise document_error("infected", _BLOCKED["infected"])
    if "quarantine" in states and "clean" not in states:
        raise document_error("quarantined", _BLOCKED["quarantine"])
    return blobs.path(sha256)


async def scan_states(session: AsyncSession, hashes: Collection[str]) -> dict[str, str]:
    """The scan state of each content hash that is known, the worst first."""
    rows = await session.execute(
        select(Document.sha256, Document.scan_state).where(Document.sha256.in_(hashes))
    )
    order = ("infected", "clean", "quarantine", "unscanned")
    found: dict[str, str] = {}
    for sha256, state in rows:
        known = found.get(sha256, "unscanned")
        found[sha256] = min(known, state, key=order.index)
    return found


async def record_scan(session: AsyncSession, sha256: str, virus: str | None) -> None:
    """What the scanner said of a content: every document that holds it changes state."""
    state = "clean" if virus is None else "infected"
    await session.execute(
        update(Document).where(Document.sha256 == sha256).values(scan_state=state)
    )


async def receipt_pdf(filing: Filing) -> bytes:
    """The receipt (受付票) as PDF/UA."""
    return await html_to_pdf(receipt_html(filing))


async def filing_copy_pdf(filing: Filing) -> bytes:
    """The copy of the filing (申請書控え) as PDF/UA."""
    return await html_to_pdf(filing_html(filing))


def download_headers(name: str, media_type: str, *, inline: bool = False) -> Mapping[str, str]:
    """Headers under which a stranger's file is safe to hand out (RFC 6266, RFC 8187).

    Only PDF and images are ever shown inline; and under a policy that lets nothing run.
    """
    shown = inline and media_type in {"application/pdf", "image/png", "image/jpeg"}
    # Browsers' own PDF viewers do not start inside a sandbox; inspection let no script through.
    sandbox = "" if shown and media_type == "application/pdf" else "; sandbox"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in name)
    return {
        "Content-Type": media_type + ("; charset=utf-8" if media_type == "text/html" else ""),
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; "
        f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": f"default-src 'none'{sandbox}",
        "Cache-Control": "private, no-store",
    }


def document_row(
    blob: Blob, name: str, media_type: str, at: datetime, owner: Owner, state: str
) -> dict[str, Any]:
    """The row of a new document that holds a kept content; `state`: its scan_state."""
    return {
        "id": new_id(),
        "sha256": blob.sha256,
        "name": name,
        "size": blob.size,
        "type": media_type,
        "scan_state": state,
        "received_at": at,
        "owner_person": owner.person,
        "owner_organisation": owner.organisation,
    }


def scan_job(document: Mapping[str, Any]) -> dict[str, Any]:
    """The scan that a document (a row) waits for: arguments of `enqueue` and of `job_row`."""
    key = f"{SCAN_JOB}:{document['id']}"
    return {"name": SCAN_JOB, "payload": {"sha256": document["sha256"]}, "key": key}


def _add(session: AsyncSession, row: Mapping[str, Any]) -> StoredFile:
    document = Document(**row)
    session.add(document)
    return _stored(document)


def _stored(document: Document) -> StoredFile:
    return StoredFile(
        document.sha256,
        document.name,
        document.size,
        document.type,
        document.id,
        document.scan_state,
    )
