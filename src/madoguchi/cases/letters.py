"""Letters (通知書): numbered, worded and hashed when decided, set as PDF afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.models import Case, Letter
from madoguchi.cases.registers.numbering import take_number
from madoguchi.documents import service as documents
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import format_wareki
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import pick
from madoguchi.procedures.service import Evaluation, Field, Package, show

PDF_JOB = "cases.letter_pdf"
LANGUAGE = "ja"  # the official text; translations are explanations, not letters
PREVIEW_NUMBER = {"ja": "(決裁のときに付きます)", "en": "(given on approval)"}


@dataclass(frozen=True)
class Office:
    """The agency as letters and numbers name it: full name, head, and the short name in numbers."""

    id: str
    name: str
    head: str
    short: str


def letter_context(
    case: Case,
    package: Package,
    verdict: Evaluation,
    office: Office,
    *,
    key: str,
    number: str,
    decided_on: date,
    register_number: str | None,
) -> dict[str, Any]:
    """What the template of a letter sees; every field is there, "" when it was not answered."""
    return {
        "title": pick(dict(package.spec.letters[key].title), LANGUAGE),
        "case": {
            "arrival_number": case.arrival_number,
            "arrived_on": jst_date(case.arrived_at),
            "title": pick(case.title, LANGUAGE),
            "agency": case.agency_id,
        },
        "values": {name: _value(f, verdict.values.get(name)) for name, f in package.fields.items()},
        "text": {name: _text(f, verdict.values.get(name)) for name, f in package.fields.items()},
        "applicant": {**case.applicant, "name": case.organisation_name or case.filer_name},
        "agency": {"id": office.id, "name": office.name, "head": office.head},
        "decision": _decision(case, package),
        "number": number,
        "register_number": register_number or "",
        "decided_on": decided_on,
        "decided_on_wareki": format_wareki(decided_on),
        "law": [{"act": law.act, "article": law.article} for law in package.spec.law],
        "content_hash": case.content_hash,
    }


async def issue(
    session: AsyncSession,
    case: Case,
    package: Package,
    verdict: Evaluation,
    office: Office,
    key: str,
    at: datetime,
    *,
    register_number: str | None = None,
) -> Letter:
    """Number a letter, word it, hash it, enqueue its PDF. DocumentError 422: faulty template."""
    spec = package.spec.letters[key]
    decided_on = jst_date(at)
    number = await take_number(
        session,
        kind="letter",
        name=f"{package.id}/{key}",
        template=spec.number,
        agency_id=case.agency_id,
        office=office.short,
        on=decided_on,
    )
    context = letter_context(
        case,
        package,
        verdict,
        office,
        key=key,
        number=number,
        decided_on=decided_on,
        register_number=register_number,
    )
    html = worded(package, key, context)
    letter = _letter(case, key, {str(k): v for k, v in spec.title.items()}, number, html, at)
    session.add(letter)
    await session.flush()
    await enqueue(session, PDF_JOB, {"letter": letter.id}, key=f"{PDF_JOB}:{letter.id}")
    return letter


def _letter(
    case: Case, key: str, title: dict[str, str], number: str, html: str, at: datetime
) -> Letter:
    return Letter(
        id=new_id(),
        case_id=case.id,
        key=key,
        title=title,
        number=number,
        name=f"{pick(title, LANGUAGE)}.pdf"[:200],
        html=html,
        content_hash=f"sha256:{sha256_hex(html.encode())}",
        sha256=None,
        size=None,
        issued_at=at,
        read_at=None,
    )


async def preview(
    case: Case, package: Package, verdict: Evaluation, office: Office, key: str, on: date
) -> str:
    """The letter as it would be issued on a day, without a number. DocumentError 422."""
    context = letter_context(
        case,
        package,
        verdict,
        office,
        key=key,
        number=PREVIEW_NUMBER[LANGUAGE],
        decided_on=on,
        register_number=PREVIEW_NUMBER[LANGUAGE],
    )
    return worded(package, key, context)


def worded(package: Package, key: str, context: Mapping[str, Any]) -> str:
    """The HTML of a letter. DocumentError 422 letter_failed for a faulty template."""
    source = package.files[f"letters/{package.spec.letters[key].template}"]
    others = {
        name.removeprefix("letters/"): text
        for name, text in package.files.items()
        if name.startswith("letters/")
    }
    return documents.render_letter(source, context, templates=others, language=LANGUAGE)


async def press_letter(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind PDF_JOB: the same HTML gives the same PDF, so running it again is harmless.

    Typesetting takes seconds: it is done before the session's first statement, which on SQLite
    takes the only write lock.
    """
    letter_id = str(payload["letter"])
    async with context.database.reading() as reading:
        letter = await reading.get(Letter, letter_id)
        case = await reading.get(Case, letter.case_id) if letter is not None else None
    if letter is None or case is None or letter.sha256 is not None or context.blobs is None:
        return
    if not letter.html:  # erased before it was set
        return
    pdf = await documents.html_to_pdf(letter.html)
    row = await session.get(Letter, letter_id, with_for_update=True)
    if row is None or row.sha256 is not None or row.html != letter.html:
        return  # set by another, or erased meanwhile: nothing of it must come back
    stored = await documents.store_letter(
        session,
        context.blobs,
        pdf=pdf,
        name=letter.name,
        at=letter.issued_at,
        owner=documents.Owner(
            person=None if case.organisation_id else case.filer_id,
            organisation=case.organisation_id,
        ),
    )
    row.sha256, row.size = stored.sha256, stored.size


async def letters_of(session: AsyncSession, case_id: str) -> list[Letter]:
    """The letters of a case, in the order they were issued."""
    query = select(Letter).where(Letter.case_id == case_id).order_by(Letter.issued_at, Letter.id)
    return list(await session.scalars(query))


async def letter_of(session: AsyncSession, case_id: str, letter_id: str) -> Letter:
    """One letter of a case. CaseError 404."""
    letter = await session.get(Letter, letter_id)
    if letter is None or letter.case_id != case_id:
        raise case_error("no-letter", 404, "この通知書はありません。", "There is no such letter.")
    return letter


def _decision(case: Case, package: Package) -> dict[str, object]:
    """What officials decided, with every field any of their forms has (None when not given)."""
    names = {name for action in package.machine.actions.values() for name in action.form}
    return {**dict.fromkeys(names), **case.decision}


def _text(field: Field, value: object) -> object:
    if field.type == "table":
        rows = value if isinstance(value, list) else []
        return [
            {name: _text(column, row.get(name)) for name, column in field.columns.items()}
            for row in rows
        ]
    return show(field, value, LANGUAGE)


def _value(field: Field, value: object) -> object:
    if field.type == "table":
        rows = value if isinstance(value, list) else []
        return [{**dict.fromkeys(field.columns), **row} for row in rows]
    if field.parts:
        given = value if isinstance(value, Mapping) else {}
        return {**dict.fromkeys(field.parts), **given}
    return value
