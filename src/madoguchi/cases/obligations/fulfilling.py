"""Linking filings with the duties they fulfil (義務の履行), in the transaction of the filing."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.previous import VOID as VOID_OUTCOMES
from madoguchi.cases.models import Case
from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.obligations.storing import link_filings, unlink
from madoguchi.kernel import journal


async def filing_arrived(session: AsyncSession, case: Case, key: FilingKey, at: datetime) -> None:
    """A filing arrived or was corrected: what it fulfils now, and no longer does."""
    before = await unlink(session, case.id) if case.revision > 1 else []
    if before:
        await link_filings(session, Obligation.id.in_(before))
    if key.entry_id is None:
        return
    linked = await link_filings(
        session,
        Obligation.procedure_id == case.procedure_id,
        Obligation.entry_id == key.entry_id,
    )
    if linked:
        await _journal(session, key.entry_id, "duty_fulfilled", case, at)


async def case_ended(session: AsyncSession, case: Case, at: datetime) -> None:
    """A case that was withdrawn or refused fulfils nothing; an earlier or later filing may."""
    if case.outcome not in VOID_OUTCOMES:
        return
    opened = await unlink(session, case.id)
    if not opened:
        return
    await link_filings(session, Obligation.id.in_(opened))
    key = await session.get(FilingKey, case.id)
    if key is not None and key.entry_id is not None:
        await _journal(session, key.entry_id, "duty_open_again", case, at)


async def _journal(
    session: AsyncSession, entry_id: str, action: str, case: Case, at: datetime
) -> None:
    await journal.append(
        session,
        subject=f"register:{entry_id}",
        action=action,
        actor=case.filer_id,
        on_behalf_of=case.organisation_id,
        at=at,
        payload={"case": case.id, "procedure": case.procedure_id},
    )
