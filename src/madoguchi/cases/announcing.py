"""What programs are told of a case (Webhook): one event an act, one for each letter it issued."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case, Letter, RegisterEntry
from madoguchi.cases.transition import WITHDRAWN
from madoguchi.procedures.service import DRAFT, Transition
from madoguchi.webhooks.events import Audience, announce


def audience_of(case: Case) -> Audience:
    """Whose events those of a case are."""
    return Audience(case.organisation_id, case.agency_id, case.procedure_id)


def event_of(case: Case, transition: Transition) -> str:
    """The type of event an act is, for a case that has moved already."""
    if transition.source == DRAFT:
        return "case.submitted"
    if transition.final and transition.source != transition.to:
        return "case.withdrawn" if transition.outcome == WITHDRAWN else "case.decided"
    if transition.source != transition.to and case.stage == "applicant":
        return "case.correction_requested"
    return "case.corrected" if transition.action.check else "case.state_changed"


async def announce_act(
    session: AsyncSession,
    case: Case,
    transition: Transition,
    letters: Iterable[Letter],
    at: datetime,
) -> None:
    """Tell of an act and its letters, in its transaction."""
    event = act_event(case, transition)
    await announce(session, at=at, **event)
    for letter in letters:
        data = {"case_id": case.id, "letter_id": letter.id, "letter": letter.key}
        await announce(session, at=at, **{**event, "type": "letter.issued", "data": data})


def act_event(case: Case, transition: Transition) -> dict[str, Any]:
    """What programs are told of an act: arguments of `announce`."""
    return {
        "type": event_of(case, transition),
        "audience": audience_of(case),
        "subject": f"/api/v1/cases/{case.id}",
        "data": {
            "case_id": case.id,
            "procedure_id": case.procedure_id,
            "arrival_number": case.arrival_number,
            "state": case.state,
            "outcome": case.outcome,
        },
    }


async def announce_payment(
    session: AsyncSession, case: Case, payment_id: str, state: str, at: datetime
) -> None:
    """Tell of a payment of a case that came into another state."""
    await announce(
        session,
        f"payment.{state}",
        audience_of(case),
        subject=f"/api/v1/payments/{payment_id}",
        data={"payment_id": payment_id, "case_id": case.id, "state": state},
        at=at,
    )


async def announce_entry(
    session: AsyncSession, entry: RegisterEntry, action: str, case_id: str | None, at: datetime
) -> None:
    """Tell of a registration that was entered, amended, closed or otherwise changed."""
    await announce(
        session,
        "register.changed",
        Audience(entry.organisation_id, entry.agency_id),
        subject=f"/api/v1/registers/{entry.register}",
        data={
            "register_name": entry.register,
            "entry_id": entry.entry_id,
            "number": entry.number,
            "action": action,
            "case_id": case_id,
        },
        at=at,
    )
