"""What a payment does to its case: it stands in the journal, and what waited for it goes on."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import locked_case
from madoguchi.cases.announcing import announce_payment
from madoguchi.cases.paying import NOTICES, tell_payer
from madoguchi.cases.timers import set_timers
from madoguchi.identity.service import SYSTEM_ACTOR
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import JobContext
from madoguchi.payments.models import PaymentRequest
from madoguchi.procedures import service as procedures


async def payment_reported(
    session: AsyncSession, payload: dict[str, Any], context: JobContext
) -> None:
    """The job behind REPORT_JOB: {payment_id, case_id, fee_id, amount, state}."""
    at, state = context.clock(), str(payload["state"])
    await journal.append(
        session,
        subject=f"case:{payload['case_id']}",
        action=f"payment_{state}",
        actor=SYSTEM_ACTOR.id,
        at=at,
        payload={"fee": payload["fee_id"], "amount": payload["amount"]},
    )
    case = await locked_case(session, str(payload["case_id"]))
    payment = await session.get(PaymentRequest, str(payload["payment_id"]))
    if case is None or payment is None:
        return
    await announce_payment(session, case, payment.id, state, at)
    if state in NOTICES:
        await tell_payer(session, case, payment, state, at)
    if state == "paid":
        # A timer whose guard waits for the fee found it unpaid when it was due.
        package = await procedures.package(session, case.digest)
        await set_timers(session, case, package, None, at)
