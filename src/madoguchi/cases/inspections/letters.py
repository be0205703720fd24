"""Letters of inspections (立入検査の通知書): numbered, worded and hashed at once, set as PDF later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections.models import Finding, Inspection, InspectionLetter, Inspector
from madoguchi.cases.inspections.programme import Programme
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.cases.letters import LANGUAGE, PREVIEW_NUMBER, Office
from madoguchi.cases.offices import office_named
from madoguchi.cases.registers.numbering import take_number
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import format_wareki
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import pick

PDF_JOB = "inspections.letter_pdf"
NOTICE, RESULT = "notice", "result"


@dataclass(frozen=True)
class Draft:
    """A letter before it is issued: which, of what inspection, about which findings.

    `present`: who was there at the visit.
    """

    inspection: Inspection
    programme: Programme
    key: str
    findings: Sequence[Finding] = ()
    present: str = ""


async def issue(session: AsyncSession, draft: Draft, at: datetime) -> InspectionLetter:
    """Number a letter, word it, hash it, enqueue its PDF. DocumentError 422: faulty template."""
    inspection, programme, key = draft.inspection, draft.programme, draft.key
    spec = programme.block.spec.letters[key]
    office, on = await office_named(session, inspection.agency_id), jst_date(at)
    number = await take_number(
        session,
        kind="letter",
        name=f"{programme.package.id}/inspections/{key}",
        template=spec.number,
        agency_id=inspection.agency_id,
        office=office.short,
        on=on,
    )
    html = await _worded(session, draft, office, number, on)
    title = {str(language): text for language, text in spec.title.items()}
    letter = InspectionLetter(
        id=new_id(),
        inspection_id=inspection.id,
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
    await enqueue(session, PDF_JOB, {"letter": letter.id}, key=f"{PDF_JOB}:{letter.id}")
    return letter


async def preview(session: AsyncSession, draft: Draft, on: date) -> str:
    """The letter as it would be issued on a day, without a number. DocumentError 422."""
    office = await office_named(session, draft.inspection.agency_id)
    return await _worded(session, draft, office, PREVIEW_NUMBER[LANGUAGE], on)


async def letters_of(session: AsyncSession, inspection_id: str) -> list[InspectionLetter]:
    """The letters of an inspection, in the order they were issued."""
    rows = await session.scalars(
        select(InspectionLetter)
        .where(InspectionLetter.inspection_id == inspection_id)
        .order_by(InspectionLetter.issued_at, InspectionLetter.id)
    )
    return list(rows)


async def letter_of(session: AsyncSession, inspection_id: str, letter_id: str) -> InspectionLetter:
    """One letter of an inspection. CaseError 404."""
    letter = await session.get(InspectionLetter, letter_id)
    if letter is None or letter.inspection_id != inspection_id:
        raise refusal("no-letter")
    return letter


async def press_letter(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind PDF_JOB. The typesetting comes before the first statement of the session,
    which on SQLite takes the only write lock.
    """
    letter_id = str(payload["letter"])
    async with context.database.reading() as reading:
        letter = await reading.get(InspectionLetter, letter_id)
        about = await reading.get(Inspection, letter.inspection_id) if letter else None
    if letter is None or about is None or letter.sha256 is not None or context.blobs is None:
        return
    pdf = await documents.html_to_pdf(letter.html)
    stored = await documents.store_letter(
        session,
        context.blobs,
        pdf=pdf,
        name=letter.name,
        at=letter.issued_at,
        owner=documents.Owner(person=about.person_id, organisation=about.organisation_id),
    )
    row = await session.get(InspectionLetter, letter_id)
    if row is not None and row.sha256 is None:
        row.sha256, row.size = stored.sha256, stored.size


async def inspectors_of(session: AsyncSession, inspection_id: str) -> list[Inspector]:
    """The inspectors of an inspection, the lead first."""
    rows = await session.scalars(
        select(Inspector)
        .where(Inspector.inspection_id == inspection_id, Inspector.active)
        .order_by(Inspector.lead.desc(), Inspector.name, Inspector.person_id)
    )
    return list(rows)


async def _context(
    session: AsyncSession, draft: Draft, office: Office, number: str, on: date
) -> dict[str, Any]:
    inspection, block = draft.inspection, draft.programme.block.spec
    day = inspection.visit_on
    return {
        "title": pick(dict(block.letters[draft.key].title), LANGUAGE),
        "applicant": await _holder(session, inspection),
        "agency": {"id": office.id, "name": office.name, "head": office.head},
        "number": number,
        "decided_on": on,
        "decided_on_wareki": format_wareki(on),
        "law": [{"act": law.act, "article": law.article} for law in block.law],
        "entry": {"number": inspection.number, "register": inspection.register},
        "inspection": {
            "title": pick(inspection.title, LANGUAGE),
            "visit_on": day,
            "visit_on_wareki": format_wareki(day) if day else "",
            "visit_time": inspection.visit_time,
            "site": {"name": "", "address": "", **inspection.site},
            "inspectors": [i.name for i in await inspectors_of(session, inspection.id)],
            "sections": [pick(dict(s.title), LANGUAGE) for s in block.checklist],
            "present": draft.present,
            "summary": inspection.summary,
        },
        "findings": [_finding(finding, draft.programme) for finding in draft.findings],
    }


def _finding(finding: Finding, programme: Programme) -> dict[str, Any]:
    severity = programme.block.spec.severities[finding.severity]
    return {
        "number": finding.number,
        "severity": pick(dict(severity.label), LANGUAGE),
        "text": finding.text,
        "law": finding.law,
        "report": severity.report,
        "due_on": finding.due_on,
        "due_on_wareki": format_wareki(finding.due_on) if finding.due_on else "",
    }


async def _holder(session: AsyncSession, inspection: Inspection) -> Mapping[str, Any]:
    if inspection.organisation_id is None:
        return {"name": inspection.holder_name}
    found = await identity.organisation(session, inspection.organisation_id)
    known = {**identity.corporation_value(found), "name": inspection.holder_name}
    return {name: value for name, value in known.items() if value not in (None, "")}


async def _worded(
    session: AsyncSession, draft: Draft, office: Office, number: str, on: date
) -> str:
    context = await _context(session, draft, office, number, on)
    files = draft.programme.package.files.items()
    others = {
        name.removeprefix("letters/"): text for name, text in files if name.startswith("letters/")
    }
    source = others[draft.programme.block.spec.letters[draft.key].template]
    return documents.render_letter(source, context, templates=others, language=LANGUAGE)
