"""What the index knows of a corporation, and how it is read from the database."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database, among
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation, PastCorporation

AT_ONCE = 5_000


@dataclass(frozen=True)
class Entry:
    """A corporation as the index has it. `city` has five digits, "" abroad; names as registered."""

    number: str
    name: str
    kana: str
    english: str
    former: tuple[str, ...]
    address: str
    kind: str
    prefecture: str
    city: str
    closed: bool
    activities: tuple[str, ...]


async def every(database: Database, after: str = "") -> AsyncIterator[list[Entry]]:
    """All that may be found with a number above `after`, in the order of their numbers."""
    while True:
        async with database.reading() as session:
            rows = (
                await session.execute(
                    select(*_COLUMNS)
                    .where(Corporation.number > after)
                    .order_by(Corporation.number)
                    .limit(AT_ONCE)
                )
            ).all()
            if not rows:
                return
            first, after = rows[0].number, rows[-1].number
            entries = await _entries(
                session,
                rows,
                PastCorporation.number.between(first, after),
                Activity.number.between(first, after),
            )
        yield entries


async def of(session: AsyncSession, numbers: Sequence[str]) -> list[Entry]:
    """Those of these numbers that may be found."""
    rows = await session.execute(select(*_COLUMNS).where(among(Corporation.number, numbers)))
    return await _entries(
        session,
        rows.all(),
        among(PastCorporation.number, numbers),
        among(Activity.number, numbers),
    )


async def _entries(
    session: AsyncSession,
    rows: Sequence[Row[*tuple[Any, ...]]],
    past: ColumnElement[bool],
    active: ColumnElement[bool],
) -> list[Entry]:
    former = await _former(session, past)
    kinds = await _kinds(session, active)
    return [_entry(row, former, kinds) for row in rows if not row.hidden and row.process != DELETED]


def _entry(row: Row[Any], former: Mapping[str, set[str]], kinds: Mapping[str, set[str]]) -> Entry:
    return Entry(
        number=row.number,
        name=row.name,
        kana=row.kana,
        english=row.english_name,
        former=tuple(sorted(former.get(row.number, set()) - {row.name})),
        address=row.city + row.street + row.abroad,
        kind=row.kind,
        prefecture=row.prefecture_code,
        city=row.prefecture_code + row.city_code if row.city_code else "",
        closed=row.closed_on is not None,
        activities=tuple(sorted(kinds.get(row.number, ()))),
    )


async def _former(session: AsyncSession, which: ColumnElement[bool]) -> dict[str, set[str]]:
    """Names held before; what a correction took back never was a name."""
    found: dict[str, set[str]] = {}
    query = select(PastCorporation.number, PastCorporation.name).where(
        and_(which, PastCorporation.superseded_on.is_(None), PastCorporation.name != "")
    )
    for number, name in await session.execute(query):
        found.setdefault(number, set()).add(name)
    return found


async def _kinds(session: AsyncSession, which: ColumnElement[bool]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    query = (
        select(Activity.number, Activity.kind)
        .where(which, Activity.withdrawn_at.is_(None))
        .distinct()
    )
    for number, kind in await session.execute(query):
        found.setdefault(number, set()).add(kind)
    return found


_COLUMNS = (
    Corporation.number,
    Corporation.process,
    Corporation.name,
    Corporation.kana,
    Corporation.english_name,
    Corporation.city,
    Corporation.street,
    Corporation.abroad,
    Corporation.kind,
    Corporation.prefecture_code,
    Corporation.city_code,
    Corporation.closed_on,
    Corporation.hidden,
)
