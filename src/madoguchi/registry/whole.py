"""All that is known of corporations, by one statement: record, activities, details."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database, Json, among
from madoguchi.registry.activities.models import Activity, Detail
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.corporations.queries import record_columns
from madoguchi.registry.corporations.record import Record

# The tables themselves: rows that become no objects of the ORM cost half as much.
_CORPORATION = Corporation.__table__.c
_ACTIVITY, _DETAIL = Activity.__table__.c, Detail.__table__.c


class Act(NamedTuple):
    """An activity as it is given out; `data` under gBizINFO's names, as published."""

    kind: str
    source: str
    key: str
    data: dict[str, Any]
    day: date | None
    updated_on: date
    recorded_at: datetime


class Known(NamedTuple):
    """One field known beside the record, from one source."""

    field: str
    source: str
    value: Any
    as_of: date
    recorded_at: datetime


class Whole(NamedTuple):
    """A corporation: its newest record, its activities, newest first, its details, one a field."""

    record: Record
    activities: list[Act]
    details: dict[str, Known]

    def of(self, kind: str) -> list[Act]:
        """The activities of one kind."""
        return [act for act in self.activities if act.kind == kind]


async def whole(session: AsyncSession, number: str) -> Whole | None:
    """What is known of a number; None for an unknown one. `database.looking()` is enough."""
    row = (await session.execute(_one(_dialect(session)), {"number": number})).first()
    return None if row is None else _whole(row)


async def wholes(session: AsyncSession, numbers: Sequence[str]) -> list[Whole]:
    """What is known of these numbers, in their order; unknown ones are left out."""
    rows = await session.execute(_many(_dialect(session)), {"numbers": numbers})
    found = {row[0]: _whole(row) for row in rows}
    return [found[number] for number in numbers if number in found]


async def wholes_looked_up(database: Database, numbers: Sequence[str]) -> list[Whole]:
    """The same without a session and in no order."""
    if not numbers:
        return []
    statement = _many("sqlite" if database.is_sqlite else "postgresql")
    return [_whole(row) for row in await database.look(statement, {"numbers": list(numbers)})]


def _whole(row: Sequence[Any]) -> Whole:
    *fields, acts_found, details_found = row
    acts = [_act(item) for item in acts_found or ()]
    acts.sort(key=lambda act: (act.day or date.min, act.key), reverse=True)
    return Whole(Record(*fields), acts, _newest(_known(item) for item in details_found or ()))


def _dialect(session: AsyncSession) -> str:
    return session.get_bind().dialect.name


def _newest(found: Iterable[Known]) -> dict[str, Known]:
    """Of several sources the one that published last is shown."""
    ordered = sorted(found, key=lambda known: (known.as_of, known.recorded_at))
    return {known.field: known for known in ordered}


def _act(item: list[Any]) -> Act:
    kind, source, key, data, day, updated_on, recorded_at = item
    return Act(
        kind,
        source,
        key,
        data,
        date.fromisoformat(day) if day else None,
        date.fromisoformat(updated_on),
        _moment(recorded_at),
    )


def _known(item: list[Any]) -> Known:
    field, source, value, as_of, recorded_at = item
    return Known(field, source, value, date.fromisoformat(as_of), _moment(recorded_at))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _one(dialect: str) -> Select[*tuple[Any, ...]]:
    """Made once: putting a statement together takes longer than asking it."""
    return _statement(dialect).where(_CORPORATION.number == bindparam("number"))


@cache
def _many(dialect: str) -> Select[*tuple[Any, ...]]:
    return _statement(dialect).where(among(_CORPORATION.number, "numbers"))


def _statement(dialect: str) -> Select[*tuple[Any, ...]]:
    """The rows beside the record come as one JSON list each."""
    is_sqlite = dialect == "sqlite"
    row = func.json_array if is_sqlite else func.json_build_array
    rows = func.json_group_array if is_sqlite else func.json_agg

    def value(column: Any) -> Any:
        return func.json(column) if is_sqlite else column

    acts = select(
        rows(
            row(
                _ACTIVITY.kind,
                _ACTIVITY.source,
                _ACTIVITY["key"],
                value(_ACTIVITY.data),
                _ACTIVITY.day,
                _ACTIVITY.updated_on,
                _ACTIVITY.recorded_at,
            ),
            type_=Json,
        )
    ).where(_ACTIVITY.number == _CORPORATION.number, _ACTIVITY.withdrawn_at.is_(None))
    details = select(
        rows(
            row(
                _DETAIL.field,
                _DETAIL.source,
                value(_DETAIL.value),
                _DETAIL.as_of,
                _DETAIL.recorded_at,
            ),
            type_=Json,
        )
    ).where(_DETAIL.number == _CORPORATION.number)
    return select(*record_columns(Corporation), acts.scalar_subquery(), details.scalar_subquery())
