"""Reading duties (提出義務の一覧): what a party has to file, what an office waits for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.obligations.models import EXCUSED, FULFILLED, OPEN, VOID, Obligation
from madoguchi.identity.service import Actor, limits_of
from madoguchi.web.paging import after

PAGE = 50
OVERDUE = "overdue"
STANDINGS = (OPEN, OVERDUE, FULFILLED, EXCUSED)


@dataclass(frozen=True)
class DueQuery:
    """What an official wants to see of the duties: filters, and the cursor of the page."""

    duty: str | None = None
    period: str | None = None
    standing: str | None = None
    agency_id: str | None = None
    text: str = ""
    cursor: tuple[Any, ...] | None = None
    limit: int = PAGE


@dataclass(frozen=True)
class Count:
    """How a duty stands in a period: how many owe, filed, are open, are overdue, are excused."""

    duty: str
    period: str
    owed: int
    fulfilled: int
    open: int
    overdue: int
    excused: int


def standing_of(found: Obligation, today: date) -> str:
    """open | overdue | fulfilled | excused | void: how an obligation stands on a day."""
    return OVERDUE if found.state == OPEN and found.due_on < today else found.state


def own(actor: Actor) -> ColumnElement[bool]:
    """The condition "a duty of the organisation this actor acts for now"."""
    if actor.kind not in ("applicant", "official") or actor.organisation is None:
        return false()
    ours: ColumnElement[bool] = Obligation.organisation_id == actor.organisation
    limits = limits_of(actor)
    if limits is None:
        return false()
    return and_(ours, Obligation.procedure_id.in_(sorted(limits))) if limits else ours


async def open_duties(
    session: AsyncSession,
    actor: Actor,
    *,
    cursor: tuple[Any, ...] | None = None,
    limit: int = PAGE,
) -> list[Obligation]:
    """Up to limit + 1 duties the actor's organisation has still to fulfil, first due first."""
    conditions = [own(actor), Obligation.state == OPEN]
    if cursor is not None:
        conditions.append(after([Obligation.due_on, Obligation.id], cursor))
    query = select(Obligation).where(*conditions)
    query = query.order_by(Obligation.due_on, Obligation.id).limit(limit + 1)
    return list(await session.scalars(query))


async def filed_duties(session: AsyncSession, actor: Actor, limit: int = 20) -> list[Obligation]:
    """The duties fulfilled or excused last."""
    query = select(Obligation).where(own(actor), Obligation.state.in_((FULFILLED, EXCUSED)))
    query = query.order_by(Obligation.due_on.desc(), Obligation.id.desc()).limit(limit)
    return list(await session.scalars(query))


async def own_duty(session: AsyncSession, actor: Actor, obligation_id: str) -> Obligation:
    """One duty of the actor's organisation. CaseError 404 for anybody else's."""
    query = select(Obligation).where(own(actor), Obligation.id == obligation_id[:40])
    found = await session.scalar(query)
    if found is None:
        raise not_found()
    return found


async def duties_at_desk(
    session: AsyncSession, agencies: Collection[str], asked: DueQuery, today: date
) -> Sequence[Obligation]:
    """Up to limit + 1 duties at these agencies, first due first."""
    wanted = {asked.agency_id} & set(agencies) if asked.agency_id else agencies
    conditions = [Obligation.agency_id.in_(sorted(wanted)), *_standing(asked.standing, today)]
    if asked.duty:
        conditions.append(Obligation.duty == asked.duty)
    if asked.period:
        conditions.append(Obligation.period == asked.period)
    if asked.text:
        conditions.append(
            or_(
                Obligation.number.startswith(asked.text, autoescape=True),
                Obligation.holder.contains(asked.text, autoescape=True),
            )
        )
    if asked.cursor is not None:
        conditions.append(after([Obligation.due_on, Obligation.id], asked.cursor))
    query = select(Obligation).where(*conditions)
    query = query.order_by(Obligation.due_on, Obligation.id).limit(asked.limit + 1)
    return (await session.scalars(query)).all()


async def counts(session: AsyncSession, agencies: Collection[str], today: date) -> list[Count]:
    """How each duty stands in each period at these agencies, the latest periods first."""
    late = and_(Obligation.state == OPEN, Obligation.due_on < today)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            Obligation.duty,
            Obligation.period,
            func.count(),
            number(Obligation.state == FULFILLED),
            number(and_(Obligation.state == OPEN, Obligation.due_on >= today)),
            number(late),
            number(Obligation.state == EXCUSED),
        )
        .where(Obligation.agency_id.in_(sorted(agencies)), Obligation.state != VOID)
        .group_by(Obligation.duty, Obligation.period)
        .order_by(Obligation.period.desc(), Obligation.duty)
    )
    return [Count(*row) for row in await session.execute(query)]


def _standing(standing: str | None, today: date) -> list[ColumnElement[bool]]:
    if standing == OVERDUE:
        return [Obligation.state == OPEN, Obligation.due_on < today]
    if standing == OPEN:
        return [Obligation.state == OPEN, Obligation.due_on >= today]
    return [Obligation.state == standing] if standing else [Obligation.state != VOID]
