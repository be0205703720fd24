"""The entries of a register by risk (リスクの順位): score, reasons, and when a visit is due."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.history import histories, since_days
from madoguchi.cases.inspections.programme import Programme, environment_on
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.holding import as_context
from madoguchi.cases.registers.rules import ENDED
from madoguchi.procedures.service import History, Reason, assess


@dataclass(frozen=True)
class Ranked:
    """An entry with its risk: weightier reasons first; `due_on` when a visit is due, if ever."""

    entry_id: str
    number: str
    name: str
    score: Decimal
    reasons: tuple[Reason, ...]
    last: date | None
    due_on: date | None
    due: bool


async def ranking(
    session: AsyncSession, programme: Programme, agency_id: str, year: int, on: date
) -> list[Ranked]:
    """Every entry of an agency in force on a day, riskiest first; due: within the fiscal year."""
    rows = (
        await session.scalars(
            select(RegisterEntry).where(
                RegisterEntry.register == programme.register,
                RegisterEntry.agency_id == agency_id,
                RegisterEntry.superseded_at.is_(None),
                RegisterEntry.status.not_in(ENDED),
                RegisterEntry.valid_from <= on,
                or_(RegisterEntry.valid_to.is_(None), RegisterEntry.valid_to > on),
            )
        )
    ).all()
    since = await since_days(session, programme.register, agency_id)
    known = await histories(
        session,
        programme,
        agency_id,
        {row.entry_id: row.organisation_id for row in rows},
        since,
        on,
        last_day(year),
    )
    every = rules.months_of(programme.block.spec.every)
    ranked = [
        _ranked(programme, row, known[row.entry_id], since[row.entry_id], every, on) for row in rows
    ]
    return sorted(ranked, key=lambda r: (-r.score, r.last or date.min, r.number))


def entry_context(row: RegisterEntry, since: date | None = None) -> dict[str, object]:
    """An entry as the rules of inspections see it."""
    return {**as_context(row), "holder": row.organisation_name, "since": since or row.valid_from}


def last_day(year: int) -> date:
    """The last day of a fiscal year (年度)."""
    return date(year + 1, 3, 31)


def _ranked(
    programme: Programme,
    row: RegisterEntry,
    history: History,
    since: date,
    every: int | None,
    on: date,
) -> Ranked:
    score, reasons = assess(programme.block, entry_context(row, since), history, environment_on(on))
    return Ranked(
        entry_id=row.entry_id,
        number=row.number,
        name=row.organisation_name,
        score=score,
        reasons=tuple(reasons),
        last=history.last_inspected_on,
        due_on=rules.next_due(history.last_inspected_on, since, every),
        due=history.due,
    )
