"""Entries that rules ask for (登録簿の照会): by number, by key, and whether somebody is disposed of.

All questions of a filing are answered in one statement each kind. What a register does not publish
stays in it: of entries held by others, rules see the public columns only.
"""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.models import RegisterKey
from madoguchi.cases.registers.rules import ENDED, VALID
from madoguchi.cases.registers.values import typed
from madoguchi.procedures.lookup_keys import lookup_key
from madoguchi.procedures.service import DISQUALIFIED, ENTRIES, ENTRY, Question

MOST_FOUND = 100
_AT_ONCE = 5_000


async def entries_asked(
    session: AsyncSession, organisation_id: str | None, asked: Collection[Question]
) -> dict[Question, object]:
    """The answers to all questions about registers among those asked."""
    return {
        **await _by_number(session, organisation_id, [q for q in asked if q[0] == ENTRY]),
        **await _by_key(session, organisation_id, [q for q in asked if q[0] == ENTRIES]),
        **await _disposed(session, [q for q in asked if q[0] == DISQUALIFIED]),
    }


async def _by_number(
    session: AsyncSession, organisation_id: str | None, questions: Collection[Question]
) -> dict[Question, object]:
    """(ENTRY, register, number, day): the entry as it stood that day, closed or not."""
    found: dict[tuple[str, str], list[RegisterEntry]] = {}
    wanted = sorted({(question[1], question[2]) for question in questions})
    for first in range(0, len(wanted), _AT_ONCE):
        query = select(RegisterEntry).where(
            RegisterEntry.superseded_at.is_(None),
            tuple_(RegisterEntry.register, RegisterEntry.number).in_(
                wanted[first : first + _AT_ONCE]
            ),
        )
        for row in await session.scalars(query):
            found.setdefault((row.register, row.number), []).append(row)
    answers: dict[Question, object] = {}
    for question in questions:
        day = date.fromisoformat(question[3])
        rows = found.get((question[1], question[2]), ())
        there = next((row for row in rows if _covers(row, day)), None)
        answers[question] = seen(there, organisation_id) if there is not None else None
    return answers


async def _by_key(
    session: AsyncSession, organisation_id: str | None, questions: Collection[Question]
) -> dict[Question, object]:
    """(ENTRIES, register, column, key, day): the entries in force that day with that key."""
    keyed = await _keyed(session, {(q[1], q[2], q[3]) for q in questions})
    answers: dict[Question, object] = {}
    for question in questions:
        day = date.fromisoformat(question[4])
        answers[question] = [
            seen(row, organisation_id)
            for place, row in keyed
            if place == question[1:4] and _covers(row, day) and row.status == VALID
        ][:MOST_FOUND]
    return answers


async def _disposed(
    session: AsyncSession, questions: Collection[Question]
) -> dict[Question, object]:
    """(DISQUALIFIED, register, name, born, number, since): entered since, and not struck off.

    A corporate number decides alone. A name counts together with the day of birth; where one of the two does
    not tell it, the name alone counts, so that an official looks at it.
    """
    places = {(q[1], "corporate_number", q[4]) for q in questions if q[4]}
    places |= {(q[1], "name", q[2]) for q in questions if q[2]}
    keyed = await _keyed(session, places)
    answers: dict[Question, object] = {}
    for question in questions:
        _, register, name, born, number, since = question
        answers[question] = any(
            row.status not in ENDED
            and row.valid_from.isoformat() >= since
            and (
                (place == (register, "corporate_number", number) and bool(number))
                or (place == (register, "name", name) and not number and _same_birth(row, born))
            )
            for place, row in keyed
        )
    return answers


def seen(row: RegisterEntry, organisation_id: str | None) -> dict[str, object]:
    """An entry as rules of a filing see it: everything of one's own, else what is public."""
    own = organisation_id is not None and row.organisation_id == organisation_id
    columns = typed(row.columns if own else row.public)
    return {
        "status": row.status,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "agency": row.agency_id,
        "holder": row.organisation_name,
        **(columns if isinstance(columns, dict) else {}),
        "id": row.entry_id,
        "number": row.number,
        "register": row.register,
    }


def _same_birth(row: RegisterEntry, born: str) -> bool:
    columns = typed(row.columns)
    known = lookup_key(columns.get("birth_date")) if isinstance(columns, dict) else ""
    return not known or not born or known == born


def _covers(row: RegisterEntry, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


async def _keyed(
    session: AsyncSession, places: Iterable[tuple[str, ...]]
) -> list[tuple[tuple[str, ...], RegisterEntry]]:
    """The versions that stand now of entries with these keys: [((register, column, key), row)]."""
    wanted = sorted(places)
    found: list[tuple[tuple[str, ...], RegisterEntry]] = []
    for first in range(0, len(wanted), _AT_ONCE):
        query = (
            select(RegisterKey.register, RegisterKey.column, RegisterKey.value, RegisterEntry)
            .join(RegisterEntry, RegisterEntry.entry_id == RegisterKey.entry_id)
            .where(
                RegisterEntry.superseded_at.is_(None),
                tuple_(RegisterKey.register, RegisterKey.column, RegisterKey.value).in_(
                    wanted[first : first + _AT_ONCE]
                ),
            )
            .order_by(RegisterEntry.number, RegisterEntry.valid_from)
        )
        for register, column, value, entry in await session.execute(query):
            found.append(((register, column, value), entry))
    return found
