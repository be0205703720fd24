"""What a receipt says (受付票の内容): enough to prove later what was filed, when and by whom."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.filing.answers import Answer, sections
from madoguchi.cases.filing.questions import Sheet
from madoguchi.cases.filing.submit import content_of
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.documents.service import Filing
from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import pick
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

FORMAT = "https://madoguchi.example/receipt/v1"


async def receipt_value(session: AsyncSession, case: Case) -> dict[str, Any]:
    """The receipt as JSON.

    `content` is exactly what `content_hash` is the SHA-256 of (canonical JSON); `journal` are the
    entries that carry it, with what a proof of inclusion in a log will need: leaf hash, commitment
    and its salt, never the office's own entries.
    """
    entries = await journal.entries(session, f"case:{case.id}", limit=1000)
    own = [e for e in entries if (e.payload or {}).get("side") == "applicant"]
    return {
        "format": FORMAT,
        "arrival_number": case.arrival_number,
        "arrived_at": plain(case.arrived_at),
        "case": case.id,
        "revision": case.revision,
        "title": case.title,
        "agency": case.agency_id,
        "content_hash": case.content_hash,
        "content": content_of(
            case.procedure_id, case.digest, case.data, case.attached, case.applicant
        ),
        "omitted": case.omitted,
        "journal": [
            {
                "id": entry.id,
                "subject": entry.subject,
                "seq": entry.seq,
                "at": plain(entry.at),
                "actor": entry.actor,
                "on_behalf_of": entry.on_behalf_of,
                "action": entry.action,
                "payload": entry.payload,
                "salt": entry.salt,
                "payload_commitment": entry.payload_commitment,
                "leaf_hash": entry.leaf_hash,
            }
            for entry in own
        ],
    }


async def as_filing(session: AsyncSession, case: Case, language: str, address: str) -> Filing:
    """The filing as its PDF receipt and copy show it."""
    package = await procedures.package(session, case.digest)
    judged = await judge_case(session, case, package, jst_date(case.arrived_at))
    agency = await identity.agency(session, case.agency_id)
    sheet = Sheet(package, judged.verdict, case.data, case.attached, language, judged=False)
    return Filing(
        title=pick(case.title, language),
        arrival_number=case.arrival_number,
        arrived_at=case.arrived_at,
        applicant=case.organisation_name or case.filer_name,
        agency=pick(agency.name, language),
        content_hash=case.content_hash,
        sections=[
            (
                pick(section.page.title, language),
                [row for answer in section.answers for row in _rows(answer, language)],
            )
            for section in sections(sheet, answered_only=True)
        ],
        attachments=[
            (_label(package, key, language), str(file["name"]), str(file["sha256"]))
            for key, files in case.attached.items()
            for file in files
        ],
        agent=case.agent_name,
        verification_url=f"{address}/cases/{case.id}/receipt",
        language=language,
    )


def _rows(answer: Answer, language: str) -> list[tuple[str, str]]:
    label = pick(answer.label, language)
    if answer.kind == "parts":
        return [
            (f"{label} {pick(part.label, language)}", part.text)
            for part in answer.parts
            if part.text
        ]
    if answer.kind == "table":
        return [
            (f"{label} {number}", _line(answer, row, language))
            for number, row in enumerate(answer.rows, 1)
        ]
    if answer.kind == "files":
        return [(label, "\n".join(str(file["name"]) for file in answer.files))]
    return [(label, answer.text)]


def _line(answer: Answer, row: Any, language: str) -> str:
    return "\n".join(
        f"{pick(column['label'], language)}: {row[column['key']]}"
        for column in answer.columns
        if row[column["key"]]
    )


def _label(package: Package, key: str, language: str) -> str:
    attachment = package.attachments.get(key)
    if attachment is not None:
        return pick(dict(attachment.spec.label), language)
    field = package.field_at(key)
    return pick(field.label, language) if field is not None else key
