"""The fees of a case (手数料・登録免許税): asked for once, and whether all of them are paid."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import JobContext
from madoguchi.payments import service as payments
from madoguchi.procedures.service import Evaluation, FeeDue, Package

REPORT_JOB = "cases.payment_reported"
SYSTEM = "system"
NOT_GRANTING = frozenset({"refused", "withdrawn", "rejected"})


async def request_fee(session: AsyncSession, case: Case, fee: FeeDue, at: datetime) -> bool:
    """Ask the applicant for a fee, once; whether this call asked."""
    known = await payments.payments_of(session, case.id)
    if any(payment.fee_id == fee.id and payment.state != "cancelled" for payment in known):
        return False
    await payments.request_payment(
        session,
        case_id=case.id,
        fee_id=fee.id,
        label=fee.label,
        amount=fee.amount,
        payer=payments.Payer(organisation=case.organisation_id)
        if case.organisation_id
        else payments.Payer(person=case.filer_id),
        at=at,
        report_job=REPORT_JOB,
    )
    return True


async def fees_paid(session: AsyncSession, case: Case, verdict: Evaluation) -> bool:
    """Whether every fee these answers cause is paid, and nothing asked for is open."""
    known = await payments.payments_of(session, case.id)
    paid = {payment.fee_id for payment in known if payment.state == "paid"}
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
        and machine.states[action.to].final
        and machine.states[action.to].outcome not in NOT_GRANTING
        for action in machine.leaving(case.state)
    )
    return fees if granting else []


async def payment_reported(
    session: AsyncSession, payload: dict[str, Any], context: JobContext
) -> None:
    """The job behind REPORT_JOB: what the receiving side said stands in the case's journal."""
    await journal.append(
        session,
        subject=f"case:{payload['case_id']}",
        action=f"payment_{payload['state']}",
        actor=SYSTEM,
        at=context.clock(),
        payload={"fee": payload["fee_id"], "amount": payload["amount"]},
    )
