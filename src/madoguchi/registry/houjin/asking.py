"""What the Web-API reads: records by number, and those published in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import among
from madoguchi.registry.corporations.models import Corporation, PastCorporation
from madoguchi.registry.corporations.queries import record_columns
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.houjin.parameters import Place

DIVISION = 2_000  # records in one answer

Row = tuple[Record, bool]


@dataclass(frozen=True)
class Period:
    """Records published from one day to another, somewhere, of some kinds (() of all)."""

    first: date
    last: date
    place: Place
    kinds: tuple[str, ...]


async def last_update(session: AsyncSession) -> date | None:
    """The day of the newest record; None where there is none yet."""
    found: date | None = await session.scalar(select(func.max(Corporation.updated_on)))
    return found


async def by_numbers(
    session: AsyncSession, numbers: Sequence[str]
) -> tuple[list[Row], date | None]:
    """The newest record of each of these numbers, and the day of the newest of all; one statement."""
    rows = (await session.execute(_current(), {"numbers": list(numbers)})).all()
    found = [(Record(*row[:-1]), True) for row in rows]
    return found, rows[0][-1] if rows else await last_update(session)


async def with_history(
    session: AsyncSession, numbers: Sequence[str]
) -> tuple[list[Row], date | None]:
    """Every record of these numbers, the oldest of each first; and the day of the newest of all."""
    rows = await session.execute(_past(), {"numbers": list(numbers)})
    newest, day = await by_numbers(session, numbers)
    every = [*((Record(*row), False) for row in rows), *newest]
    return sorted(every, key=lambda row: (row[0].number, *row[0].order)), day


async def published(session: AsyncSession, period: Period, division: int) -> tuple[int, list[Row]]:
    """How many records a period has, and those of one division, in the order of publication."""
    both = _within(period).subquery()
    total = await session.scalar(select(func.count()).select_from(both))
    rows = await session.execute(
        select(both)
        .order_by(both.c.updated_on, both.c.sequence, both.c.number)
        .offset((division - 1) * DIVISION)
        .limit(DIVISION)
    )
    return total or 0, [(Record(*row[:-1]), bool(row[-1])) for row in rows]


def _within(period: Period) -> CompoundSelect[*tuple[Any, ...]]:
    parts = []
    for table, latest in ((Corporation, True), (PastCorporation, False)):
        query = select(*record_columns(table), literal(latest)).where(
            table.updated_on.between(period.first, period.last)
        )
        if period.place.prefecture:
            query = query.where(table.prefecture_code == period.place.prefecture)
        if period.place.city:
            query = query.where(table.city_code == period.place.city)
        if period.kinds:
            query = query.where(table.kind.in_(period.kinds))
        parts.append(query)
    return union_all(*parts)


@cache
def _current() -> Select[*tuple[Any, ...]]:
    """Made once: putting a statement together takes longer than asking it."""
    day = select(func.max(Corporation.updated_on)).correlate(None).scalar_subquery()
    return _of(Corporation, day).order_by(Corporation.__table__.c.number)


@cache
def _past() -> Select[*tuple[Any, ...]]:
    return _of(PastCorporation)


def _of(table: type[Corporation | PastCorporation], *more: Any) -> Select[*tuple[Any, ...]]:
    number = table.__table__.c.number
    return select(*record_columns(table), *more).where(among(number, "numbers"))
