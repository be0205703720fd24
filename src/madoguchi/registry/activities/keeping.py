"""Keeping activities (記録): what is new is added, what was known is renewed, in one transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.canonical import canonical_json, plain
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.database import among, store
from madoguchi.kernel.ids import new_id
from madoguchi.registry.activities.cleansing import Clean
from madoguchi.registry.activities.models import Activity, Detail
from madoguchi.registry.changes import note_changes
from madoguchi.registry.corporations.models import Corporation

Key = tuple[str, str]


async def keep(
    session: AsyncSession, source: str, rows: Sequence[Clean], at: datetime
) -> Counter[str]:
    """Write rows of one source taken in at a moment; what was found of them, by rule.

    A row that says what was known keeps its `updated_on` unless it names another. Rows of the same
    `at` are of one file: a key that came before in it is doubled, and the later row counts.
    """
    found: Counter[str] = Counter()
    chosen: dict[Key, Clean] = {}
    for row in rows:
        found.update(row.findings)
        if not row.published.kind:
            continue
        key = (row.published.kind, row.published.key)
        found["doubled"] += key in chosen
        chosen[key] = row
    known = await _known(session, source, list(chosen))
    new, renewed = [], []
    for key, row in chosen.items():
        before = known.get(key)
        values = _values(row, source, key[1], at)
        if before is None:
            values["updated_on"] = row.updated_on or jst_date(at)
            new.append({"id": new_id(), **values})
            continue
        found["doubled"] += before.recorded_at == at
        values["updated_on"] = row.updated_on or _unless_changed(before, values, jst_date(at))
        renewed.append({"id": before.id, **values})
    await store(session, Activity, new)
    if renewed:
        await session.execute(update(Activity), renewed)
    await _keep_details(session, source, rows, at)
    numbers = sorted({row.published.number for row in rows})
    unknown = await _unknown(session, numbers)
    found["number-unknown"] += sum(row.published.number in unknown for row in rows)
    await note_changes(session, numbers, at)
    return +found


async def withdraw_others(session: AsyncSession, source: str, seen_at: datetime) -> int:
    """Withdraw what a complete file of a source no longer names; how many activities that were.

    `seen_at` is the moment its rows were taken in with.
    """
    result = await session.execute(
        update(Activity)
        .where(
            Activity.source == source,
            Activity.recorded_at < seen_at,
            Activity.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=seen_at, updated_on=jst_date(seen_at))
        .returning(Activity.number)
    )
    numbers = list(result.scalars())
    await note_changes(session, numbers, seen_at)
    return len(numbers)


async def numbers_seen(session: AsyncSession, source: str, at: datetime) -> int:
    """Of how many corporations a source told activities that were taken in at that moment."""
    query = select(func.count(Activity.number.distinct())).where(
        Activity.source == source, Activity.recorded_at == at
    )
    return await session.scalar(query) or 0


def _values(row: Clean, source: str, key: str, at: datetime) -> dict[str, Any]:
    return {
        "number": row.published.number,
        "kind": row.published.kind,
        "source": source,
        "key": key,
        "title": row.title,
        "day": row.day,
        "amount": row.amount,
        "department": row.department,
        "ministry": row.ministry,
        "target": row.target,
        "data": dict(row.published.data),
        "recorded_at": at,
        "withdrawn_at": None,
    }


def _unless_changed(before: Activity, values: dict[str, Any], today: date) -> date:
    same = before.withdrawn_at is None and canonical_json(plain(before.data)) == canonical_json(
        plain(values["data"])
    )
    return before.updated_on if same else today


async def _known(session: AsyncSession, source: str, keys: Sequence[Key]) -> dict[Key, Activity]:
    """By kind, for SQLite finds pairs by no index."""
    known: dict[Key, Activity] = {}
    for kind in sorted({kind for kind, _ in keys}):
        of_kind = [key for one, key in keys if one == kind]
        rows = await session.scalars(
            select(Activity)
            .where(
                Activity.kind == kind,
                Activity.source == source,
                among(Activity.key, of_kind),
            )
            .execution_options(populate_existing=True)
        )
        known |= {(kind, row.key): row for row in rows}
    return known


async def _keep_details(
    session: AsyncSession, source: str, rows: Sequence[Clean], at: datetime
) -> None:
    """Of several rows of a file that tell the same field, the one published last."""
    told: dict[Key, dict[str, Any]] = {}
    for row in rows:
        as_of = row.updated_on or jst_date(at)
        for field, (value, figure) in row.details.items():
            key = (row.published.number, field)
            if key in told and told[key]["as_of"] > as_of:
                continue
            told[key] = {
                "number": row.published.number,
                "field": field,
                "source": source,
                "value": plain(value),
                "figure": figure,
                "as_of": as_of,
                "recorded_at": at,
            }
    numbers = sorted({number for number, _ in told})
    query = select(Detail.number, Detail.field, Detail.as_of).where(
        Detail.source == source, among(Detail.number, numbers)
    )
    known: dict[Key, date] = {
        (number, field): as_of for number, field, as_of in await session.execute(query)
    }
    await store(session, Detail, [row for key, row in told.items() if key not in known])
    newer = [row for key, row in told.items() if key in known and known[key] <= row["as_of"]]
    if newer:
        await session.execute(update(Detail), newer)


async def _unknown(session: AsyncSession, numbers: Sequence[str]) -> set[str]:
    query = select(Corporation.number).where(among(Corporation.number, numbers))
    return set(numbers) - set(await session.scalars(query))
