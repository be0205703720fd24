"""Lists of inspections (立入検査の一覧): by tab, by day, of an entry, of an inspector, of a holder."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, exists, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import agencies_read, own_inspections
from madoguchi.cases.inspections.models import Finding, Inspection, InspectionPlan, Inspector
from madoguchi.identity.service import Actor
from madoguchi.web.paging import after

PAGE = 50
MOST_IN_MONTH = 2000
_NEVER = date(9999, 12, 31)
_BY_DAY = (Inspection.visit_on, Inspection.visit_time, Inspection.id)
TABS: dict[str, tuple[str, ...]] = {
    "mine": tuple(s for s in rules.STATES if s not in (rules.CLOSED, rules.CANCELLED)),
    "planned": (rules.PLANNED,),
    "scheduled": (rules.ASSIGNED, rules.READY),
    "visiting": (rules.VISITING, rules.VISITED),
    "deciding": (rules.DECIDING, rules.CLOSING),
    "improving": (rules.IMPROVING,),
    "overdue": (rules.IMPROVING,),
    "closed": (rules.CLOSED, rules.CANCELLED),
}


@dataclass(frozen=True)
class Line:
    """An inspection in a list, with the names of its inspectors and its overdue findings."""

    inspection: Inspection
    inspectors: tuple[str, ...]
    overdue: int


@dataclass(frozen=True)
class ListQuery:
    """What is asked of the list: a tab, words, the cursor behind which the page begins."""

    tab: str
    text: str = ""
    cursor: tuple[Any, ...] | None = None
    limit: int = PAGE


def sort_key(inspection: Inspection) -> tuple[date, str]:
    """Where an inspection stands in a list: by day, those without one last."""
    return inspection.visit_on or _NEVER, inspection.id


async def listed(session: AsyncSession, actor: Actor, query: ListQuery, today: date) -> list[Line]:
    """Up to limit + 1 inspections of a tab."""
    day = type_coerce(func.coalesce(Inspection.visit_on, _NEVER), Date)
    conditions = [_of_tab(actor, query.tab, today)]
    if query.text:
        conditions.append(
            or_(
                Inspection.number.contains(query.text, autoescape=True),
                Inspection.holder_name.contains(query.text, autoescape=True),
            )
        )
    if query.cursor is not None:
        conditions.append(after([day, Inspection.id], query.cursor))
    found = select(Inspection).where(*conditions).order_by(day, Inspection.id)
    return await _lines(session, found.limit(query.limit + 1), today)


async def counts(session: AsyncSession, actor: Actor, today: date) -> dict[str, int]:
    """How many inspections each open tab holds."""
    found = {}
    for tab in TABS:
        if tab != "closed":
            query = select(func.count()).select_from(Inspection).where(_of_tab(actor, tab, today))
            found[tab] = await session.scalar(query) or 0
    return found


async def in_month(session: AsyncSession, actor: Actor, month: date, today: date) -> list[Line]:
    """The inspections with a day in a month."""
    found = _read_by(actor).where(
        Inspection.visit_on >= month,
        Inspection.visit_on < rules.add_months(month, 1),
        Inspection.state != rules.CANCELLED,
    )
    return await _lines(session, found.order_by(*_BY_DAY).limit(MOST_IN_MONTH), today)


async def of_entry(session: AsyncSession, actor: Actor, entry_id: str, today: date) -> list[Line]:
    """The inspections of an entry an official may read, newest first."""
    found = _read_by(actor).where(Inspection.entry_id == entry_id)
    return await _lines(session, found.order_by(Inspection.id.desc()).limit(PAGE), today)


async def of_party(
    session: AsyncSession, actor: Actor, organisation_id: str | None, today: date
) -> list[Line]:
    """The last inspections of a party an official may read, newest first."""
    if organisation_id is None:
        return []
    found = _read_by(actor).where(Inspection.organisation_id == organisation_id)
    return await _lines(session, found.order_by(Inspection.id.desc()).limit(5), today)


async def visits_of(session: AsyncSession, actor: Actor) -> list[Inspection]:
    """The visits an inspector has before them or has not handed in, by day."""
    rows = await session.scalars(
        select(Inspection)
        .join(Inspector, Inspector.inspection_id == Inspection.id)
        .where(
            Inspector.person_id == actor.id,
            Inspector.active,
            Inspection.state.in_(sorted({*rules.RECORDING, rules.ASSIGNED})),
        )
        .order_by(*_BY_DAY)
        .limit(100)
    )
    return list(rows)


async def held(session: AsyncSession, actor: Actor, before: str | None = None) -> list[Inspection]:
    """Up to PAGE + 1 inspections the holder was told of, newest first."""
    query = select(Inspection).where(own_inspections(actor))
    if before:
        query = query.where(Inspection.id < before)
    return list(await session.scalars(query.order_by(Inspection.id.desc()).limit(PAGE + 1)))


async def plans(session: AsyncSession, actor: Actor) -> list[InspectionPlan]:
    """The plans of one's agencies, newest year first."""
    rows = await session.scalars(
        select(InspectionPlan)
        .where(InspectionPlan.agency_id.in_(agencies_read(actor)))
        .order_by(InspectionPlan.year.desc(), InspectionPlan.register, InspectionPlan.agency_id)
        .limit(200)
    )
    return list(rows)


def _read_by(actor: Actor) -> Select[Inspection]:
    return select(Inspection).where(Inspection.agency_id.in_(agencies_read(actor)))


async def _lines(session: AsyncSession, found: Select[Inspection], today: date) -> list[Line]:
    """Inspections with the names of those who go, and how many findings are overdue."""
    rows = list(await session.scalars(found))
    ids = [row.id for row in rows]
    names: dict[str, list[str]] = {}
    for inspector in await session.scalars(
        select(Inspector)
        .where(Inspector.inspection_id.in_(ids), Inspector.active)
        .order_by(Inspector.lead.desc(), Inspector.name)
    ):
        names.setdefault(inspector.inspection_id, []).append(inspector.name)
    counted = await session.execute(
        select(Finding.inspection_id, func.count())
        .where(Finding.inspection_id.in_(ids), _late(today))
        .group_by(Finding.inspection_id)
    )
    late = {row[0]: row[1] for row in counted}
    return [Line(row, tuple(names.get(row.id, ())), late.get(row.id, 0)) for row in rows]


def _late(today: date) -> ColumnElement[bool]:
    return Finding.state.in_(sorted(rules.OPEN_FINDINGS)) & (Finding.due_on < today)


def _of_tab(actor: Actor, tab: str, today: date) -> ColumnElement[bool]:
    read = Inspection.agency_id.in_(agencies_read(actor))
    condition: ColumnElement[bool] = read & Inspection.state.in_(TABS[tab])
    if tab == "mine":
        goes = Inspector.active & (Inspector.person_id == actor.id)
        return condition & exists().where(Inspector.inspection_id == Inspection.id, goes)
    if tab == "overdue":
        return condition & exists().where(Finding.inspection_id == Inspection.id, _late(today))
    return condition
