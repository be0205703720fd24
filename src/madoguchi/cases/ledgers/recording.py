"""Recording uses of a registration (裏書): provisional, final, corrected, cancelled, lapsed.

Every function works in the caller's transaction and holds the registration until its commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.ledgers import rules
from madoguchi.cases.ledgers.access import may_correct, may_record, may_see
from madoguchi.cases.ledgers.holding import Holding, amounts_of_use, holding_of, use_called
from madoguchi.cases.ledgers.models import LAPSED, RELEASED, RESERVED, USED, LedgerUse
from madoguchi.cases.ledgers.moving import Act, Move, move
from madoguchi.cases.ledgers.rules import Amount, Endorsing, Key
from madoguchi.identity.service import SYSTEM_ACTOR, Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import JobContext, enqueue
from madoguchi.kernel.periods import over_at, read_period
from madoguchi.messages import service as messages

LAPSE_JOB = "ledgers.lapse"


@dataclass(frozen=True)
class Origin:
    """Who records, and because of which case."""

    actor: str
    at: datetime
    case_id: str | None = None


async def record(
    session: AsyncSession, actor: Actor, entry_id: str, use: Endorsing, clock: Clock
) -> LedgerUse:
    """Record a use, as an official or an official's program; what is left suffices or 409.

    CaseError 403, 404, 409 (not in force, exhausted, reference used), 422. The caller commits.
    """
    at = clock()
    holding = await holding_of(session, entry_id, jst_date(at), hold=True)
    if not may_see(actor, holding.entry, holding.accounts):
        raise not_found()
    named = {part.ledger for part in use.amounts}
    if not may_record(actor, holding.entry, [a for a in holding.accounts if a.ledger in named]):
        raise _not_allowed()
    return await write(session, holding, use, Origin(actor.id, at))


async def write(
    session: AsyncSession, holding: Holding, use: Endorsing, origin: Origin
) -> LedgerUse:
    """Write a use of a registration that is held. CaseError 409, 422."""
    reference, today = rules.reference_of(use.reference), jst_date(origin.at)
    amounts = rules.wanted(use.amounts, holding.decimals)
    rules.may_be_used(holding.spans, use.on, today)
    await _first_of_its_number(session, holding.entry.entry_id, reference)
    expires = None
    if use.provisional:
        expires = rules.holds_until(origin.at, _hold(holding, amounts, origin.at), use.expires_at)
    row = LedgerUse(
        id=new_id(),
        entry_id=holding.entry.entry_id,
        state=RESERVED if use.provisional else USED,
        reference=reference,
        used_on=use.on,
        details=rules.details_of(use.details),
        case_id=origin.case_id,
        expires_at=expires,
        recorded_by=origin.actor,
        recorded_at=origin.at,
    )
    session.add(row)
    await session.flush()
    moves = [
        Move(*key, 0, amount) if use.provisional else Move(*key, amount, 0)
        for key, amount in amounts.items()
    ]
    await move(session, _act(row, row.state, origin), moves, _about(row))
    if expires is not None:
        await enqueue(session, LAPSE_JOB, {"use": row.id}, key=row.id, run_at=expires)
    return row


async def finalise(
    session: AsyncSession,
    actor: Actor,
    use_id: str,
    amounts: Sequence[Amount] | None,
    clock: Clock,
) -> LedgerUse:
    """Make a provisional use final (確定); `amounts`: what was used in fact, if not as reserved."""
    holding, row = await _held(session, actor, use_id, clock)
    origin = Origin(actor.id, clock())
    if not may_record(actor, holding.entry, holding.accounts):
        raise _not_allowed()
    return await settle(session, holding, row, amounts, origin)


async def settle(
    session: AsyncSession,
    holding: Holding,
    row: LedgerUse,
    amounts: Sequence[Amount] | None,
    origin: Origin,
) -> LedgerUse:
    """Make a provisional use of a held registration final. CaseError 409, 422."""
    late = row.expires_at is not None and row.expires_at <= origin.at
    if row.state != RESERVED or late:
        raise _done_with()
    rules.may_be_used(holding.spans, row.used_on, jst_date(origin.at))
    before = await amounts_of_use(session, row.id)
    final = {key: reserved for key, (_, reserved) in before.items() if reserved}
    if amounts is not None:
        final = rules.wanted(amounts, holding.decimals, zero=True)
    row.state, row.expires_at = USED, None
    moves = [
        Move(*key, final.get(key, 0), -before.get(key, (0, 0))[1])
        for key in final.keys() | before.keys()
    ]
    await move(session, _act(row, "finalised", origin), _real(moves), _about(row))
    return row


async def release(
    session: AsyncSession, actor: Actor, use_id: str, reason: str | None, clock: Clock
) -> LedgerUse:
    """Cancel a use (取消): what it took is there again. A reason is needed."""
    holding, row = await _held(session, actor, use_id, clock)
    if not may_correct(actor, holding.entry, holding.accounts):
        raise _not_allowed()
    text = rules.reason_of(reason)
    await give_back(session, row, Origin(actor.id, clock()), RELEASED, text)
    await _tell(session, holding, row, "released", text, clock())
    return row


async def give_back(
    session: AsyncSession, row: LedgerUse, origin: Origin, state: str, reason: str | None = None
) -> None:
    """Take back a use of a held registration, whole. CaseError 409 when it counts no more."""
    if row.state not in (RESERVED, USED):
        raise _done_with()
    before = await amounts_of_use(session, row.id)
    row.state, row.expires_at = state, None
    moves = [Move(*key, -used, -reserved) for key, (used, reserved) in before.items()]
    await move(session, _act(row, state, origin, reason), _real(moves), _about(row))


async def correct(
    session: AsyncSession,
    actor: Actor,
    use_id: str,
    amounts: Sequence[Amount],
    reason: str | None,
    clock: Clock,
) -> LedgerUse:
    """Correct the amounts of a use (訂正): new lines tell the difference, with the reason."""
    holding, row = await _held(session, actor, use_id, clock)
    if not may_correct(actor, holding.entry, holding.accounts):
        raise _not_allowed()
    if row.state not in (RESERVED, USED):
        raise _done_with()
    text = rules.reason_of(reason)
    right = rules.wanted(amounts, holding.decimals, zero=True)
    before = await amounts_of_use(session, row.id)
    moves = []
    for key in right.keys() | before.keys():
        used, reserved = before.get(key, (0, 0))
        by = right.get(key, 0) - used - reserved
        moves.append(Move(*key, by, 0) if row.state == USED else Move(*key, 0, by))
    origin = Origin(actor.id, clock())
    await move(session, _act(row, "corrected", origin, text), _real(moves), _about(row))
    await _tell(session, holding, row, "corrected", text, origin.at)
    return row


async def lapse(session: AsyncSession, payload: dict[str, Any], context: JobContext) -> None:
    """The job at the end of a provisional use: what nobody made final is there again."""
    at = context.clock()
    row = await use_called(session, str(payload["use"]))
    await holding_of(session, row.entry_id, jst_date(at), hold=True)
    row = await use_called(session, row.id)
    if row.state == RESERVED and row.expires_at is not None and row.expires_at <= at:
        await give_back(session, row, Origin(SYSTEM_ACTOR.id, at), LAPSED)


async def _held(
    session: AsyncSession, actor: Actor, use_id: str, clock: Clock
) -> tuple[Holding, LedgerUse]:
    row = await use_called(session, use_id)
    holding = await holding_of(session, row.entry_id, jst_date(clock()), hold=True)
    if not may_see(actor, holding.entry, holding.accounts):
        raise not_found()
    return holding, await use_called(session, use_id)


async def _first_of_its_number(session: AsyncSession, entry_id: str, reference: str) -> None:
    query = select(LedgerUse.id).where(
        LedgerUse.entry_id == entry_id,
        LedgerUse.reference == reference,
        LedgerUse.state.in_((RESERVED, USED)),
    )
    if await session.scalar(query) is not None:
        raise case_error(
            "reference-used",
            409,
            "「{reference}」の裏書は、すでに記録されています。直すときは訂正か取消をしてください。",
            "A use for {reference} has been recorded already. Correct or cancel that one.",
            {"reference": reference},
        )


def _hold(holding: Holding, amounts: Iterable[Key], at: datetime) -> timedelta | None:
    """How long a provisional use of these accounts holds: the shortest of theirs."""
    named = set(amounts)
    texts = [a.rules.get("hold") for a in holding.accounts if (a.ledger, a.item) in named]
    periods = [found for text in texts if (found := read_period(text)) is not None]
    return min((over_at(at, period) - at for period in periods), default=None)


def _act(row: LedgerUse, name: str, origin: Origin, reason: str | None = None) -> Act:
    return Act(row.entry_id, name, origin.actor, origin.at, row.id, reason)


def _about(row: LedgerUse) -> Mapping[str, str]:
    return {"reference": row.reference, "on": row.used_on.isoformat(), "state": row.state}


def _real(moves: Iterable[Move]) -> list[Move]:
    return [item for item in moves if item.used or item.reserved]


async def _tell(
    session: AsyncSession, holding: Holding, row: LedgerUse, what: str, reason: str, at: datetime
) -> None:
    """Tell the holder that an official changed what had been recorded."""
    organisation = holding.entry.organisation_id
    if organisation is None:
        return
    word = {"released": ("取消", "cancelled"), "corrected": ("訂正", "corrected")}[what]
    await messages.notify(
        session,
        to=messages.Recipient(organisation=organisation),
        subject={"ja": f"裏書の{word[0]}:{{number}}", "en": f"A use was {word[1]}: {{number}}"},
        body={
            "ja": f"{{number}}の裏書「{{reference}}」が{word[0]}されました。\n理由:{{reason}}",
            "en": f"The use {{reference}} of {{number}} was {word[1]}.\nReason: {{reason}}",
        },
        at=at,
        dedupe_key=f"ledger:{row.id}:{what}:{at.isoformat()}",
        link=f"/ledgers/{row.entry_id}",
        values={"number": holding.entry.number, "reference": row.reference, "reason": reason},
    )


def _done_with() -> Exception:
    return case_error(
        "use-settled",
        409,
        "この裏書は、すでに確定・取消・失効しています。最新の状態を確かめてください。",
        "This use has been made final, cancelled or has lapsed. See how it stands now.",
    )


def _not_allowed() -> Exception:
    return case_error(
        "not-yours-to-record",
        403,
        "この許可の裏書をする権限がありません。",
        "You may not record uses of this registration.",
    )
