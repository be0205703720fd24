"""Answering what rules asked (照会への回答): evaluate, load all answers at once, evaluate again."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.crosscase.duplicates import duplicates
from madoguchi.cases.crosscase.pools import quotas_asked
from madoguchi.cases.crosscase.previous import previous_filings
from madoguchi.cases.environment import Party
from madoguchi.cases.ledgers.asking import ledgers_asked
from madoguchi.cases.registers.looking_up import entries_asked
from madoguchi.procedures.service import Environment

ROWS_AT_ONCE = 500  # of tables: about 50 ms of rules
MOST_ROUNDS = 4  # an answer may lead to a further question, but not without end
Verdict = TypeVar("Verdict")


async def informed(
    session: AsyncSession,
    party: Party,
    environment: Environment,
    evaluate: Callable[[Environment], Verdict],
    *,
    case_id: str | None = None,
    answers_of: Mapping[str, object] | None = None,
) -> tuple[Verdict, Environment]:
    """The verdict with everything its rules look up, and the environment that holds the answers.

    `case_id`: the case that is judged; it is never an answer to its own questions. Without
    questions nothing is read and the rules run once. When `answers_of` is judged and long, a
    thread does it, so that the server goes on answering others.
    """
    long = _rows(answers_of or {}) > ROWS_AT_ONCE

    async def verdict_in(environment: Environment) -> Verdict:
        return await asyncio.to_thread(evaluate, environment) if long else evaluate(environment)

    verdict = await verdict_in(environment)
    for _ in range(MOST_ROUNDS):
        asked = frozenset(environment.asked)
        if not asked:
            break
        answers = dict.fromkeys(asked)
        answers |= await previous_filings(session, party, environment, asked, case_id)
        answers |= await entries_asked(session, party.organisation_id, asked)
        answers |= await duplicates(session, party, asked, case_id)
        answers |= await quotas_asked(session, asked, case_id)
        answers |= await ledgers_asked(session, asked, case_id)
        environment = replace(environment, answers={**environment.answers, **answers}, asked=set())
        verdict = await verdict_in(environment)
    return verdict, environment


def _rows(answers: Mapping[str, object]) -> int:
    return sum(len(value) for value in answers.values() if isinstance(value, list))
