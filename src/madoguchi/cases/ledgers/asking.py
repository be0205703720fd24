"""What rules ask of ledgers (残高の照会): `ledger("quantity", licence)`."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.amounts import amount_of
from madoguchi.cases.ledgers.holding import accounts_of
from madoguchi.cases.ledgers.models import LedgerAccount, LedgerLine, LedgerUse
from madoguchi.cases.ledgers.rules import Key
from madoguchi.procedures.service import LEDGER, Question

_SUMS = ("opening", "allowed", "used", "reserved", "remaining")


async def ledgers_asked(
    session: AsyncSession, asked: Collection[Question], case_id: str | None
) -> dict[Question, object]:
    """(LEDGER, name, entry id): how it stands, what the judged case itself used left out."""
    questions = [question for question in asked if question[0] == LEDGER]
    if not questions:
        return {}
    entries = sorted({question[2] for question in questions})
    accounts = await accounts_of(session, entries)
    own = await _used_by(session, case_id) if case_id is not None else {}
    return {
        question: standing(
            [a for a in accounts if (a.entry_id, a.ledger) == (question[2], question[1])], own
        )
        for question in questions
    }


def standing(
    accounts: Sequence[LedgerAccount], own: dict[tuple[str, Key], tuple[int, int]]
) -> dict[str, object] | None:
    """{opening allowed used reserved remaining items}; the sums are null over different units.

    An item of `items` has the same and `key` and `label`.
    """
    if not accounts:
        return None
    lines = []
    for account in accounts:
        used, reserved = own.get((account.entry_id, (account.ledger, account.item)), (0, 0))
        whole = {
            "opening": account.opening,
            "allowed": account.allowed,
            "used": account.used - used,
            "reserved": account.reserved - reserved,
        }
        whole["remaining"] = whole["allowed"] - whole["used"] - whole["reserved"]
        lines.append((account, whole))
    one_unit = all(account.unit == accounts[0].unit for account in accounts)
    sums = {name: sum(whole[name] for _, whole in lines) for name in _SUMS}
    return {
        **{name: amount_of(sums[name]) if one_unit else None for name in _SUMS},
        "items": [
            {
                "key": account.item,
                "label": account.item_label,
                **{name: amount_of(whole[name]) for name in _SUMS},
            }
            for account, whole in lines
        ],
    }


async def _used_by(session: AsyncSession, case_id: str) -> dict[tuple[str, Key], tuple[int, int]]:
    query = (
        select(
            LedgerLine.entry_id,
            LedgerLine.ledger,
            LedgerLine.item,
            func.sum(LedgerLine.used),
            func.sum(LedgerLine.reserved),
        )
        .join(LedgerUse, LedgerUse.id == LedgerLine.use_id)
        .where(LedgerUse.case_id == case_id)
        .group_by(LedgerLine.entry_id, LedgerLine.ledger, LedgerLine.item)
    )
    rows = await session.execute(query)
    return {
        (entry, (ledger, item)): (int(used), int(reserved))
        for entry, ledger, item, used, reserved in rows
    }
