"""Filings of the same (重複): found by their key, and filed one after the other."""

from collections.abc import Collection

from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.crosscase.previous import VOID
from madoguchi.cases.environment import Party
from madoguchi.cases.models import Case
from madoguchi.procedures.service import DUPLICATE, Package, Question


async def duplicates(
    session: AsyncSession, party: Party, asked: Collection[Question], case_id: str | None
) -> dict[Question, object]:
    """The answers to the questions of this kind: how many standing filings have that key."""
    questions = [question for question in asked if question[0] == DUPLICATE]
    answers: dict[Question, object] = {}
    for question in questions:  # a filing asks this once
        _, procedure, among, key = question
        query = (
            select(func.count())
            .select_from(FilingKey)
            .join(Case, Case.id == FilingKey.case_id)
            .where(
                FilingKey.procedure_id == procedure,
                FilingKey.duplicate == key,
                or_(Case.outcome.is_(None), Case.outcome.not_in(VOID)),
                Case.id != (case_id or ""),
            )
        )
        if among == "own":
            query = query.where(FilingKey.party == party.id)
        answers[question] = await session.scalar(query)
    return answers


async def one_at_a_time(session: AsyncSession, package: Package, party: Party) -> None:
    """Have filings that could be of the same wait for each other until the transaction ends.

    Only where a duplicate is an error. SQLite has one writer anyway.
    """
    found = package.duplicates
    if found is None or found.spec.severity != "error":
        return
    if session.get_bind().dialect.name != "postgresql":
        return
    whose = party.id if found.spec.among == "own" else "*"
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
        {"key": f"duplicates:{package.id}:{whose}"},
    )
