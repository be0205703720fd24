"""Officials' use cases: look a case's party up, accept what was found; asking again by itself."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import still_there
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.models import Case
from madoguchi.cases.registration.models import RegistrationCheck
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import is_corporate_number, normalise_line
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.language import pick
from madoguchi.messages import service as messages
from madoguchi.procedures import service as procedures
from madoguchi.registry.comparing import compare
from madoguchi.registry.consulting import Consulted, Why, look

RETRY_JOB = "registration.retry"
WAITING = ("unavailable", "under_change")
PAUSES = {"unavailable": timedelta(minutes=10), "under_change": timedelta(days=1)}
MOST_ATTEMPTS = 40
LONGEST_NOTE = 500


def number_of(case: Case) -> str | None:
    """The corporate number of the party as it filed; None for people and those without one."""
    number = str(case.applicant.get("number") or "")
    return number if is_corporate_number(number) else None


async def check(
    database: Database, actor: Actor, clock: Clock, case_id: str, *, fresh: bool = False
) -> RegistrationCheck:
    """Ask the registry about the party of a case and keep what came of it; commits.

    CaseError 404, 409 no_corporate_number.
    """
    async with database.reading() as session:
        case = still_there(await case_at_desk(session, actor, case_id))
        package = await procedures.package(session, case.digest)
    number = number_of(case)
    if number is None:
        raise case_error(
            "no_corporate_number",
            409,
            "法人番号のない申請者は照会できません。証明書の提出を求めてください。",
            "A party without corporate number cannot be looked up. Ask for the certificate.",
        )
    law = package.spec.law[0] if package.spec.law else None
    basis = f"{law.act}{law.article}" if law else ""
    why = Why(f"{pick(case.title, 'ja')} {case.arrival_number}", basis, actor.id, case.id)
    found = await look(database, number, why, clock, fresh=fresh)
    async with database.session() as session:
        row = RegistrationCheck(
            id=new_id(),
            case_id=case.id,
            corporate_number=number,
            asked_by=actor.id,
            asked_at=clock(),
            attempts=1,
            outcome=found.outcome,
            compared=[],
            summary={},
            retrieved_at=found.at,
        )
        session.add(row)
        await session.flush()
        await _take_over(session, row, case, found, clock())
        await _journal(session, row, "registration_checked", actor.id, clock())
        await session.commit()
    return row


async def accept(
    session: AsyncSession, actor: Actor, clock: Clock, case_id: str, check_id: str, note: str
) -> RegistrationCheck:
    """Accept what was found; with a note where something differs. The caller commits.

    CaseError 404, 409 nothing_to_accept, 422 note_needed. Accepting again changes nothing.
    """
    await case_at_desk(session, actor, case_id)
    row = await session.get(RegistrationCheck, check_id, with_for_update=True)
    if row is None or row.case_id != case_id:
        raise not_found()
    if row.accepted_at is not None:
        return row
    if row.outcome != "found":
        raise case_error(
            "nothing_to_accept",
            409,
            "まだ照合できていません。",
            "There is nothing to accept yet.",
        )
    text = normalise_line(note)
    if len(text) > LONGEST_NOTE or (needs_note(row) and not text):
        raise case_error(
            "note_needed",
            422,
            "違いがあるので、確かめた内容を1～500文字で書いてください。",
            "Something differs: write what you made sure of, 1 to 500 characters.",
        )
    row.accepted_by, row.accepted_at, row.note = actor.id, clock(), text or None
    await _journal(session, row, "registration_accepted", actor.id, clock())
    return row


async def latest_check(
    session: AsyncSession, actor: Actor, case_id: str
) -> tuple[Case, RegistrationCheck | None]:
    """The case and the last check of it. CaseError 404."""
    case = still_there(await case_at_desk(session, actor, case_id))
    query = select(RegistrationCheck).where(RegistrationCheck.case_id == case_id)
    row = await session.scalar(query.order_by(RegistrationCheck.id.desc()).limit(1))
    return case, row


def needs_note(row: RegistrationCheck) -> bool:
    """Whether something differs or the company is no longer what it was."""
    return row.summary.get("status") != "active" or not all(item["same"] for item in row.compared)


async def retry(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job behind RETRY_JOB: {check}. The network comes before the session's first statement."""
    async with context.database.reading() as reading:
        row = await reading.get(RegistrationCheck, str(payload["check"]))
        case = await reading.get(Case, row.case_id) if row is not None else None
    if row is None or case is None or row.outcome not in WAITING:
        return
    why = Why("再照会", case.arrival_number, row.asked_by, case.id)
    found = await look(context.database, row.corporate_number, why, context.clock, fresh=True)
    again = await session.get(RegistrationCheck, row.id, with_for_update=True)
    if again is None or again.outcome not in WAITING:
        return
    again.attempts += 1
    await _take_over(session, again, case, found, context.clock())
    if again.outcome in WAITING:
        return
    await _journal(session, again, "registration_checked", "system", context.clock())
    await messages.notify(
        session,
        to=messages.Recipient(person=again.asked_by),
        subject={
            "ja": "登記情報を照会できました（{number}）",
            "en": "The registry has answered ({number})",
        },
        body={
            "ja": "待っていた登記情報の照会に答えがありました。照合の結果を確かめてください。",
            "en": "The registry has answered the question that waited. Please see the result.",
        },
        values={"number": case.arrival_number},
        at=context.clock(),
        dedupe_key=f"registration:{again.id}",
        link=f"/desk/cases/{case.id}/registration",
        case_id=case.id,
    )


async def _take_over(
    session: AsyncSession, row: RegistrationCheck, case: Case, found: Consulted, at: datetime
) -> None:
    row.outcome, row.retrieved_at, row.next_at = found.outcome, found.at, None
    if found.corporation is not None:
        record = found.corporation
        row.compared = [asdict(item) for item in compare(filed_of(case), record)]
        row.summary = {
            name: record.get(name)
            for name in ("status", "successor", "established_on", "simulated")
        }
    if row.outcome in WAITING and row.attempts < MOST_ATTEMPTS:
        row.next_at = at + PAUSES[row.outcome]
        await enqueue(session, RETRY_JOB, {"check": row.id}, run_at=row.next_at)


def filed_of(case: Case) -> dict[str, Any]:
    """The party as it filed, as a value of the type `corporation`."""
    address = case.applicant.get("address")
    if isinstance(address, dict):
        parts = ("prefecture", "city", "street", "building")
        address = "".join(str(address.get(part) or "") for part in parts)
    return {**case.applicant, "address": address}


async def _journal(
    session: AsyncSession, row: RegistrationCheck, action: str, actor: str, at: datetime
) -> None:
    await journal.append(
        session,
        subject=f"case:{row.case_id}",
        action=action,
        actor=actor,
        at=at,
        payload={
            "outcome": row.outcome,
            "differs": [item["item"] for item in row.compared if not item["same"]],
            "note": row.note,
        },
    )
