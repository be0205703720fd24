"""Opening the ledgers of a registration, and keeping them in step with it (残高の設定)."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import MILLION, amount_of, millionths
from madoguchi.cases.errors import case_error
from madoguchi.cases.ledgers.models import LedgerAccount
from madoguchi.cases.ledgers.moving import Act, Move, named, write_line
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.service import Change
from madoguchi.cases.registers.values import typed
from madoguchi.kernel import journal
from madoguchi.procedures.package.crosscase_spec import ToleranceSpec
from madoguchi.procedures.service import Ledger

MOST_ITEMS = 1_000


async def keep_accounts(
    session: AsyncSession, entry: RegisterEntry, ledgers: Mapping[str, Ledger], change: Change
) -> None:
    """Open what a new registration allows; after an amendment, allow what it says now.

    CaseError 409 when an amount cannot be kept, or less would be allowed than was used already.
    An item the registration names no more allows no more than what was used of it.
    """
    if not ledgers:
        return
    columns = typed(entry.columns)
    known = {(account.ledger, account.item): account for account in await _known(session, entry)}
    told: list[dict[str, object]] = []
    for name, ledger in ledgers.items():
        openings = ledger.openings(columns if isinstance(columns, dict) else {})
        if len(openings) > MOST_ITEMS:
            raise _not_kept(ledger)
        for position, opening in enumerate(openings):
            amount = millionths(opening.amount)
            allowed = allowance(opening.amount, ledger.spec.tolerance)
            if amount is None or amount < 0 or allowed is None:
                raise _not_kept(ledger)
            account = known.pop((name, opening.item), None)
            fresh = account is None
            if account is None:
                account = LedgerAccount(
                    entry_id=entry.entry_id, ledger=name, item=opening.item, used=0, reserved=0
                )
                session.add(account)
            elif (account.opening, account.allowed) == (amount, allowed):
                continue
            _put(account, ledger, position, opening.label, opening.unit)
            told.append(await _allow(session, account, amount, allowed, fresh, change))
    for (name, _), account in known.items():
        spent = account.used + account.reserved
        if name in ledgers and account.allowed != spent:
            told.append(await _allow(session, account, spent, spent, False, change))
    if told:
        await journal.append(
            session,
            subject=f"register:{entry.entry_id}",
            action="ledger_opened",
            actor=change.actor,
            at=change.at,
            payload={"case": change.case_id, "lines": told},
        )


def allowance(opening: Decimal, tolerance: ToleranceSpec) -> int | None:
    """What may be used at most, in whole millionths: the licence's amount and its tolerance."""
    over = max(opening * tolerance.percent / 100, tolerance.amount)
    exact = (over * MILLION).to_integral_value(ROUND_DOWN) / MILLION
    return millionths(opening + exact)


async def _known(session: AsyncSession, entry: RegisterEntry) -> list[LedgerAccount]:
    query = select(LedgerAccount).where(LedgerAccount.entry_id == entry.entry_id)
    query = query.order_by(LedgerAccount.ledger, LedgerAccount.item).with_for_update()
    return list(await session.scalars(query.execution_options(populate_existing=True)))


def _put(
    account: LedgerAccount,
    ledger: Ledger,
    position: int,
    label: str,
    unit: Mapping[str, str] | None,
) -> None:
    spec = ledger.spec
    account.position, account.item_label = position, label
    account.title, account.decimals = dict(spec.label), spec.decimals
    account.unit = dict(unit) if unit else None
    account.rules = {
        "recorders": [item.model_dump() for item in spec.recorded_by],
        "hold": spec.hold,
        "public": spec.public,
    }


async def _allow(
    session: AsyncSession,
    account: LedgerAccount,
    opening: int,
    allowed: int,
    fresh: bool,
    change: Change,
) -> dict[str, object]:
    """Set what an account allows, with its line; what the journal tells of it."""
    left = allowed - account.used - account.reserved
    if left < 0:
        raise case_error(
            "ledger-below-use",
            409,
            "「{name}」は、すでに{spent}使われています。それより少なくはできません。",
            "{spent} of “{name}” has been used already. It cannot be less than that.",
            {"name": named(account), "spent": f"{amount_of(account.used + account.reserved):,f}"},
        )
    account.opening, account.allowed = opening, allowed
    await session.flush()
    act = Act(account.entry_id, "opened" if fresh else "amended", change.actor, change.at)
    line = await write_line(session, act, Move(account.ledger, account.item, 0, 0), left)
    return {
        "number": line.number,
        "ledger": account.ledger,
        "item": account.item,
        "opening": str(amount_of(opening)),
        "allowed": str(amount_of(allowed)),
    }


def _not_kept(ledger: Ledger) -> Exception:
    return case_error(
        "ledger-opening",
        409,
        "「{name}」の数量が大きすぎるか、0より小さいため、残高にできません。",
        "The amount of “{name}” is too large or below zero, so no ledger can be kept.",
        {"name": dict(ledger.spec.label)},
    )
