"""Reading what is known of corporations: now, before, and as it was known on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import among
from madoguchi.registry.corporations.models import Corporation, PastCorporation
from madoguchi.registry.corporations.record import Record


@dataclass(frozen=True)
class Past:
    """A record and when a correction said that it had been wrong (None: it was right)."""

    record: Record
    superseded_on: date | None


async def current(session: AsyncSession, number: str) -> Record | None:
    """The newest record of a number, of a withdrawn one too; None for an unknown number."""
    row = (await session.execute(_current(), {"number": number})).first()
    return Record(*row) if row else None


async def currents(session: AsyncSession, numbers: Sequence[str]) -> dict[str, Record]:
    """The newest record of each of these numbers; unknown ones are left out."""
    rows = await session.execute(_currents(), {"numbers": list(numbers)})
    return {row[0]: Record(*row) for row in rows}


async def history(session: AsyncSession, number: str) -> list[Past]:
    """Every record of a number, newest first, the present one included; [] for an unknown one."""
    now = await current(session, number)
    if now is None:
        return []
    rows = await session.execute(_past(), {"number": number})
    found = [Past(Record(*row[:-1]), row[-1]) for row in rows]
    return [Past(now, None), *_told_once(found)]


async def records_of(session: AsyncSession, numbers: Sequence[str]) -> dict[str, list[Record]]:
    """The records of each number that were right at their time, newest first; unknown ones are left out."""
    found = {number: [now] for number, now in (await currents(session, numbers)).items()}
    rows = await session.execute(
        select(*record_columns(PastCorporation))
        .where(among(PastCorporation.number, list(found)), PastCorporation.superseded_on.is_(None))
        .order_by(PastCorporation.updated_on.desc(), PastCorporation.sequence.desc())
    )
    for row in rows:
        found[row[0]].append(Record(*row))
    return found


def record_columns(table: type[Corporation | PastCorporation]) -> list[Any]:
    """The columns of a Record, from the table itself: a statement that holds nothing of the ORM
    costs half as much.
    """
    return [table.__table__.c[name] for name in Record._fields]


def as_of(records: Iterable[Past], held_on: date, known_on: date) -> Record | None:
    """The record that held on one day, as it was known on another; None before the first.

    Of those recorded by `known_on` and not yet corrected then, the one of the latest event up to
    `held_on`: valid time is `changed_on`, recorded time `updated_on`.
    """
    believed = [
        item.record
        for item in records
        if item.record.updated_on <= known_on
        and (item.superseded_on is None or item.superseded_on > known_on)
        and (item.record.changed_on is None or item.record.changed_on <= held_on)
    ]
    return max(
        believed, key=lambda found: (found.changed_on or date.min, found.order), default=None
    )


def _told_once(found: Sequence[Past]) -> list[Past]:
    """Without records that only repeat what a fuller file of the same day said."""
    kept: list[Past] = []
    for item in found:
        same = kept and kept[-1].record._replace(sequence=item.record.sequence) == item.record
        if not same:
            kept.append(item)
    return kept


@cache
def _current() -> Select[*tuple[Any, ...]]:
    """Made once: putting a statement together takes longer than asking it."""
    return select(*record_columns(Corporation)).where(Corporation.number == bindparam("number"))


@cache
def _currents() -> Select[*tuple[Any, ...]]:
    number = Corporation.__table__.c.number
    return select(*record_columns(Corporation)).where(among(number, "numbers"))


@cache
def _past() -> Select[*tuple[Any, ...]]:
    return (
        select(*record_columns(PastCorporation), PastCorporation.superseded_on)
        .where(PastCorporation.number == bindparam("number"))
        .order_by(PastCorporation.updated_on.desc(), PastCorporation.sequence.desc())
    )
