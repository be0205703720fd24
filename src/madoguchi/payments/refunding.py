"""Giving money back (還付): proposed with a reason, decided by a second person.

国税通則法第56条 for what was paid by mistake; the caller has decided who may.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import normalise_line
from madoguchi.kernel.language import Text
from madoguchi.payments.models import PaymentRequest, Refund
from madoguchi.payments.service import PaymentError, is_paid, locked_payment, report

LONGEST_REASON = 500


async def refundable(session: AsyncSession, payment: PaymentRequest) -> dict[str, int]:
    """How many yen may be given back by kind: {"excess": …, "fee": …}; nothing proposed twice."""
    rows = await session.execute(
        select(Refund.kind, func.sum(Refund.amount))
        .where(Refund.payment_id == payment.id, Refund.state == "proposed")
        .group_by(Refund.kind)
    )
    waiting = {kind: int(amount) for kind, amount in rows}
    fee = payment.amount if is_paid(payment) and "fee" not in waiting else 0
    return {"excess": payment.excess - payment.returned - waiting.get("excess", 0), "fee": fee}


async def propose_refund(
    session: AsyncSession,
    payment_id: str,
    *,
    kind: str,
    amount: int,
    reason: str,
    by: str,
    at: datetime,
) -> Refund:
    """Propose to give money back; the fee only as a whole. The caller commits.

    PaymentError 404, 409 refund_amount (more than there is), 422 refund_reason.
    """
    payment = await locked_payment(session, payment_id)
    text = normalise_line(reason)
    if not 1 <= len(text) <= LONGEST_REASON:
        raise _error("refund_reason", 422, ("/reason",))
    most = (await refundable(session, payment)).get(kind, 0)
    if not 1 <= amount <= most or (kind == "fee" and amount != payment.amount):
        raise _error("refund_amount", 409, ("/amount",))
    refund = Refund(
        id=new_id(),
        payment_id=payment.id,
        kind=kind,
        amount=amount,
        reason=text,
        state="proposed",
        proposed_by=by,
        proposed_at=at,
    )
    session.add(refund)
    await session.flush()
    return refund


async def decide_refund(
    session: AsyncSession, payment_id: str, refund_id: str, *, approve: bool, by: str, at: datetime
) -> Refund:
    """Decide on a refund somebody else proposed; deciding again the same way changes nothing.

    PaymentError 404, 403 refund_second_person, 409 refund_decided.
    """
    payment = await locked_payment(session, payment_id)
    refund = await session.get(Refund, refund_id) if is_id(refund_id) else None
    if refund is None or refund.payment_id != payment.id:
        raise _error("refund_not_found", 404)
    wanted = "approved" if approve else "rejected"
    if refund.state != "proposed":
        if refund.state == wanted and refund.decided_by == by:
            return refund
        raise _error("refund_decided", 409)
    if approve and refund.proposed_by == by:
        raise _error("refund_second_person", 403)
    refund.state, refund.decided_at = wanted, at
    refund.decided_by = by if refund.proposed_by != by else None  # withdrawn by who proposed it
    if approve:
        if refund.kind == "fee":
            payment.refunded_at = at
        else:
            payment.returned += refund.amount
        await report(session, payment, "refunded")
    await session.flush()
    return refund


async def refunds_of(session: AsyncSession, payment_id: str) -> list[Refund]:
    """The refunds of a payment, oldest first."""
    query = select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)
    return list(await session.scalars(query))


_TEXTS: dict[str, Text] = {
    "refund_not_found": {"ja": "この還付は見つかりません。", "en": "The refund was not found."},
    "refund_reason": {
        "ja": "還付の理由を1～500文字で入力してください。",
        "en": "Enter the reason, 1 to 500 characters.",
    },
    "refund_amount": {
        "ja": "還付できる金額を超えています。いまの残りを確かめてください。",
        "en": "It is more than can be given back. See what is left.",
    },
    "refund_second_person": {
        "ja": "起案した人は決定できません。ほかの職員が決定してください。",
        "en": "Who proposed it cannot decide on it. Another official must.",
    },
    "refund_decided": {
        "ja": "この還付は、すでに決定または却下されています。",
        "en": "This refund has been decided already.",
    },
}


def _error(code: str, status: int, pointers: tuple[str, ...] = ()) -> PaymentError:
    return PaymentError(code, status, _TEXTS[code], pointers=pointers)
