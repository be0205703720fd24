"""Reading the disposal list and what was erased."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.retention.access import looked_after
from madoguchi.cases.retention.models import (
    APPROVED,
    DONE,
    HELD,
    LISTED,
    PROPOSED,
    Erasure,
)
from madoguchi.identity.service import Actor
from madoguchi.web.paging import after

VIEWS: dict[str, tuple[str, ...]] = {
    "listed": (LISTED,),
    "proposed": (PROPOSED, APPROVED),
    "held": (HELD,),
    "done": (DONE,),
}


@dataclass(frozen=True)
class Line:
    """One erasure with its case, as a list shows it."""

    erasure: Erasure
    case: Case


async def lines(
    session: AsyncSession,
    actor: Actor,
    view: str,
    *,
    cursor: Sequence[object] | None = None,
    limit: int = 50,
) -> list[Line]:
    """Those of the actor's agencies in a view, oldest listed first, one more than `limit`.

    CaseError 403. KeyError for an unknown view.
    """
    query = select(Erasure, Case).join(Case, Case.id == Erasure.case_id).where(_mine(actor, view))
    if cursor:
        query = query.where(after((Erasure.id,), list(cursor), descending=view == "done"))
    order = Erasure.id.desc() if view == "done" else Erasure.id
    rows = await session.execute(query.order_by(order).limit(limit + 1))
    return [Line(row[0], row[1]) for row in rows]


async def counts(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many there are in each view but what is done."""
    found = {}
    for view in VIEWS:
        if view != "done":
            query = select(func.count()).select_from(Erasure).where(_mine(actor, view))
            found[view] = await session.scalar(query) or 0
    return found


async def erasures_of(session: AsyncSession, case_id: str) -> list[Erasure]:
    """What was erased of a case, in order; the caller has decided who may read."""
    query = select(Erasure).where(Erasure.case_id == case_id, Erasure.state == DONE)
    return list(await session.scalars(query.order_by(Erasure.done_at, Erasure.id)))


def _mine(actor: Actor, view: str) -> ColumnElement[bool]:
    agencies = sorted(looked_after(actor))
    return Erasure.agency_id.in_(agencies) & Erasure.state.in_(VIEWS[view])
