"""What is known of past inspections of the entries of a register (検査の履歴), for their risk."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

from sqlalchemy import Date, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.models import Finding, Inspection
from madoguchi.cases.inspections.programme import Programme
from madoguchi.cases.models import Case, RegisterEntry
from madoguchi.procedures.service import History

YEARS_BACK = 5
_LEFT = ("open", "returned", "reported")


async def since_days(session: AsyncSession, register: str, agency_id: str) -> dict[str, date]:
    """The first day of each registration, through all its amendments."""
    rows = await session.execute(
        select(RegisterEntry.entry_id, type_coerce(func.min(RegisterEntry.valid_from), Date))
        .where(RegisterEntry.register == register, RegisterEntry.agency_id == agency_id)
        .group_by(RegisterEntry.entry_id)
    )
    return {str(row[0]): row[1] for row in rows}


async def histories(
    session: AsyncSession,
    programme: Programme,
    agency_id: str,
    holders: Mapping[str, str | None],
    since: Mapping[str, date],
    on: date,
    until: date,
) -> dict[str, History]:
    """The history of each entry of `holders` (entry → organisation); due: by the day `until`."""
    back = datetime.combine(rules.add_months(on, -12 * YEARS_BACK), time(), UTC)
    visits = await _visits(session, programme.register, agency_id, back)
    findings = await _findings(session, programme.register, agency_id, back, on)
    incidents = await _incidents(session, programme.block.spec.incidents, back)
    every = rules.months_of(programme.block.spec.every)
    result = {}
    for entry, organisation in holders.items():
        last, count = visits.get(entry, (None, 0))
        due = rules.next_due(last, since.get(entry, on), every)
        told, left, late = findings.get(entry, (0, 0, 0))
        result[entry] = History(
            last_inspected_on=last,
            months_since=rules.whole_months(last, on) if last else None,
            due=due is not None and due <= until,
            inspections=count,
            findings=told,
            open_findings=left,
            overdue_findings=late,
            incidents=incidents.get(organisation or "", 0),
        )
    return result


async def _visits(
    session: AsyncSession, register: str, agency_id: str, back: datetime
) -> dict[str, tuple[date | None, int]]:
    recent = func.sum(case((Inspection.visited_at >= back, 1), else_=0))
    rows = await session.execute(
        select(Inspection.entry_id, type_coerce(func.max(Inspection.visit_on), Date), recent)
        .where(
            Inspection.register == register,
            Inspection.agency_id == agency_id,
            Inspection.visited_at.is_not(None),
        )
        .group_by(Inspection.entry_id)
    )
    return {row[0]: (row[1], int(row[2] or 0)) for row in rows}


async def _findings(
    session: AsyncSession, register: str, agency_id: str, back: datetime, on: date
) -> dict[str, tuple[int, int, int]]:
    late = Finding.state.in_(sorted(rules.OPEN_FINDINGS)) & (Finding.due_on < on)
    rows = await session.execute(
        select(
            Inspection.entry_id,
            func.count(),
            func.sum(case((Finding.state.in_(_LEFT), 1), else_=0)),
            func.sum(case((late, 1), else_=0)),
        )
        .join(Finding, Finding.inspection_id == Inspection.id)
        .where(
            Inspection.register == register,
            Inspection.agency_id == agency_id,
            Inspection.results_at >= back,
            Finding.state != "draft",
        )
        .group_by(Inspection.entry_id)
    )
    return {row[0]: (row[1], int(row[2] or 0), int(row[3] or 0)) for row in rows}


async def _incidents(
    session: AsyncSession, procedure_ids: list[str], back: datetime
) -> dict[str, int]:
    if not procedure_ids:
        return {}
    rows = await session.execute(
        select(Case.organisation_id, func.count())
        .where(
            Case.procedure_id.in_(procedure_ids),
            Case.arrived_at >= back,
            Case.organisation_id.is_not(None),
        )
        .group_by(Case.organisation_id)
    )
    return {str(row[0]): row[1] for row in rows}
