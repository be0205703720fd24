"""What our own registers tell of corporations (登録簿からの法人活動情報): published, changed, withdrawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.canonical import canonical_json, plain
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.registry.activities import columns as c
from madoguchi.registry.activities.ministries import ministry_of
from madoguchi.registry.activities.models import LONGEST_TITLE, Activity
from madoguchi.registry.activities.texts import plain as plain_text
from madoguchi.registry.activities.vocabulary import REST
from madoguchi.registry.changes import note_changes

LARGEST = 10**18
"""Amounts beyond are kept as published, and not searched: the databases have no such number."""


@dataclass(frozen=True)
class Told:
    """One activity of a corporation as a register of ours tells it.

    `source` ("register:NAME") and `key` make it itself. `link`: the address of the entry, within
    this installation. `standing`: what it is called while it has no effect, "" while it has.
    """

    source: str
    key: str
    number: str
    kind: str
    title: str
    day: date
    department: str
    link: str
    amount: int | None = None
    target: str = ""
    category: str = ""
    note: str = ""
    expires_on: date | None = None
    standing: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


async def publish(session: AsyncSession, told: Told, at: datetime) -> bool:
    """Let the registry tell it from now on; whether anything changed. The caller commits."""
    row = await session.scalar(
        select(Activity)
        .where(Activity.kind == told.kind, Activity.source == told.source, Activity.key == told.key)
        .with_for_update()
    )
    values = _values(told)
    if row is None:
        row = Activity(
            id=new_id(), kind=told.kind, source=told.source, key=told.key, number=told.number
        )
        session.add(row)
    elif row.withdrawn_at is None and canonical_json(plain(row.data)) == canonical_json(
        plain(values["data"])
    ):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_on, row.recorded_at, row.withdrawn_at = jst_date(at), at, None
    await session.flush()
    await note_changes(session, [told.number], at)
    return True


async def withdraw(session: AsyncSession, source: str, keys: Collection[str], at: datetime) -> int:
    """Let the registry tell these no longer; how many it told. They stay as history."""
    rows = (
        await session.scalars(
            select(Activity)
            .where(
                Activity.source == source,
                Activity.key.in_(keys),
                Activity.withdrawn_at.is_(None),
            )
            .with_for_update()
        )
    ).all()
    for row in rows:
        row.updated_on, row.recorded_at, row.withdrawn_at = jst_date(at), at, at
    await session.flush()
    await note_changes(session, [row.number for row in rows], at)
    return len(rows)


def _values(told: Told) -> dict[str, Any]:
    department = plain_text(told.department)[:300]
    amount = told.amount if told.amount is not None and abs(told.amount) < LARGEST else None
    return {
        "number": told.number,
        "title": plain_text(told.title)[:LONGEST_TITLE],
        "day": told.day,
        "amount": amount,
        "department": department,
        "ministry": ministry_of(department),
        "target": plain_text(told.target)[:1000],
        "data": _data(told),
    }


def _data(told: Told) -> dict[str, Any]:
    """The section's fields under their v2 names, where it stands, and its columns in the files."""
    values: dict[str, Any] = {
        c.TITLE: told.title,
        c.DAY: told.day.isoformat(),
        c.TARGET: told.target or None,
        c.SORT: told.category or None,
        c.DEPARTMENT: told.department,
        c.AMOUNT: _published(told),
        "備考-種別": told.note or None,
        "法人活動-期間終了日時": told.expires_on.isoformat() if told.expires_on else None,
    }
    data = {name: values.get(column) for name, column in c.FIELDS[told.kind].items()}
    rest = {"法人活動-状況名称": told.standing} if told.standing else {}
    return {**data, "link": told.link, **told.more, **({REST: rest} if rest else {})}


def _published(told: Told) -> int | str | None:
    """The amount as the interface has it: whole in procurements, a text in subsidies."""
    if told.amount is None:
        return None
    return told.amount if told.kind == "procurement" else str(told.amount)
