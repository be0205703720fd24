"""Who may see and do what with inspections (閲覧の権限). Deny by default: 404, as if absent.

Officials need a role of rules.READERS at the agency. Inspectors record only at visits they are
assigned to. The holder sees announced inspections, and every one whose results were told.
"""

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import organisations
from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.models import Inspection, InspectionPlan, Inspector
from madoguchi.cases.inspections.refusing import refusal
from madoguchi.identity.service import (
    FILE,
    Actor,
    agencies_where,
    limits_of,
    may_file_for,
    roles_at,
)
from madoguchi.kernel.ids import is_id


def agencies_read(actor: Actor) -> frozenset[str]:
    """The agencies whose inspections an official may read."""
    if actor.kind != "official":
        return frozenset()
    return frozenset().union(*(agencies_where(actor, role) for role in rules.READERS))


def agencies_planned(actor: Actor) -> frozenset[str]:
    """The agencies for which an official may plan inspections."""
    if actor.kind != "official":
        return frozenset()
    return frozenset().union(*(agencies_where(actor, role) for role in rules.PLANNERS))


async def inspection_for(
    session: AsyncSession, actor: Actor, inspection_id: str, *, lock: bool = False
) -> Inspection:
    """The inspection, for officials who may read it; CaseError 404 for everyone else."""
    found = await _inspection(session, inspection_id, lock)
    if found is None or found.agency_id not in agencies_read(actor):
        raise not_found()
    return found


def roles_on(actor: Actor, agency_id: str, organisation_id: str | None = None) -> frozenset[str]:
    """The actor's roles at an agency. CaseError 403 about a party of their own (利害関係)."""
    if organisation_id is not None and organisation_id in {
        actor.organisation,
        actor.own_organisation,
    }:
        raise refusal("own-case")
    return roles_at(actor, agency_id)


async def visit_for(
    session: AsyncSession,
    actor: Actor,
    inspection_id: str,
    *,
    lock: bool = False,
    former: bool = False,
) -> tuple[Inspection, Inspector]:
    """The inspection for one of its inspectors (`former`: also one taken off); else CaseError 404.

    An inspector of the holder's own organisation gets 403, as everywhere.
    """
    found = await _inspection(session, inspection_id, lock)
    mine = await session.get(Inspector, (found.id, actor.id)) if found is not None else None
    if found is None or mine is None or not (mine.active or former):
        raise not_found()
    if rules.INSPECTOR not in roles_on(actor, found.agency_id, found.organisation_id):
        raise not_found()
    return found, mine


async def plan_for(
    session: AsyncSession, actor: Actor, plan_id: str, *, lock: bool = False
) -> InspectionPlan:
    """The plan, for officials who may read it; CaseError 404 for everyone else."""
    query = select(InspectionPlan).where(InspectionPlan.id == plan_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(query) if is_id(plan_id) else None
    if found is None or found.agency_id not in agencies_read(actor):
        raise not_found()
    return found


async def own_inspection(
    session: AsyncSession, actor: Actor, inspection_id: str, *, lock: bool = False
) -> Inspection:
    """The inspection, for the holder it is about, once they were told of it; else CaseError 404."""
    found = await _inspection(session, inspection_id, lock)
    if found is None or not _is_holder(actor, found) or not holder_knows(found):
        raise not_found()
    return found


def holder_knows(inspection: Inspection) -> bool:
    """Whether the holder has been told: by a notice, or by the results."""
    noticed = inspection.announced is True and inspection.state not in (
        rules.PLANNED,
        rules.ASSIGNED,
    )
    return noticed or inspection.state in rules.TOLD


def own_inspections(actor: Actor) -> ColumnElement[bool]:
    """The condition "an inspection of the party this actor acts for, of which it was told"."""
    if actor.kind not in ("applicant", "official"):
        return false()
    noticed = and_(
        Inspection.announced.is_(True), Inspection.state.not_in((rules.PLANNED, rules.ASSIGNED))
    )
    known = or_(noticed, Inspection.state.in_(sorted(rules.TOLD)))
    mine: ColumnElement[bool] = and_(
        Inspection.organisation_id.is_(None), Inspection.person_id == actor.id
    )
    if actor.organisation is not None:
        ours: ColumnElement[bool] = Inspection.organisation_id == actor.organisation
        limits = limits_of(actor, FILE)
        if limits is None:
            return false()
        if limits:
            ours = and_(ours, Inspection.procedure_id.in_(sorted(limits)))
        mine = ours if actor.agent else or_(ours, mine)
    return and_(mine, known)


def _is_holder(actor: Actor, inspection: Inspection) -> bool:
    if actor.kind not in ("applicant", "official"):
        return False
    if inspection.organisation_id is None:
        return inspection.person_id == actor.id
    return inspection.organisation_id in organisations(actor) and may_file_for(
        actor, inspection.organisation_id, inspection.procedure_id
    )


async def _inspection(session: AsyncSession, inspection_id: str, lock: bool) -> Inspection | None:
    if not is_id(inspection_id):
        return None
    query = select(Inspection).where(Inspection.id == inspection_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Inspection | None = await session.scalar(query)
    return found
