"""Payments for the other modules: ask for a fee, cancel it, hear that it was paid."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.language import Text
from madoguchi.payments import rules
from madoguchi.payments.models import Clearing, PaymentRequest

EXPIRE_JOB = "payments.expire"

Payers = Mapping[str, frozenset[str]]
"""Organisations whose payments one may see, and of which procedures (frozenset(): every one)."""
NOBODY: Payers = {}


class PaymentError(DomainError):
    """A payment cannot be asked for, found or changed (納付のエラー)."""


@dataclass(frozen=True)
class Payer:
    """Who is to pay: a person or an organisation (ids)."""

    person: str | None = None
    organisation: str | None = None


async def request_payment(
    session: AsyncSession,
    *,
    case_id: str,
    procedure_id: str,
    fee_id: str,
    label: Mapping[str, str],
    amount: int,
    payer: Payer,
    at: datetime,
    due_on: date | None = None,
    report_job: str | None = None,
    occasion: str = "",
) -> PaymentRequest:
    """Ask for a fee (納付通知); asking again for the same fee gives the same, unless cancelled.

    `amount` is integer yen above zero (ValueError). When the request changes state, the job named
    `report_job` is enqueued with {payment_id, case_id, fee_id, amount, state}. `occasion` tells
    apart fees that a case owes more than once.
    """
    if amount <= 0:
        raise ValueError("a payment needs an amount above zero")
    stem = f"{case_id}:{fee_id}:{occasion}:"
    same = PaymentRequest.dedupe_key.startswith(stem, autoescape=True)
    known = list(await session.scalars(select(PaymentRequest).where(same)))
    for earlier in known:
        if earlier.state != "cancelled":
            return earlier
    id = new_id()
    if due_on is not None:
        run_at = rules.expires_at(due_on)
        await enqueue(session, EXPIRE_JOB, {"payment": id}, key=id, run_at=run_at)
    request = PaymentRequest(
        id=id,
        case_id=case_id,
        procedure_id=procedure_id,
        fee_id=fee_id,
        label=dict(label),
        amount=amount,
        payer_person=payer.person,
        payer_organisation=payer.organisation,
        collecting_agency=rules.COLLECTING_AGENCY,
        notice_number=rules.notice_number(id),
        confirmation_number=f"{secrets.randbelow(10**rules.CONFIRMATION_LENGTH):06}",
        dedupe_key=f"{stem}{len(known)}",
        report_job=report_job,
        state="requested",
        excess=0,
        requested_at=at,
        due_on=due_on,
        category=rules.category(fee_id),
        returned=0,
    )
    session.add(request)
    await session.flush()
    return request


async def payments_of(session: AsyncSession, case_id: str) -> list[PaymentRequest]:
    """The payment requests of a case, oldest first. The caller has decided who may see them."""
    query = select(PaymentRequest).where(PaymentRequest.case_id == case_id)
    return list(await session.scalars(query.order_by(PaymentRequest.id)))


async def all_paid(session: AsyncSession, case_id: str) -> bool:
    """Whether nothing is left to pay: every request of the case is settled or cancelled."""
    requests = await payments_of(session, case_id)
    return all(request.state not in ("requested", "mismatched") for request in requests)


def standing_of(payment: PaymentRequest) -> str:
    """How a payment stands, in one word (rules.standing)."""
    return rules.standing(
        payment.state,
        viewed=payment.viewed_at is not None,
        expired=payment.expired_at is not None,
        refunded=payment.refunded_at is not None,
    )


def is_paid(payment: PaymentRequest) -> bool:
    """Whether the fee was paid and not given back."""
    return standing_of(payment) == "paid"


async def note_viewed(session: AsyncSession, payment: PaymentRequest, at: datetime) -> None:
    """Keep when the payer first looked at an open notice."""
    await session.execute(
        update(PaymentRequest)
        .where(PaymentRequest.id == payment.id, PaymentRequest.viewed_at.is_(None))
        .values(viewed_at=at)
    )


async def expire_payment(session: AsyncSession, id: str, at: datetime) -> PaymentRequest:
    """Give up waiting for a request whose last day is over; any other stays as it is."""
    request = await _locked(session, PaymentRequest.id == id)
    over = request.due_on is not None and at >= rules.expires_at(request.due_on)
    if over and request.state in ("requested", "mismatched"):
        request.expired_at = at
        await _change(session, request, "cancelled", at, told="expired")
    return request


async def payment_for(
    session: AsyncSession, id: str, *, person: str | None, organisations: Payers = NOBODY
) -> PaymentRequest:
    """One payment of this payer. PaymentError 404 for anybody else's."""
    query = select(PaymentRequest).where(PaymentRequest.id == id, _owed_by(person, organisations))
    found = await session.scalar(query)
    if found is None:
        raise _error("payment_not_found", 404)
    return found


