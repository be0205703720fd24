"""How a registration stands (効力): suspended, resumed, passed on; in the caller's transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import (
    amended_from,
    in_force,
    passed_from,
    resumed_from,
    suspended_between,
)
from madoguchi.cases.registers.service import (
    Change,
    current,
    from_its_first_day,
    rewrite,
    still_open,
)
from madoguchi.cases.registers.values import tagged


@dataclass(frozen=True)
class Holder:
    """Who holds a registration, and the agency that looks after it."""

    organisation_id: str | None
    name: str
    agency_id: str


async def suspend(
    session: AsyncSession, entry_id: str, change: Change, until: date | None = None
) -> RegisterEntry:
    """Take the effect for the days [change.on, until); without `until`, until it is resumed.

    CaseError 404, 409 when it has ended by then or is suspended on all those days already.
    """
    rows, spans = await current(session, entry_id)
    day = from_its_first_day(spans, change.on)
    still_open(spans, day)
    written = suspended_between(spans, day, until)
    if written == spans:
        raise case_error(
            "suspended-already",
            409,
            "この登録は、その期間すでに効力が停止されています。",
            "This registration is suspended for those days already.",
        )
    return await rewrite(session, rows, spans, written, "suspended", change, {})


async def resume(session: AsyncSession, entry_id: str, change: Change) -> RegisterEntry:
    """End the suspension that covers `change.on` before that day. CaseError 404, 409 if none does."""
    rows, spans = await current(session, entry_id)
    written = resumed_from(spans, from_its_first_day(spans, change.on))
    if written == spans:
        raise case_error(
            "not-suspended",
            409,
            "この登録は、その日に効力が停止されていません。",
            "This registration is not suspended on that day.",
        )
    return await rewrite(session, rows, spans, written, "resumed", change, {})


async def pass_on(
    session: AsyncSession,
    entry_id: str,
    to: Holder,
    columns: Mapping[str, object],
    public: Collection[str],
    change: Change,
    number: str | None = None,
) -> tuple[RegisterEntry, Holder]:
    """Succession (承継) from `change.on` on: the entry, and who held it until then.

    The history stays, and the number too unless a new one is given. CaseError 404, 409 when ended.
    """
    rows, spans = await current(session, entry_id)
    day = from_its_first_day(spans, change.on)
    still_open(spans, day)
    said = in_force(spans, day) or spans[-1]
    former = Holder(said.holder, said.name, said.agency)
    new = {name: tagged(value) for name, value in columns.items()}
    written = passed_from(
        amended_from(spans, day, new, public),
        day,
        holder=to.organisation_id,
        name=to.name,
        agency=to.agency_id,
        number=number,
    )
    entry = await rewrite(session, rows, spans, written, "succeeded", change, new)
    return entry, former
