"""What holds content of a case in other tables than its own (案件の周りの記録): erased with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CursorResult, Text, cast, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.models import BulkFiling, BulkRow
from madoguchi.cases.crosscase.models import FilingKey, MatchLine, MatchReport
from madoguchi.cases.desk.models import CaseNote
from madoguchi.cases.exports.models import FAILED, WAITING, Export
from madoguchi.cases.letters import PDF_JOB
from madoguchi.cases.models import Case, Draft, HeldInput, Letter
from madoguchi.cases.opinions.models import OpinionTask
from madoguchi.cases.registration.models import RegistrationCheck
from madoguchi.documents.models import Document
from madoguchi.kernel.jobs.models import DEAD, DONE, Job
from madoguchi.kernel.language import Text as Words
from madoguchi.messages.models import ConversationEntry, DevelopmentMail, Message
from madoguchi.messages.service import MAIL_JOB
from madoguchi.registry.models import FactRecord
from madoguchi.web.models import IdempotencyKey

GONE: Words = {"ja": "(消去しました)", "en": "(erased)"}
_ANEW: Words = {
    "ja": "書き出している間に、対象の案件の内容が消去されました。もう一度書き出してください。",
    "en": "Content of these cases was erased while the file was made. Ask for it again.",
}
_QUICK = {"synchronize_session": False}


@dataclass
class Beside:
    """What went: `counts` by kind, and `hashes` of contents nothing may need any more."""

    counts: dict[str, int] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)


async def erase_beside(
    session: AsyncSession, case: Case, drafts: Sequence[Draft], *, at_once: bool
) -> Beside:
    """Erase what other tables hold of a case.

    `at_once`: also what goes within a day by itself, answers to programs; finding them means
    reading all of that day, too much for each of thousands of cases whose period is over.
    """
    done = Beside()
    await _letters(session, case, done)
    await _said(session, case, done)
    await _desk(session, case, done)
    await _bulk(session, case, done)
    await _exports(session, case, done)
    party = case.organisation_id or case.filer_id
    for name, statement in {
        "facts": delete(FactRecord).where(
            FactRecord.party_id == party, FactRecord.source_key == f"case:{case.id}"
        ),
        "held": delete(HeldInput).where(HeldInput.draft_id.in_([draft.id for draft in drafts])),
        "keys": update(FilingKey).where(FilingKey.case_id == case.id).values(duplicate=""),
        "match_reports": delete(MatchReport).where(MatchReport.case_id == case.id),
        "match_lines": delete(MatchLine).where(MatchLine.case_id == case.id),
    }.items():
        done.counts[name] = await _count(session, statement)
    if at_once:
        ids = [case.id, *(draft.id for draft in drafts)]
        done.counts["answers"] = await _count(session, _answers(session, ids))
    return done


async def _letters(session: AsyncSession, case: Case, done: Beside) -> None:
    letters = list(await session.scalars(select(Letter).where(Letter.case_id == case.id)))
    for letter in letters:
        if letter.sha256 is not None:
            done.hashes.add(letter.sha256)
        letter.html, letter.content_hash = "", ""
        letter.sha256, letter.size = None, None
    done.counts["letters"] = len(letters)
    await _forget_jobs(session, PDF_JOB, [f"{PDF_JOB}:{letter.id}" for letter in letters])


async def _said(session: AsyncSession, case: Case, done: Beside) -> None:
    """Messages, the mails made of them, the conversation."""
    ids = list(await session.scalars(select(Message.id).where(Message.case_id == case.id)))
    done.counts["messages"] = len(ids)
    await session.execute(
        update(Message).where(Message.id.in_(ids)).values(subject=GONE, body=GONE),
        execution_options=_QUICK,
    )
    await session.execute(
        delete(DevelopmentMail).where(DevelopmentMail.message_id.in_(ids)),
        execution_options=_QUICK,
    )
    await _forget_jobs(session, MAIL_JOB, [f"{MAIL_JOB}:{id}" for id in ids])
    done.counts["conversation"] = await _count(
        session, delete(ConversationEntry).where(ConversationEntry.case_id == case.id)
    )


async def _desk(session: AsyncSession, case: Case, done: Beside) -> None:
    """What officials wrote, asked and compared."""
    done.counts["notes"] = await _count(
        session, delete(CaseNote).where(CaseNote.case_id == case.id)
    )
    done.counts["opinions"] = await _count(
        session,
        update(OpinionTask)
        .where(OpinionTask.case_id == case.id)
        .values(note="", form={}, answered_name=None, content_hash=None, withdrawn_because=None),
    )
    done.counts["checks"] = await _count(
        session, delete(RegistrationCheck).where(RegistrationCheck.case_id == case.id)
    )


async def _bulk(session: AsyncSession, case: Case, done: Beside) -> None:
    """Its row of a bulk filing, and the file it came in: what is not filed yet is in its rows."""
    rows = list(await session.scalars(select(BulkRow).where(BulkRow.case_id == case.id)))
    for row in rows:
        row.entered, row.files, row.attached, row.faults = {}, {}, {}, []
        row.client = row.key = row.organisation_name = ""
        row.content_hash = None
    done.counts["bulk_rows"] = len(rows)
    for id in {row.bulk_id for row in rows}:
        bulk = await session.get(BulkFiling, id)
        if bulk is not None and bulk.document_id is not None:
            sha256 = await session.scalar(
                select(Document.sha256).where(Document.id == bulk.document_id)
            )
            done.hashes |= {sha256} if sha256 else set()
            bulk.document_id, bulk.name = None, ""


async def _exports(session: AsyncSession, case: Case, done: Beside) -> None:
    """Files of lists that may hold it: those of its agencies or party, made since it arrived.

    They would go by themselves in a few days; whoever needs one asks for it anew.
    """
    agencies = {case.agency_id, case.via_agency_id, case.forward_to} - {None}
    listed = cast(Export.agencies, Text)
    exports = list(
        await session.scalars(
            select(Export).where(
                or_(Export.sha256.is_not(None), Export.state == WAITING),
                Export.created_at >= case.arrived_at,
                or_(
                    *(listed.contains(f'"{agency}"') for agency in sorted(map(str, agencies))),
                    Export.person_id == case.filer_id,
                    Export.organisation_id == case.organisation_id,
                ),
            )
        )
    )
    for export in exports:
        if export.sha256 is not None:
            done.hashes.add(export.sha256)
        if export.state == WAITING:  # it may be reading the case just now
            export.state, export.problem = FAILED, _ANEW
        export.sha256, export.size = None, None
    done.counts["exports"] = len(exports)


def _answers(session: AsyncSession, ids: Sequence[str]) -> Any:
    """Answers to programs that name the case or its drafts; they are kept for a day anyway."""
    if session.get_bind().dialect.name == "sqlite":
        named = [func.instr(IdempotencyKey.body, literal(id.encode())) > 0 for id in ids]
    else:
        named = [
            func.position(literal(id.encode()).op("IN")(IdempotencyKey.body)) > 0 for id in ids
        ]
    return delete(IdempotencyKey).where(or_(*named))


async def _forget_jobs(session: AsyncSession, name: str, keys: Sequence[str]) -> None:
    """Finished jobs: the fault one gave up with may tell what it worked on."""
    await session.execute(
        delete(Job).where(Job.name == name, Job.key.in_(keys), Job.state.in_((DONE, DEAD))),
        execution_options=_QUICK,
    )


async def _count(session: AsyncSession, statement: Any) -> int:
    result = await session.execute(statement, execution_options=_QUICK)
    return result.rowcount if isinstance(result, CursorResult) else 0
