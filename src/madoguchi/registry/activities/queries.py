"""Reading what is known of corporations beside their record: activities and details."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import among
from madoguchi.registry.activities.models import Activity, Detail


@dataclass(frozen=True)
class Known:
    """A detail as it is shown: its value, who published it, of which day, taken in when."""

    value: Any
    source: str
    as_of: date
    acquired_on: date


async def of_number(
    session: AsyncSession, number: str, kinds: Collection[str] = ()
) -> list[Activity]:
    """The activities of a number that stand, newest first within each kind; of some `kinds` or all."""
    rows = list(await session.scalars(_of_number(), {"number": number}))
    return [row for row in rows if row.kind in kinds] if kinds else rows


async def counts(session: AsyncSession, numbers: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many activities stand of each kind, by number; a number without any has {}."""
    found: dict[str, dict[str, int]] = {number: {} for number in numbers}
    query = (
        select(Activity.number, Activity.kind, func.count())
        .where(among(Activity.number, list(found)), Activity.withdrawn_at.is_(None))
        .group_by(Activity.number, Activity.kind)
    )
    for number, kind, many in await session.execute(query):
        found[number][kind] = many
    return found


async def details(session: AsyncSession, number: str) -> dict[str, Known]:
    """Every field known of a number: of several sources what was published last."""
    return (await details_of(session, [number]))[number]


async def details_of(
    session: AsyncSession, numbers: Sequence[str], fields: Collection[str] = ()
) -> dict[str, dict[str, Known]]:
    """The fields known of each of these numbers, as `details`; of some `fields` or all."""
    found: dict[str, dict[str, Known]] = {number: {} for number in numbers}
    query = (
        select(Detail)
        .where(among(Detail.number, list(found)))
        .order_by(Detail.as_of, Detail.recorded_at, Detail.source)
    )
    if fields:
        query = query.where(Detail.field.in_(fields))
    for row in await session.scalars(query):
        found[row.number][row.field] = Known(
            row.value, row.source, row.as_of, row.recorded_at.date()
        )
    return found


@cache
def _of_number() -> Select[Activity]:
    """Made once: putting a statement together takes longer than asking it."""
    return (
        select(Activity)
        .where(Activity.number == bindparam("number"), Activity.withdrawn_at.is_(None))
        .order_by(Activity.kind, Activity.day.desc().nulls_last(), Activity.id)
    )
