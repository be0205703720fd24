"""`previous(procedure, period)`: what the same party, or for the same entry, was filed before."""

from collections.abc import Collection

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.environment import Party
from madoguchi.cases.models import Case
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import PREVIOUS, Environment, Question, typed_filing

ACCEPTED = ("accepted", "granted")
VOID = ("withdrawn", "refused")


async def previous_filings(
    session: AsyncSession,
    party: Party,
    environment: Environment,
    asked: Collection[Question],
    case_id: str | None,
) -> dict[Question, object]:
    """The answers to the questions of this kind: the values filed, with `case` saying of what case.

    Withdrawn and refused filings do not count; an accepted one comes before one still looked at,
    the latest first. For an entry the applicant holds, filings of earlier holders count too (承継).
    """
    questions = [question for question in asked if question[0] == PREVIOUS]
    if not questions:
        return {}
    entries = {question[3] for question in questions if question[3] in environment.entries}
    query = (
        select(
            FilingKey.procedure_id,
            FilingKey.period,
            FilingKey.party,
            FilingKey.entry_id,
            Case.id,
            Case.digest,
            Case.data,
            Case.arrival_number,
            Case.arrived_at,
            Case.outcome,
        )
        .join(Case, Case.id == FilingKey.case_id)
        .where(
            FilingKey.procedure_id.in_({question[1] for question in questions}),
            FilingKey.period.in_({question[2] for question in questions}),
            or_(FilingKey.party == party.id, FilingKey.entry_id.in_(entries)),
            or_(Case.outcome.is_(None), Case.outcome.not_in(VOID)),
            Case.id != (case_id or ""),
        )
        .order_by(Case.arrived_at.desc(), Case.id.desc())
    )
    rows = sorted(await session.execute(query), key=lambda row: row.outcome not in ACCEPTED)
    answers: dict[Question, object] = {}
    for question in questions:
        found = next((row for row in rows if _answers(row, question, party)), None)
        if found is not None:
            answers[question] = await _values(session, found)
    return answers


def _answers(row: Row[tuple[object, ...]], question: Question, party: Party) -> bool:
    _, procedure, period, entry = question
    whose = row.entry_id == entry if entry else row.party == party.id
    return row.procedure_id == procedure and row.period == period and bool(whose)


async def _values(session: AsyncSession, row: Row[tuple[object, ...]]) -> dict[str, object]:
    package = await procedures.package(session, row.digest)
    return {
        **typed_filing(package.fields, row.data),
        "case": {
            "arrival_number": row.arrival_number,
            "arrived_on": jst_date(row.arrived_at),
            "accepted": row.outcome in ACCEPTED,
            "period": row.period,
        },
    }
