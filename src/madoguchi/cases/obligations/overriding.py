"""Moving deadlines and excusing (期限の変更・免除): by officials, with a reason, for all to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import CaseError, case_error, not_found
from madoguchi.cases.obligations.deadlines import narrowest
from madoguchi.cases.obligations.duties import duty_called, period_called
from madoguchi.cases.obligations.models import EXCUSED, OPEN, DeadlineOverride, Obligation
from madoguchi.cases.obligations.rules import Deadline
from madoguchi.identity.service import Actor, covers, may, shipped_agencies
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import new_id

DECIDERS = ("approver", "manager")
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Move:
    """A deadline to be moved: of a duty and period, for an entry, an office, or everyone."""

    duty: str
    period: str
    due_on: date
    reason: str
    agency_id: str | None = None
    entry_id: str | None = None


async def deadlines_of(session: AsyncSession, duty: str, period: str) -> Deadline:
    """How officials moved the last day of a duty in a period."""
    overrides = await _overrides(session, duty, period)

    def deadline(agency_id: str, entry_id: str, day: date) -> date:
        return narrowest(overrides, agency_id, entry_id, day, above) if overrides else day

    return deadline


def above(agency_id: str) -> list[str]:
    """An office and those above it, nearest first."""
    agencies, chain = shipped_agencies(), [agency_id]
    while (record := agencies.get(chain[-1])) is not None and record.parent:
        chain.append(record.parent)
    return chain


async def move_deadline(
    session: AsyncSession, actor: Actor, move: Move, clock: Clock
) -> DeadlineOverride:
    """Move the last day of open duties, and of those made later. The caller commits.

    CaseError 403 without the right there, 404 (no such duty or entry), 422 (no reason, no period).
    """
    at = clock()
    duty, _ = await duty_called(session, move.duty, jst_date(at))
    period_called(duty, move.period)
    reason = reasoned(move.reason)
    place = await _place(session, move)
    everywhere = place is None and duty.spec.ministry
    if not _may_decide(actor, place if place is not None else everywhere or None):
        raise not_allowed()
    override = DeadlineOverride(
        id=new_id(),
        duty=duty.id,
        period=move.period,
        agency_id=None if move.entry_id else move.agency_id,
        entry_id=move.entry_id,
        due_on=move.due_on,
        reason=reason,
        set_by=actor.id,
        set_at=at,
    )
    session.add(override)
    await session.flush()
    await _apply(session, override)
    await _journal(session, override, actor, at)
    return override


async def excuse(
    session: AsyncSession, actor: Actor, obligation_id: str, reason: str, clock: Clock
) -> Obligation:
    """Release a holder from one open duty (免除). CaseError 403, 404, 409, 422."""
    found = await at_desk(session, actor, obligation_id)
    if not _may_decide(actor, found.agency_id):
        raise not_allowed()
    if found.state != OPEN:
        raise case_error(
            "not-open", 409, "この義務は、すでに終わっています。", "This duty is no longer open."
        )
    found.reason, found.state = reasoned(reason), EXCUSED
    await journal.append(
        session,
        subject=f"obligation:{found.id}",
        action="excused",
        actor=actor.id,
        at=clock(),
        payload={"duty": found.duty, "period": found.period, "entry": found.entry_id},
    )
    await session.flush()
    return found


async def at_desk(session: AsyncSession, actor: Actor, obligation_id: str) -> Obligation:
    """An obligation for an official with a role at its agency, locked. CaseError 404 otherwise."""
    query = select(Obligation).where(Obligation.id == obligation_id[:40]).with_for_update()
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None or not any(may(actor, role, found.agency_id) for _, role in actor.grants):
        raise not_found()
    return found


def reasoned(reason: str) -> str:
    """The reason an official gives. CaseError 422 when there is none or it is too long."""
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        words = {
            "ja": "理由を2000字までで書いてください。",
            "en": "Give the reason, in 2,000 characters at most.",
        }
        raise CaseError("no-reason", 422, words, pointers=("/reason",))
    return text


def not_allowed() -> Exception:
    """CaseError 403: the official has no right to decide this here."""
    return case_error(
        "not-yours-to-decide",
        403,
        "この処理をする権限がありません。決裁者か業務管理者に頼んでください。",
        "You may not do this here. Ask an approver or a manager.",
    )


def _may_decide(actor: Actor, agency_id: str | None) -> bool:
    return agency_id is not None and any(may(actor, role, agency_id) for role in DECIDERS)


async def _place(session: AsyncSession, move: Move) -> str | None:
    """The agency a move concerns: the entry's, the one named, or None for everywhere."""
    if move.entry_id is None:
        if move.agency_id is not None and move.agency_id not in shipped_agencies():
            raise not_found()
        return move.agency_id
    query = select(Obligation.agency_id).where(
        Obligation.entry_id == move.entry_id,
        Obligation.duty == move.duty,
        Obligation.period == move.period,
    )
    found: str | None = await session.scalar(query)
    if found is None:
        raise not_found()
    return found


async def _overrides(session: AsyncSession, duty: str, period: str) -> Sequence[DeadlineOverride]:
    query = select(DeadlineOverride).where(
        DeadlineOverride.duty == duty, DeadlineOverride.period == period
    )
    query = query.order_by(DeadlineOverride.set_at, DeadlineOverride.id)
    return (await session.scalars(query)).all()


async def _apply(session: AsyncSession, made: DeadlineOverride) -> None:
    """Give open duties the new day, save those for which something narrower was set."""
    overrides = await _overrides(session, made.duty, made.period)
    conditions: list[ColumnElement[bool]] = [
        Obligation.duty == made.duty,
        Obligation.period == made.period,
        Obligation.state == OPEN,
    ]
    if made.entry_id is not None:
        conditions.append(Obligation.entry_id == made.entry_id)
    else:
        own = [item.entry_id for item in overrides if item.entry_id is not None]
        conditions.append(Obligation.entry_id.not_in(own))
        conditions.append(_offices(made, overrides))
    statement = update(Obligation).where(*conditions)
    statement = statement.values(due_on=made.due_on, reason=made.reason, reminded=None)
    await session.execute(statement, execution_options={"synchronize_session": False})


def _offices(made: DeadlineOverride, overrides: Sequence[DeadlineOverride]) -> ColumnElement[bool]:
    """The offices a move reaches: its own and those below without a day of their own."""
    narrower = {
        item.agency_id
        for item in overrides
        if item.agency_id not in (None, made.agency_id)
        and (made.agency_id is None or covers(made.agency_id, str(item.agency_id)))
    }
    taken = {id for id in shipped_agencies() if any(covers(str(top), id) for top in narrower)}
    if made.agency_id is None:
        return Obligation.agency_id.not_in(taken)
    below = {id for id in shipped_agencies() if covers(made.agency_id, id)}
    return Obligation.agency_id.in_((below | {made.agency_id}) - taken)


async def _journal(
    session: AsyncSession, made: DeadlineOverride, actor: Actor, at: datetime
) -> None:
    await journal.append(
        session,
        subject=f"duty:{made.duty}:{made.period}",
        action="deadline_moved",
        actor=actor.id,
        at=at,
        payload={
            "agency": made.agency_id,
            "entry": made.entry_id,
            "due_on": made.due_on,
            "reason": made.reason,
        },
    )
