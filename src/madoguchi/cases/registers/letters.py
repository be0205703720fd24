"""Letters to holders of registrations (登録者への通知書), numbered and worded like those of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.letters import LANGUAGE, worded
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.offices import office_named
from madoguchi.cases.registers.models import EntryLetter
from madoguchi.cases.registers.numbering import take_number
from madoguchi.cases.registers.values import shown
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor, may_receive_for, roles_at
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import format_wareki
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import pick
from madoguchi.procedures.package.shapes import LetterSpec
from madoguchi.procedures.service import Package

PDF_JOB = "registers.letter_pdf"


@dataclass(frozen=True)
class About:
    """What a letter is about: "obligation:ID" or "act:ID", the entry, and what its text may name."""

    subject: str
    entry: RegisterEntry
    names: Mapping[str, Any]


async def issue(
    session: AsyncSession,
    about: About,
    package: Package,
    key: str,
    at: datetime,
    standard: LetterSpec | None = None,
) -> EntryLetter:
    """Number a letter, word it, hash it, enqueue its PDF. DocumentError 422: faulty template.

    `standard`: a letter of ours that the package does not write; its template is text.
    """
    spec, entry, on = standard or package.spec.letters[key], about.entry, jst_date(at)
    office = await office_named(session, entry.agency_id)
    number = await take_number(
        session,
        kind="letter",
        name=f"{package.id}/{key}",
        template=spec.number,
        agency_id=entry.agency_id,
        office=office.short,
        on=on,
    )
    title = {str(language): text for language, text in spec.title.items()}
    context = {
        "title": pick(title, LANGUAGE),
        "applicant": {"name": entry.organisation_name},
        "agency": {"id": office.id, "name": office.name, "head": office.head},
        "number": number,
        "decided_on": on,
        "decided_on_wareki": format_wareki(on),
        "law": [{"act": law.act, "article": law.article} for law in package.spec.law],
        "entry": {"number": entry.number, "register": entry.register},
        "text": {name: shown(value, LANGUAGE) for name, value in entry.columns.items()},
        **about.names,
    }
    if standard is not None:
        html = documents.render_letter(standard.template, context, language=LANGUAGE)
    else:
        html = worded(package, key, context)
    letter = EntryLetter(
        id=new_id(),
        subject=about.subject,
        entry_id=entry.entry_id,
        agency_id=entry.agency_id,
        organisation_id=entry.organisation_id,
        key=key,
        title=title,
        number=number,
        name=f"{pick(title, LANGUAGE)}.pdf"[:200],
        html=html,
        content_hash=f"sha256:{sha256_hex(html.encode())}",
        issued_at=at,
    )
    session.add(letter)
    await session.flush()
    await enqueue(session, PDF_JOB, {"letter": letter.id}, key=letter.id)
    return letter


async def letters_about(session: AsyncSession, subject: str) -> list[EntryLetter]:
    """The letters about one duty or act, in the order they were issued."""
    query = select(EntryLetter).where(EntryLetter.subject == subject)
    return list(await session.scalars(query.order_by(EntryLetter.issued_at, EntryLetter.id)))


async def letters_of_entry(session: AsyncSession, entry_id: str) -> list[EntryLetter]:
    """Every letter about an entry, newest first."""
    query = select(EntryLetter).where(EntryLetter.entry_id == entry_id)
    return list(
        await session.scalars(query.order_by(EntryLetter.issued_at.desc(), EntryLetter.id.desc()))
    )


async def letter_for(session: AsyncSession, actor: Actor, letter_id: str) -> EntryLetter:
    """A letter for its addressee and for officials of its agency. CaseError 404 for others."""
    letter = await session.get(EntryLetter, letter_id) if is_id(letter_id) else None
    if letter is None or not _may_read(actor, letter):
        raise not_found()
    return letter


def _may_read(actor: Actor, letter: EntryLetter) -> bool:
    if actor.kind == "official" and roles_at(actor, letter.agency_id):
        return True
    # An agent's mandate may be limited to procedures; letters about duties are not among them.
    return letter.organisation_id is not None and may_receive_for(actor, letter.organisation_id, "")


async def press_letter(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind PDF_JOB. The typesetting comes before the first statement of the session,
    which on SQLite takes the only write lock.
    """
    letter_id = str(payload["letter"])
    async with context.database.reading() as reading:
        letter = await reading.get(EntryLetter, letter_id)
    if letter is None or letter.sha256 is not None or context.blobs is None:
        return
    pdf = await documents.html_to_pdf(letter.html)
    owner = documents.Owner(organisation=letter.organisation_id)
    stored = await documents.store_letter(
        session, context.blobs, pdf=pdf, name=letter.name, at=letter.issued_at, owner=owner
    )
    row = await session.get(EntryLetter, letter_id)
    if row is not None and row.sha256 is None:
        row.sha256, row.size = stored.sha256, stored.size
