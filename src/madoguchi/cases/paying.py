"""The fees of a case (手数料・登録免許税): asked for once, and whether all of them are paid."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.announcing import announce_payment
from madoguchi.cases.models import Case
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import end_of_day, last_day, read_period, until_text
from madoguchi.messages import service as messages
from madoguchi.payments import service as payments
from madoguchi.payments.models import PaymentRequest
from madoguchi.procedures.service import Evaluation, FeeDue, Package

REPORT_JOB = "cases.payment_reported"
NOT_GRANTING = frozenset({"refused", "withdrawn", "rejected"})


async def request_fee(session: AsyncSession, case: Case, fee: FeeDue, at: datetime) -> bool:
    """Ask the applicant for a fee, once, and send the notice (納付通知); whether this call asked."""
    known = await payments.payments_of(session, case.id)
    if any(payment.fee_id == fee.id and payment.state != "cancelled" for payment in known):
        return False
    payment = await payments.request_payment(
        session,
        case_id=case.id,
        procedure_id=case.procedure_id,
        fee_id=fee.id,
        label=fee.label,
        amount=fee.amount,
        payer=payments.Payer(organisation=case.organisation_id)
        if case.organisation_id
        else payments.Payer(person=case.filer_id),
        at=at,
        due_on=_due_on(fee.within, at),
        report_job=REPORT_JOB,
    )
    await tell_payer(session, case, payment, "requested", at)
    await announce_payment(session, case, payment.id, "requested", at)
    return True


async def tell_payer(
    session: AsyncSession, case: Case, payment: PaymentRequest, key: str, at: datetime
) -> None:
    """Tell who has to pay of the notice, or of what became of it; each thing once."""
    subject, body = NOTICES[key]
    due = until_text(end_of_day(payment.due_on)) if payment.due_on else _NO_DUE
    values: Mapping[str, object] = {
        "label": payment.label,
        "title": case.title,
        "amount": f"{payment.amount:,}",
        "due": due,
    }
    await messages.notify(
        session,
        to=messages.Recipient(organisation=case.organisation_id)
        if case.organisation_id
        else messages.Recipient(person=case.filer_id),
        subject=subject,
        body=body,
        at=at,
        dedupe_key=f"payment:{payment.id}:{key}:{payment.excess}:{payment.returned}",
        link=f"/payments/{payment.id}",
        case_id=case.id,
        values=values,
    )


async def fees_paid(session: AsyncSession, case: Case, verdict: Evaluation) -> bool:
    """Whether every fee these answers cause is paid, and nothing asked for is open."""
    known = await payments.payments_of(session, case.id)
    paid = {payment.fee_id for payment in known if payments.is_paid(payment)}
    settled = all(payment.state in ("paid", "cancelled") for payment in known)
    return settled and all(fee.id in paid for fee in verdict.fees)


def decision_fees(package: Package, case: Case) -> list[str]:
    """The fees to ask for now because a favourable decision has been proposed.

    登録免許税 and the like fall due with the decision (`due: decision`): they are asked for when
    the case waits for approval, since approval waits for them.
    """
    fees = [fee.id for fee in package.fees if fee.due == "decision"]
    if not fees:
        return []
    machine = package.machine
    granting = any(
        action.second_person
        and action.to is not None
        and machine.states[action.to].final
        and machine.states[action.to].outcome not in NOT_GRANTING
        for action in machine.leaving(case.state)
    )
    return fees if granting else []


def _due_on(within: str | None, at: datetime) -> date | None:
    period = read_period(within)
    return last_day(jst_date(at), period) if period is not None else None


_NO_DUE: Text = {"ja": "期限なし", "en": "no fixed day"}
NOTICES: Mapping[str, tuple[Text, Text]] = {
    "requested": (
        {"ja": "納付のお願い（{title}）", "en": "Please pay the fee for {title}"},
        {
            "ja": "「{title}」の{label} {amount}円を納めてください（納付期限：{due}）。"
            "番号と納め方は、下のリンクの納付のお知らせにあります。",
            "en": "Please pay {label}, {amount} yen, for {title} (by: {due}). "
            "The notice behind the link below has the numbers and how to pay.",
        },
    ),
    "mismatched": (
        {
            "ja": "違う金額が納付されました（{title}）",
            "en": "Another amount was paid for {title}",
        },
        {
            "ja": "{label}に、{amount}円と違う金額が納付されました。"
            "納付のお知らせを確かめて、{amount}円を納め直してください。先に届いた分はお返しします。",
            "en": "An amount other than {amount} yen arrived for {label}. Please see the notice and "
            "pay {amount} yen; what arrived before will be given back.",
        },
    ),
    "expired": (
        {"ja": "納付期限を過ぎました（{title}）", "en": "The time to pay is over ({title})"},
        {
            "ja": "{label} {amount}円の納付期限（{due}）を過ぎました。"
            "納付のお知らせの画面で、新しい納付番号を受け取れます。",
            "en": "{label}, {amount} yen, was to be paid by {due}. "
            "Get new numbers on the page of the notice.",
        },
    ),
    "refunded": (
        {"ja": "還付の決定（{title}）", "en": "A refund was decided on ({title})"},
        {
            "ja": "{label}について、お返しする金額が決まりました。下のリンクの画面で確かめてください。",
            "en": "It was decided to give money back for {label}. See the page behind the link.",
        },
    ),
}
