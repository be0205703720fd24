"""What a receipt says (受付票の内容): enough to prove later what was filed, when and by whom."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import still_there
from madoguchi.cases.answers import Answer, Cell
from madoguchi.cases.filing.answers import sections
from madoguchi.cases.filing.arriving import content_of
from madoguchi.cases.filing.questions import Sheet
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.documents.service import Filing
from madoguchi.identity import service as identity
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import pick
from madoguchi.kernel.transparency import Log
from madoguchi.kernel.transparency.proving import prove
from madoguchi.kernel.transparency.receipts import sealed
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package

FORMAT = "https://madoguchi.example/receipt/v1"


async def receipt_value(session: AsyncSession, case: Case, log: Log) -> dict[str, Any]:
    """The receipt as JSON, signed by the log.

    `content` is exactly what `content_hash` is the SHA-256 of (canonical JSON); `journal` are the
    entries that carry it, never the office's own; `log` proves that they are in the transparency
    log (null for the second or two before they are). Of a case whose content was erased, `content`
    is null and the entries have no payload: they still prove when what was filed, with the receipt
    of then; `erased` says what the journal says of the erasure.
    """
    entries = await journal.entries(session, f"case:{case.id}", limit=1000)
    own = [entry for entry in entries if _of_applicant(entry, case)]
    erasures = [entry for entry in entries if entry.action == journal.ERASED]
    own += erasures
    whole = not erasures
    receipt = {
        "format": FORMAT,
        "arrival_number": case.arrival_number,
        "arrived_at": plain(case.arrived_at),
        "case": case.id,
        "revision": case.revision,
        "title": case.title,
        "agency": case.agency_id,
        "content_hash": case.content_hash if whole else None,
        "content": content_of(
            case.procedure_id, case.digest, case.data, case.attached, case.applicant
        )
        if whole
        else None,
        **({} if whole else {"erased": [entry.payload for entry in erasures]}),
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
    proofs = await prove(session, log, [entry.id for entry in own])
    return sealed(plain(receipt), log, proofs)


def _of_applicant(entry: journal.Entry, case: Case) -> bool:
    """Whether an entry tells of an act of the applicant's side; of an erased one, by its actor."""
    if entry.payload is not None:
        return entry.payload.get("side") == "applicant"
    ours = case.organisation_id is not None and entry.on_behalf_of == case.organisation_id
    return entry.actor == case.filer_id or ours


ROWS_PRINTED = 300  # of a table: the rest is in the file of the table, and in the content hash
_REST = {
    "ja": "ほかに{rest}行あります。すべての行は、案件の画面から受け取れるファイルに入っています。",
    "en": "There are {rest} more rows. The file on the page of the filing holds them all.",
}


async def as_filing(session: AsyncSession, case: Case, language: str, address: str) -> Filing:
    """The filing as its PDF receipt and copy show it. CaseError 410 when it was erased."""
    still_there(case)
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
            for section in sections(sheet, answered_only=True, most_rows=ROWS_PRINTED)
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
        printed = [
            (f"{label} {number}", _line(row, language)) for number, row in enumerate(answer.rows, 1)
        ]
        rest = answer.count - len(answer.rows)
        return [*printed, (label, _REST[language].format(rest=f"{rest:,}"))] if rest else printed
    if answer.kind == "files":
        return [(label, "\n".join(str(file["name"]) for file in answer.files))]
    return [(label, answer.text)]


def _line(row: Sequence[Cell], language: str) -> str:
    return "\n".join(
        f"{pick(cell.column.label, language)}: {cell.text}" for cell in row if cell.text
    )


def _label(package: Package, key: str, language: str) -> str:
    attachment = package.attachments.get(key)
    if attachment is not None:
        return pick(dict(attachment.spec.label), language)
    field = package.field_at(key)
    return pick(field.label, language) if field is not None else key
