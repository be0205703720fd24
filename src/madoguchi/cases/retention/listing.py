"""Putting cases whose period is over on the disposal list (廃棄予定). Nothing is erased by this."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import Case
from madoguchi.cases.retention.due import kept, rule_of
from madoguchi.cases.retention.models import HELD, LISTED, OPEN, RETENTION, Erasure
from madoguchi.cases.retention.telling import record
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.procedures import service as procedures
from madoguchi.procedures.models import ProcedureVersion
from madoguchi.procedures.package.retention_spec import months_of

AT_ONCE = 200


async def procedures_with_cases(session: AsyncSession) -> list[str]:
    """The ids of procedures that were ever published."""
    query = select(ProcedureVersion.procedure_id).distinct()
    return sorted(await session.scalars(query.order_by(ProcedureVersion.procedure_id)))


async def list_some(
    session: AsyncSession, procedure_id: str, default: str, at: datetime, after: Sequence[str]
) -> list[str] | None:
    """List those of up to AT_ONCE old cases of a procedure that are due; where to go on, or None.

    `after`: [moment of arrival, id] of the last case looked at before; empty at the beginning.
    """
    today = jst_date(at)
    cases = await _old(
        session, procedure_id, await _oldest(session, procedure_id, default, at), after
    )
    for case in cases:
        package = await procedures.package(session, case.digest)
        found = await kept(session, case, package, default)
        if found.over(today):
            await add_to_list(session, case, found.until, at)
    if len(cases) < AT_ONCE:
        return None
    return [cases[-1].arrived_at.isoformat(), cases[-1].id]


async def add_to_list(
    session: AsyncSession, case: Case, kept_until: date | None, at: datetime
) -> Erasure | None:
    """Put a case on the disposal list; None when another erasure of it is under way."""
    row = Erasure(
        id=new_id(),
        case_id=case.id,
        agency_id=case.agency_id,
        ground=RETENTION,
        state=LISTED,
        kept_until=kept_until,
        listed_at=at,
    )
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    await record(session, row, "disposal_listed", "system", at)
    return row


async def end_holds(session: AsyncSession, at: datetime) -> int:
    """Put those back on the list whose hold has ended; how many."""
    rows = list(
        await session.scalars(
            select(Erasure).where(Erasure.state == HELD, Erasure.hold_until < jst_date(at))
        )
    )
    for row in rows:
        row.state, row.hold_until = LISTED, None
        await record(session, row, "hold_ended", "system", at)
    return len(rows)


async def _oldest(session: AsyncSession, procedure_id: str, default: str, at: datetime) -> datetime:
    """No case that arrived later can be due: the shortest period of any version ago."""
    digests = await session.scalars(
        select(ProcedureVersion.digest).where(ProcedureVersion.procedure_id == procedure_id)
    )
    shortest = min(
        [
            months_of(rule_of(await procedures.package(session, digest), default)[0].period)
            for digest in digests
        ],
        default=months_of(default),
    )
    return at - timedelta(days=28 * shortest)


async def _old(
    session: AsyncSession, procedure_id: str, before: datetime, after: Sequence[str]
) -> list[Case]:
    query = select(Case).where(
        Case.procedure_id == procedure_id,
        Case.stage == "done",
        Case.arrived_at < before,
        Case.erased_at.is_(None),
        ~exists().where(Erasure.case_id == Case.id, Erasure.state.in_(OPEN)),
    )
    if after:
        moment = datetime.fromisoformat(after[0])
        query = query.where(tuple_(Case.arrived_at, Case.id) > tuple_(moment, after[1]))
    query = query.order_by(Case.arrived_at, Case.id).limit(AT_ONCE)
    return list(await session.scalars(query))
