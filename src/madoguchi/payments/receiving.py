"""Taking in what the receiving side tells (収納の受入れ・消込): one receipt, whoever tells it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.payments.models import Clearing, PaymentRequest, UnknownReceipt
from madoguchi.payments.service import PaymentError, record_clearing


@dataclass(frozen=True)
class Receipt:
    """Money received: the bank's own number of it, the notice number, yen, when it was paid."""

    receipt_number: str
    notice_number: str
    amount: int
    paid_at: datetime


async def take(
    session: AsyncSession, receipt: Receipt, source: str, at: datetime
) -> tuple[str, str | None]:
    """Take in one receipt; what it came to, and the payment's id when there is one.

    exact, short, over, duplicate, late as rules.settle says; unknown 不明: nobody gave out this
    notice number; repeated 再送: told before and the same; contradiction 矛盾: told before with
    another number or amount, nothing is changed.
    """
    known = await session.get(Clearing, receipt.receipt_number)
    if known is not None:
        return await _compared(session, known, receipt), known.payment_id
    strange = await session.get(UnknownReceipt, receipt.receipt_number)
    if strange is not None:
        return _same(strange.notice_number, strange.amount, receipt), None
    try:
        payment = await record_clearing(
            session,
            notice_number=receipt.notice_number,
            amount=receipt.amount,
            receipt_number=receipt.receipt_number,
            paid_at=receipt.paid_at,
            at=at,
            source=source,
        )
    except PaymentError:
        await _keep_unknown(session, receipt, source, at)
        return "unknown", None
    made = await session.get_one(Clearing, receipt.receipt_number)
    return made.outcome, payment.id


async def unknown_receipts(session: AsyncSession, limit: int = 100) -> list[UnknownReceipt]:
    """Money under numbers nobody gave out, what nobody looked into first, newest first."""
    query = select(UnknownReceipt).order_by(
        UnknownReceipt.noted_at.is_not(None), UnknownReceipt.reported_at.desc()
    )
    return list(await session.scalars(query.limit(limit)))


async def note_unknown(
    session: AsyncSession, receipt_number: str, note: str, by: str, at: datetime
) -> bool:
    """Write down what came of an unknown receipt; whether there is such a one."""
    found = await session.get(UnknownReceipt, receipt_number)
    if found is None:
        return False
    found.note, found.noted_by, found.noted_at = note[:500], by, at
    return True


async def clearings_of(session: AsyncSession, payment_id: str) -> list[Clearing]:
    """The receipts under one payment, oldest first."""
    query = select(Clearing).where(Clearing.payment_id == payment_id)
    return list(
        await session.scalars(query.order_by(Clearing.reported_at, Clearing.receipt_number))
    )


async def _compared(session: AsyncSession, known: Clearing, receipt: Receipt) -> str:
    payment = await session.get_one(PaymentRequest, known.payment_id)
    return _same(payment.notice_number, known.amount, receipt)


def _same(notice_number: str, amount: int, receipt: Receipt) -> str:
    same = (notice_number, amount) == (receipt.notice_number, receipt.amount)
    return "repeated" if same else "contradiction"


async def _keep_unknown(session: AsyncSession, receipt: Receipt, source: str, at: datetime) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(UnknownReceipt).values(
        receipt_number=receipt.receipt_number,
        notice_number=receipt.notice_number,
        amount=receipt.amount,
        paid_at=receipt.paid_at,
        reported_at=at,
        source=source,
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["receipt_number"]))