async def payments_for(
    session: AsyncSession,
    *,
    person: str | None,
    organisations: Payers = NOBODY,
    limit: int = 100,
) -> list[PaymentRequest]:
    """A payer's payments, newest first."""
    query = select(PaymentRequest).where(_owed_by(person, organisations))
    return list(await session.scalars(query.order_by(PaymentRequest.id.desc()).limit(limit)))


async def cancel_payment(session: AsyncSession, id: str, at: datetime) -> PaymentRequest:
    """Withdraw a request that is not paid. PaymentError payment_not_open (409) for any other."""
    request = await _locked(session, PaymentRequest.id == id)
    if request.state == "cancelled":
        return request
    if request.state != "requested":
        raise _error("payment_not_open", 409)
    await _change(session, request, "cancelled", at)
    return request


async def record_clearing(
    session: AsyncSession,
    *,
    notice_number: str,
    amount: int,
    receipt_number: str,
    paid_at: datetime,
    at: datetime,
    source: str = "notice",
) -> PaymentRequest:
    """Take in one clearing notice (消込). The same receipt number counts once, however often sent.

    PaymentError payment_not_found (404) for an unknown notice number. Money that does not fit is
    recorded as `excess` and shown, never dropped.
    """
    request = await _locked(session, PaymentRequest.notice_number == notice_number)
    if await session.get(Clearing, receipt_number) is not None:
        return request
    expired = request.state == "cancelled" and request.expired_at is not None
    outcome, state, excess = rules.settle(
        request.state,
        request.amount,
        amount,
        in_time=expired and rules.paid_in_time(request.due_on, paid_at),
    )
    session.add(
        Clearing(
            receipt_number=receipt_number,
            payment_id=request.id,
            amount=amount,
            paid_at=paid_at,
            reported_at=at,
            excess=excess,
            source=source,
            outcome=outcome,
        )
    )
    request.excess += excess
    await _change(session, request, state, at)
    return request


async def payment_by_notice(session: AsyncSession, notice_number: str) -> PaymentRequest:
    """The payment under a notice number, for the simulated receiving side. PaymentError 404."""
    return await _locked(session, PaymentRequest.notice_number == notice_number)


async def locked_payment(session: AsyncSession, id: str) -> PaymentRequest:
    """One payment, for changing it. PaymentError 404. The caller has decided who may."""
    return await _locked(session, PaymentRequest.id == id)


def _owed_by(person: str | None, organisations: Payers) -> ColumnElement[bool]:
    ours = [
        and_(
            PaymentRequest.payer_organisation == organisation,
            PaymentRequest.procedure_id.in_(sorted(procedures)) if procedures else true(),
        )
        for organisation, procedures in organisations.items()
    ]
    mine = [] if person is None else [PaymentRequest.payer_person == person]
    return or_(false(), *mine, *ours)


async def _locked(session: AsyncSession, condition: ColumnElement[bool]) -> PaymentRequest:
    query = select(PaymentRequest).where(condition).with_for_update()
    found = await session.scalar(query)
    if found is None:
        raise _error("payment_not_found", 404)
    return found


async def _change(
    session: AsyncSession,
    request: PaymentRequest,
    state: str,
    at: datetime,
    told: str | None = None,
) -> None:
    changed = request.state != state
    if changed:
        request.state, request.settled_at = state, at
        if state == "paid":
            request.expired_at = None
    await session.flush()
    if changed:
        await report(session, request, told or state)


async def report(session: AsyncSession, request: PaymentRequest, state: str) -> None:
    """Tell whoever asked for the fee that its state changed."""
    if request.report_job is not None:
        payload = {
            "payment_id": request.id,
            "case_id": request.case_id,
            "fee_id": request.fee_id,
            "amount": request.amount,
            "state": state,
        }
        await enqueue(session, request.report_job, payload)


_TEXTS: dict[str, Text] = {
    "payment_not_found": {
        "ja": "納付の情報が見つかりません。",
        "en": "The payment was not found.",
    },
    "payment_not_open": {
        "ja": "この納付は取り消せません（納付済みなどのため）。",
        "en": "This payment can no longer be cancelled.",
    },
}


def _error(code: str, status: int) -> PaymentError:
    return PaymentError(code, status, _TEXTS[code])
