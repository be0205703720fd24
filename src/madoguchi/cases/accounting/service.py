"""Accountants' use cases: the payments of their agencies, and giving money back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_case
from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.judging import judge_case
from madoguchi.cases.models import Case
from madoguchi.cases.paying import request_fee
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id
from madoguchi.payments import refunding
from madoguchi.payments import service as payments
from madoguchi.payments.models import PaymentRequest, Refund
from madoguchi.procedures import service as procedures

STANDINGS = ("open", "mismatched", "excess", "paid", "ended", "refunds")
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "open": PaymentRequest.state == "requested",
    "mismatched": PaymentRequest.state == "mismatched",
    "excess": PaymentRequest.excess > PaymentRequest.returned,
    "paid": PaymentRequest.state == "paid",
    "ended": PaymentRequest.state == "cancelled",
    "refunds": PaymentRequest.id.in_(select(Refund.payment_id).where(Refund.state == "proposed")),
}


@dataclass(frozen=True)
class Owed:
    """A payment with the case it is for."""

    payment: PaymentRequest
    case: Case


def accounted(actor: Actor) -> frozenset[str]:
    """The agencies whose money an official looks after. CaseError 403 for everyone else."""
    agencies = agencies_where(actor, "accountant") | agencies_where(actor, "manager")
    if not agencies:
        raise case_error(
            "not_accountant",
            403,
            "この画面は、会計担当と業務管理者だけが使えます。",
            "For accountants and managers only.",
        )
    return agencies


async def payments_at(
    session: AsyncSession,
    actor: Actor,
    *,
    standing: str = "",
    words: str = "",
    before: str | None = None,
    limit: int = 50,
) -> list[Owed]:
    """The payments of the actor's agencies, newest first; `words`: a notice or arrival number."""
    query = (
        select(PaymentRequest, Case)
        .join(Case, Case.id == PaymentRequest.case_id)
        .where(Case.agency_id.in_(sorted(accounted(actor))))
    )
    if standing in _CONDITIONS:
        query = query.where(_CONDITIONS[standing])
    if words:
        query = query.where(
            or_(PaymentRequest.notice_number == words, Case.arrival_number == words.upper())
        )
    if before is not None:
        query = query.where(PaymentRequest.id < before)
    rows = await session.execute(query.order_by(PaymentRequest.id.desc()).limit(limit))
    return [Owed(row[0], row[1]) for row in rows]


async def payment_at(session: AsyncSession, actor: Actor, id: str) -> Owed:
    """One payment of the actor's agencies. CaseError 403, 404."""
    agencies = accounted(actor)
    if is_id(id):
        row = (
            await session.execute(
                select(PaymentRequest, Case)
                .join(Case, Case.id == PaymentRequest.case_id)
                .where(PaymentRequest.id == id, Case.agency_id.in_(sorted(agencies)))
            )
        ).first()
        if row is not None:
            return Owed(row[0], row[1])
    raise not_found()


async def propose_refund(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    id: str,
    *,
    kind: str,
    amount: int,
    reason: str,
) -> Refund:
    """Propose a refund; the caller commits. CaseError 403, 404; PaymentError 409, 422."""
    await payment_at(session, actor, id)
    refund = await refunding.propose_refund(
        session, id, kind=kind, amount=amount, reason=reason, by=actor.id, at=clock()
    )
    await _journal(session, refund, "refund_proposed", actor, clock())
    return refund


async def decide_refund(
    session: AsyncSession, actor: Actor, clock: Clock, id: str, refund_id: str, *, approve: bool
) -> Refund:
    """Decide on another's proposal; the caller commits. CaseError 403, 404; PaymentError."""
    await payment_at(session, actor, id)
    refund = await refunding.decide_refund(
        session, id, refund_id, approve=approve, by=actor.id, at=clock()
    )
    await _journal(session, refund, f"refund_{refund.state}", actor, clock())
    return refund


async def ask_again(
    session: AsyncSession, actor: Actor, clock: Clock, payment: PaymentRequest
) -> None:
    """New numbers for a fee whose notice expired, while its case still causes it.

    CaseError 404 for somebody else's case, 409 when nothing is owed any more. The caller commits.
    """
    case = await own_case(session, actor, payment.case_id, lock=True)
    package, at = await procedures.package(session, case.digest), clock()
    judged = await judge_case(session, case, package, jst_date(at))
    fee = next((fee for fee in judged.verdict.fees if fee.id == payment.fee_id), None)
    ended = package.machine.states[case.state].final
    if fee is None or ended or payments.standing_of(payment) != "expired":
        raise case_error(
            "nothing-owed",
            409,
            "この手続では、いま納めるものはありません。手続の画面で状態を確かめてください。",
            "Nothing is to be paid for this filing now. See its state on its page.",
        )
    await request_fee(session, case, fee, at)


async def _journal(
    session: AsyncSession, refund: Refund, action: str, actor: Actor, at: datetime
) -> None:
    await journal.append(
        session,
        subject=f"payment:{refund.payment_id}",
        action=action,
        actor=actor.id,
        at=at,
        payload={
            "refund": refund.id,
            "kind": refund.kind,
            "amount": refund.amount,
            "reason": refund.reason,
        },
    )
