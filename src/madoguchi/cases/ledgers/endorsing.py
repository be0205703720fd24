"""Uses that filings make of ledgers (申請・届出による裏書): the effects `reserve` and `ledger`."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.ledgers.holding import Holding, holding_of
from madoguchi.cases.ledgers.models import RELEASED, RESERVED, USED, LedgerUse
from madoguchi.cases.ledgers.recording import Origin, give_back, write
from madoguchi.cases.ledgers.rules import LONGEST_REFERENCE, Amount, Endorsing
from madoguchi.cases.models import Case
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures.service import Endorsement


async def endorse(
    session: AsyncSession,
    case: Case,
    endorsement: Endorsement,
    context: Mapping[str, object],
    actor: Actor,
    at: datetime,
    *,
    final: bool,
) -> None:
    """Use, or reserve, what a case tells; what it had used or reserved before is replaced.

    CaseError 409 when less is left, or the registration cannot be used or is held by somebody
    else: nothing of the act is kept then.
    """
    entry_id = endorsement.entry_id(context)
    if entry_id is None:
        return
    holding = await holding_of(session, entry_id, jst_date(at), hold=True)
    if holding.entry.organisation_id != case.organisation_id:
        raise case_error(
            "not-the-holder",
            409,
            "この許可は、いまは申請者のものではありません。",
            "The applicant does not hold this registration any more.",
        )
    reference = _reference(endorsement, context, case)
    await _replace(session, case, holding, reference, Origin(actor.id, at, case.id))
    parts = endorsement.parts(context)
    if not parts:
        return
    on = endorsement.on(context) if endorsement.on is not None else None
    use = Endorsing(
        reference=reference,
        on=on if isinstance(on, date) else jst_date(case.arrived_at),
        amounts=[Amount(part.ledger, part.item, part.amount) for part in parts],
        provisional=not final,
    )
    await write(session, holding, use, Origin(actor.id, at, case.id))


async def give_back_all(session: AsyncSession, case: Case, actor: Actor, at: datetime) -> None:
    """Give back what a case used or reserved: it was withdrawn or refused."""
    for row in await _standing(session, case):
        await holding_of(session, row.entry_id, jst_date(at), hold=True)
        await session.refresh(row)
        if row.state in (RESERVED, USED):
            await give_back(session, row, Origin(actor.id, at, case.id), RELEASED)


async def _replace(
    session: AsyncSession, case: Case, holding: Holding, reference: str, origin: Origin
) -> None:
    for row in await _standing(session, case):
        if (row.entry_id, row.reference) == (holding.entry.entry_id, reference):
            await give_back(session, row, origin, RELEASED)


async def _standing(session: AsyncSession, case: Case) -> list[LedgerUse]:
    query = select(LedgerUse).where(
        LedgerUse.case_id == case.id, LedgerUse.state.in_((RESERVED, USED))
    )
    return list(await session.scalars(query.order_by(LedgerUse.entry_id, LedgerUse.id)))


def _reference(endorsement: Endorsement, context: Mapping[str, object], case: Case) -> str:
    found = endorsement.reference(context) if endorsement.reference is not None else None
    text = str(found or "").strip() or f"{case.arrival_number} {endorsement.name}"
    return text[:LONGEST_REFERENCE]
