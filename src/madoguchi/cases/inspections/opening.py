"""Beginning an inspection (立入検査の開始): from a line of an approved plan, or outside it (随時)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.access import roles_on
from madoguchi.cases.inspections.entering import Entered
from madoguchi.cases.inspections.models import Inspection, InspectionPlan
from madoguchi.cases.inspections.programme import Programme, environment_on, programme_of
from madoguchi.cases.inspections.ranking import entry_context
from madoguchi.cases.models import Case, RegisterEntry
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.procedures.service import Site, sites


async def open_special(
    session: AsyncSession, actor: Actor, clock: Clock, form: Mapping[str, Any]
) -> Inspection:
    """An inspection outside the plan, for a reason. Refused 422; CaseError 404, 403."""
    entered = Entered(form)
    register = entered.text("register", longest=64)
    number = entered.text("number", longest=120)
    reason = entered.text("reason", longest=1000)
    entered.done()
    programme = await programme_of(session, register, jst_date(clock()))
    row = await _current_entry(session, RegisterEntry.number == number, register)
    allowed = row is not None and roles_on(actor, row.agency_id) & rules.PLANNERS
    if row is None or not allowed:
        entered.fault(
            "number",
            "この番号の登録は、検査できる登録簿にありません。",
            "There is no such entry among those you can inspect.",
        )
        entered.done()
    assert row is not None  # noqa: S101 - otherwise refused
    line = {"entry": row.entry_id, "number": row.number, "reason": reason}
    return await open_inspection(session, actor, clock, programme, line)


async def open_inspection(
    session: AsyncSession,
    actor: Actor,
    clock: Clock,
    programme: Programme,
    line: Mapping[str, Any],
    plan: InspectionPlan | None = None,
) -> Inspection:
    """One inspection of an entry, waiting for inspectors and a day. CaseError 404."""
    row = await _current_entry(session, RegisterEntry.entry_id == line["entry"], programme.register)
    if row is None:
        raise not_found()
    case = await session.get(Case, row.case_id) if row.case_id else None
    at = clock()
    inspection = Inspection(
        id=new_id(),
        plan_id=plan.id if plan else None,
        register=programme.register,
        procedure_id=programme.package.id,
        entry_id=row.entry_id,
        number=row.number,
        digest=programme.package.digest,
        title=dict(programme.block.spec.title),
        agency_id=row.agency_id,
        organisation_id=row.organisation_id,
        person_id=case.filer_id if case is not None and row.organisation_id is None else None,
        holder_name=row.organisation_name,
        score=line.get("score"),
        reason=line.get("reason") or line.get("added"),
        site={"name": "", "address": ""},
        state=rules.PLANNED,
        revision=1,
        created_at=at,
        updated_at=at,
    )
    session.add(inspection)
    await session.flush()
    await journal.append(
        session,
        subject=f"inspection:{inspection.id}",
        action="inspection_opened",
        actor=actor.id,
        at=at,
        payload={
            "actor_name": actor.name,
            "register": row.register,
            "number": row.number,
            "plan": inspection.plan_id,
            "score": inspection.score,
            "reason": inspection.reason,
        },
    )
    return inspection


def begin_visit(inspection: Inspection, made_at: datetime, at: datetime) -> None:
    """The first record makes the visit begin, on the day it was made."""
    if inspection.state == rules.READY:
        inspection.state = rules.VISITING
        inspection.visit_on = rules.day_of_visit(jst_date(made_at), jst_date(at))
        inspection.revision += 1


async def entry_now(session: AsyncSession, inspection: Inspection) -> RegisterEntry:
    """What the register says now of the entry inspected. CaseError 404."""
    row = await _current_entry(
        session, RegisterEntry.entry_id == inspection.entry_id, inspection.register
    )
    if row is None:
        raise not_found()
    return row


def sites_of(programme: Programme, row: RegisterEntry) -> list[Site]:
    """The places of an entry; the holder itself where the package names none."""
    found = sites(programme.block, entry_context(row), environment_on(row.valid_from))
    return found or [Site(row.organisation_name, "")]


async def _current_entry(
    session: AsyncSession, condition: Any, register: str
) -> RegisterEntry | None:
    found: RegisterEntry | None = await session.scalar(
        select(RegisterEntry)
        .where(RegisterEntry.register == register, condition, RegisterEntry.superseded_at.is_(None))
        .order_by(RegisterEntry.valid_from.desc(), RegisterEntry.id.desc())
        .limit(1)
    )
    return found
