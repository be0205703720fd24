"""Deciding on an erasure (廃棄・消去の決定): hold, propose, and a second person's word.

公文書等の管理に関する法律第8条: a record whose period is over is disposed of by decision, never by time alone.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import still_there
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.models import Case
from madoguchi.cases.retention.access import case_for_records, erasure_for
from madoguchi.cases.retention.models import (
    DROPPED,
    HELD,
    LISTED,
    MISTAKE,
    OPEN,
    PROPOSED,
    REQUEST,
    RETENTION,
    Erasure,
)
from madoguchi.cases.retention.rules import APPROVE, HOLD, PROPOSE, REJECT, RELEASE, next_state
from madoguchi.cases.retention.telling import record
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import enqueue

ERASE_JOB = "retention.erase"
LONGEST = 1000


@dataclass(frozen=True)
class Why:
    """Why something is erased or held, and by what law: the journal keeps both for ever."""

    reason: str
    basis: str


async def propose(session: AsyncSession, actor: Actor, clock: Clock, id: str, why: Why) -> Erasure:
    """Propose to erase a case of the disposal list; the caller commits. CaseError 403 to 422."""
    row, case = await erasure_for(session, actor, id, lock=True)
    _move(row, PROPOSE)
    _whole(why, basis_needed=True)
    _ended(row, case)
    row.reason, row.basis = why.reason.strip(), why.basis.strip()
    row.proposed_by, row.proposed_at = actor.id, clock()
    row.decided_by, row.decided_at = None, None
    await record(session, row, "erasure_proposed", actor.id, clock())
    return row


async def propose_for_case(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    case_id: str,
    ground: str,
    why: Why,
    file: str | None = None,
) -> Erasure:
    """Propose to erase a case, or one file of it, before its period is over; the caller commits.

    `ground`: request (個人情報保護法の利用停止・消去の請求) or mistake. A whole case must have ended.
    CaseError 403, 404, 409, 410, 422.
    """
    case = await case_for_records(session, actor, case_id, lock=True)
    at = clock()
    if ground not in (REQUEST, MISTAKE):
        raise _invalid("/ground", "消去する理由の区分を選んでください。", "Choose the ground.")
    _whole(why, basis_needed=True)
    files = {str(file.get("id")) for kept in case.attached.values() for file in kept}
    if file and file not in files:
        raise _invalid("/file", "消去するファイルを選んでください。", "Choose the file to erase.")
    row = Erasure(
        id=new_id(),
        case_id=case.id,
        agency_id=case.agency_id,
        ground=ground,
        file=file or None,
        state=PROPOSED,
        reason=why.reason.strip(),
        basis=why.basis.strip(),
        listed_at=at,
        proposed_by=actor.id,
        proposed_at=at,
    )
    _ended(row, case)
    return await _begin(session, row, "erasure_proposed", actor, at)


async def hold(
    session: AsyncSession, actor: Actor, clock: Clock, id: str, until: date | None, why: Why
) -> Erasure:
    """Keep a case longer (延長, 公文書管理法施行令第9条), until a day or for the time being.

    One person may do this: it forgets nothing. CaseError 403, 404, 409, 422.
    """
    row, _ = await erasure_for(session, actor, id, lock=True)
    _whole(why, basis_needed=False)
    _ahead(until, jst_date(clock()))
    _move(row, HOLD)
    row.reason, row.basis, row.hold_until = why.reason.strip(), why.basis.strip(), until
    await record(session, row, "held", actor.id, clock())
    return row


async def hold_case(
    session: AsyncSession, actor: Actor, clock: Clock, case_id: str, until: date | None, why: Why
) -> Erasure:
    """Keep a case that is on no list: nothing of it can be erased meanwhile. As `hold`."""
    case = await case_for_records(session, actor, case_id, lock=True)
    at = clock()
    _whole(why, basis_needed=False)
    _ahead(until, jst_date(at))
    still_there(case)
    return await _begin(
        session,
        Erasure(
            id=new_id(),
            case_id=case.id,
            agency_id=case.agency_id,
            ground=RETENTION,
            state=HELD,
            hold_until=until,
            reason=why.reason.strip(),
            basis=why.basis.strip(),
            listed_at=at,
        ),
        "held",
        actor,
        at,
    )


async def release(session: AsyncSession, actor: Actor, clock: Clock, id: str) -> Erasure:
    """End a hold: back on the list, or off it when the case's period is not over."""
    row, _ = await erasure_for(session, actor, id, lock=True)
    _move(row, RELEASE)
    row.hold_until = None
    if row.kept_until is None:
        row.state = DROPPED
    await record(session, row, "released", actor.id, clock())
    return row


