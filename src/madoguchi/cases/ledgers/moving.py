"""Moving a counter of a ledger (残高の増減): one guarded statement, and the line that tells of it.

The caller holds the registration (`held`), so that the lines' numbers have no gaps; the guard keeps
the sum even against a writer who does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import amount_of
from madoguchi.cases.errors import case_error
from madoguchi.cases.ledgers.models import LedgerAccount, LedgerLine
from madoguchi.cases.registers.numbering import next_serial
from madoguchi.kernel import journal
from madoguchi.kernel.language import Text


@dataclass(frozen=True)
class Move:
    """By how much one item's counters change (whole millionths)."""

    ledger: str
    item: str
    used: int
    reserved: int


@dataclass(frozen=True)
class Act:
    """One act on a registration's ledgers: what it is, of which use, by whom, when, why."""

    entry_id: str
    name: str
    actor: str
    at: datetime
    use_id: str | None = None
    reason: str | None = None


async def move(
    session: AsyncSession, act: Act, moves: Sequence[Move], about: Mapping[str, str]
) -> None:
    """Change the counters and write a line for each, in a fixed order; then one journal entry.

    CaseError 409 when less is left than is to be used: then the caller must roll back.
    """
    if not moves:
        return
    lines = []
    for item in sorted(moves, key=lambda found: (found.ledger, found.item)):
        left = await _change(session, act.entry_id, item)
        if left is None:
            raise await _refused(session, act.entry_id, item)
        lines.append(await write_line(session, act, item, left))
    await journal.append(
        session,
        subject=f"register:{act.entry_id}",
        action=f"ledger_{act.name}",
        actor=act.actor,
        at=act.at,
        payload={
            "use": act.use_id,
            "reason": act.reason,
            **about,
            "lines": [
                {
                    "number": line.number,
                    "ledger": line.ledger,
                    "item": line.item,
                    "used": str(amount_of(line.used)),
                    "reserved": str(amount_of(line.reserved)),
                    "left": str(amount_of(line.left)),
                }
                for line in lines
            ],
        },
    )


async def write_line(session: AsyncSession, act: Act, item: Move, left: int) -> LedgerLine:
    """The next line of a registration."""
    line = LedgerLine(
        entry_id=act.entry_id,
        number=await next_serial(session, f"ledger:{act.entry_id}"),
        ledger=item.ledger,
        item=item.item,
        act=act.name,
        used=item.used,
        reserved=item.reserved,
        left=left,
        use_id=act.use_id,
        reason=act.reason,
        actor=act.actor,
        at=act.at,
    )
    session.add(line)
    await session.flush()
    return line


async def _change(session: AsyncSession, entry_id: str, item: Move) -> int | None:
    """Change one account unless that would exceed what is allowed; what is left, or None."""
    used, reserved = LedgerAccount.used + item.used, LedgerAccount.reserved + item.reserved
    conditions = [*_account(entry_id, item), used >= 0, reserved >= 0]
    if item.used + item.reserved > 0:
        conditions.append(used + reserved <= LedgerAccount.allowed)
    statement = update(LedgerAccount).where(*conditions).values(used=used, reserved=reserved)
    found = await session.scalar(
        statement.returning(LedgerAccount.allowed - LedgerAccount.used - LedgerAccount.reserved),
        execution_options={"synchronize_session": False},
    )
    return int(found) if found is not None else None


def _account(entry_id: str, item: Move) -> list[ColumnElement[bool]]:
    return [
        LedgerAccount.entry_id == entry_id,
        LedgerAccount.ledger == item.ledger,
        LedgerAccount.item == item.item,
    ]


async def _refused(session: AsyncSession, entry_id: str, item: Move) -> Exception:
    query = select(LedgerAccount).where(*_account(entry_id, item))
    account = await session.scalar(query.execution_options(populate_existing=True))
    if account is None:
        return case_error(
            "no-ledger",
            422,
            "この許可に「{name}」の残高はありません。品目と帳簿の名前を確かめてください。",
            "This registration counts no “{name}”. Check the ledger and the item.",
            {"name": f"{item.ledger} {item.item}".strip()},
        )
    left = amount_of(account.allowed - account.used - account.reserved)
    return case_error(
        "ledger-exhausted",
        409,
        "「{name}」の残りは{left}{unit}です。これを超えては使えません。数量を確かめてください。",
        "{left} {unit} of “{name}” is left. No more can be used. Check the quantity.",
        {
            "name": named(account),
            "left": f"{left:,f}" if isinstance(left, Decimal) else str(left),
            "unit": account.unit or "",
        },
    )


def named(account: LedgerAccount) -> Text:
    """A ledger and its item, as people read it."""
    item = f" {account.item_label}" if account.item_label else ""
    return {language: f"{text}{item}" for language, text in account.title.items()}
