"""A registration with its ledgers, read or held for writing (許可と残高)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.ledgers.models import LedgerAccount, LedgerLine, LedgerUse
from madoguchi.cases.ledgers.rules import Key
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import Span, in_force
from madoguchi.cases.registers.service import current, span_of
from madoguchi.kernel.ids import is_id


@dataclass(frozen=True)
class Holding:
    """A registration: its version of today (or the last one), its spans, its accounts."""

    entry: RegisterEntry
    spans: list[Span]
    accounts: list[LedgerAccount]

    @property
    def decimals(self) -> Mapping[Key, int]:
        """The digits each account takes after the point, by ledger and item."""
        return {(item.ledger, item.item): item.decimals for item in self.accounts}

    def status_on(self, day: date) -> str:
        """valid, another status, expired, or coming: how the registration stands on a day."""
        now = in_force(self.spans, day)
        if now is not None:
            return now.status
        return "coming" if all(span.valid_from > day for span in self.spans) else "expired"


async def holding_of(
    session: AsyncSession, entry_id: str, today: date, *, hold: bool = False
) -> Holding:
    """A registration with its ledgers; `hold`: nobody else changes it until the commit.

    CaseError 404 when there is none, or it has no ledger.
    """
    if not is_id(entry_id):
        raise not_found()
    rows, spans = await (current if hold else versions_now)(session, entry_id)
    accounts = await accounts_of(session, [entry_id])
    if not accounts:
        raise not_found()
    covering = [row for row, span in zip(rows, spans, strict=True) if span.covers(today)]
    return Holding((covering or rows[-1:])[0], spans, accounts)


async def accounts_of(session: AsyncSession, entry_ids: list[str]) -> list[LedgerAccount]:
    """The accounts of registrations, in the order their packages have them."""
    query = select(LedgerAccount).where(LedgerAccount.entry_id.in_(entry_ids))
    query = query.order_by(
        LedgerAccount.entry_id, LedgerAccount.ledger, LedgerAccount.position, LedgerAccount.item
    )
    return list(await session.scalars(query.execution_options(populate_existing=True)))


async def use_called(session: AsyncSession, use_id: str) -> LedgerUse:
    """A use as it stands now. CaseError 404."""
    found = None
    if is_id(use_id):
        found = await session.get(LedgerUse, use_id, populate_existing=True)
    if found is None:
        raise not_found()
    return found


async def amounts_of_use(session: AsyncSession, use_id: str) -> dict[Key, tuple[int, int]]:
    """What a use holds now, (used, reserved) by account: the sum of its lines."""
    query = select(LedgerLine).where(LedgerLine.use_id == use_id).order_by(LedgerLine.number)
    found: dict[Key, tuple[int, int]] = {}
    for line in await session.scalars(query):
        used, reserved = found.get((line.ledger, line.item), (0, 0))
        found[line.ledger, line.item] = (used + line.used, reserved + line.reserved)
    return found


async def versions_now(
    session: AsyncSession, entry_id: str
) -> tuple[Sequence[RegisterEntry], list[Span]]:
    """What the register says now of a registration, read only; nothing for an unknown one."""
    query = (
        select(RegisterEntry)
        .where(RegisterEntry.entry_id == entry_id, RegisterEntry.superseded_at.is_(None))
        .order_by(RegisterEntry.valid_from, RegisterEntry.id)
    )
    rows = (await session.scalars(query)).all()
    return rows, [span_of(row) for row in rows]