async def decide(
    session: AsyncSession, actor: Actor, clock: Clock, id: str, *, approve: bool
) -> Erasure:
    """Say yes or no to what somebody else proposed; a yes is carried out by a job.

    The proposer may take it back. The caller commits. CaseError 403, 404, 409.
    """
    row, case = await erasure_for(session, actor, id, lock=True)
    if approve and row.proposed_by == actor.id:
        raise case_error(
            "second_person",
            409,
            "起案した人は決裁できません。ほかの文書管理者が確かめて決裁してください。",
            "Who proposed cannot decide: another records manager must look at it.",
        )
    _move(row, APPROVE if approve else REJECT)
    at = clock()
    if approve:
        _ended(row, case)
        row.decided_by, row.decided_at = actor.id, at
        await enqueue(session, ERASE_JOB, {"erasure": row.id}, key=row.id)
    else:
        row.proposed_by, row.proposed_at = None, None
    await record(session, row, "erasure_approved" if approve else "erasure_rejected", actor.id, at)
    return row


async def open_erasure(session: AsyncSession, case_id: str) -> Erasure | None:
    """What is under way for a case."""
    found: Erasure | None = await session.scalar(
        select(Erasure).where(
            Erasure.case_id == case_id,
            Erasure.state.in_(OPEN),
        )
    )
    return found


async def _begin(
    session: AsyncSession, row: Erasure, action: str, actor: Actor, at: datetime
) -> Erasure:
    listed = await open_erasure(session, row.case_id)
    if listed is not None and listed.state == LISTED:
        # What waits on the list only for its age gives way to a request.
        listed.state = DROPPED
        await session.flush()
        row.kept_until = listed.kept_until
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise _under_way() from None
    await record(session, row, action, actor.id, at)
    return row


def _ended(row: Erasure, case: Case) -> None:
    """What was listed for its age may have been taken up again since."""
    still_there(case)
    if row.file is None and case.stage != "done":
        raise case_error(
            "case_not_ended",
            409,
            "この案件は、まだ終わっていないか、再び動いています。終わってから消去してください。",
            "This case has not ended, or was taken up again. Let it end first.",
        )


def _move(row: Erasure, move: str) -> None:
    state = next_state(row.state, move, row.ground)
    if state is None:
        raise case_error(
            "not_now",
            409,
            "いまの状態では、この操作はできません。画面を開き直して状態を確かめてください。",
            "This cannot be done in the present state. Load the page again.",
        )
    row.state = state


def _under_way() -> CaseError:
    return case_error(
        "erasure_under_way",
        409,
        "この案件は、すでに延長中か、消去の手続の途中です。廃棄予定の一覧で状態を確かめてください。",
        "This case is held, or its erasure is under way. See the disposal list.",
    )


def _whole(why: Why, *, basis_needed: bool) -> None:
    if not why.reason.strip():
        raise _invalid("/reason", "理由を入力してください。", "Say why.")
    if basis_needed and not why.basis.strip():
        raise _invalid("/basis", "根拠を入力してください。", "Name the legal basis.")
    for name, text in (("/reason", why.reason), ("/basis", why.basis)):
        if len(text) > LONGEST:
            raise _invalid(
                name,
                f"{LONGEST}文字までで入力してください。",
                f"Please write at most {LONGEST} characters.",
            )


def _ahead(until: date | None, today: date) -> None:
    if until is not None and until < today:
        raise _invalid(
            "/until", "今日以降の日を入力してください。", "Enter a day that is not over."
        )


def _invalid(pointer: str, ja: str, en: str) -> CaseError:
    return CaseError("invalid", 422, {"ja": ja, "en": en}, pointers=(pointer,))
