"""Beginning the filing that fulfils a duty: entry and period are filled in."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.drafts import open_drafts, start_draft
from madoguchi.cases.models import Draft
from madoguchi.cases.obligations.models import OPEN, Obligation
from madoguchi.cases.obligations.queries import own_duty
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Package


async def begin_filing(
    session: AsyncSession, actor: Actor, clock: Clock, obligation_id: str
) -> Draft:
    """The draft that will fulfil a duty: the one begun already, or a new one.

    CaseError 404, 409 (no longer open), ProcedureError 404 (not open today).
    """
    duty = await own_duty(session, actor, obligation_id)
    if duty.state != OPEN:
        raise case_error(
            "not-open",
            409,
            "すでに提出されているか、提出の必要がなくなりました。",
            "This has been filed already, or need not be filed any more.",
        )
    package = await procedures.current(session, duty.procedure_id, jst_date(clock()))
    given = answers_given(package, duty)
    for draft in await open_drafts(session, actor, procedure_id=duty.procedure_id):
        if all(str(draft.entered.get(name)) == str(value) for name, value in given.items()):
            return draft
    return await start_draft(session, actor, clock, duty.procedure_id, given=given)


def answers_given(package: Package, duty: Obligation) -> dict[str, Any]:
    """The answers a duty settles: the entry, and the period where it is a field."""
    answers = {package.about.entry: duty.entry_id, package.about.period_field: duty.period}
    return {name: value for name, value in answers.items() if name is not None}
