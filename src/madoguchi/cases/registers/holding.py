"""What a party holds in the registers (保有する登録), as rules see it."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import ENDED
from madoguchi.cases.registers.values import typed


async def entries_held(
    session: AsyncSession, organisation_id: str | None, on: date, entry_ids: Collection[str] = ()
) -> dict[str, dict[str, object]]:
    """The registrations a party holds on a day, as rules see them: {entry id: {id, number, …}}.

    For `Environment.entries`. `entry_ids` adds registrations wherever they stand: a case about an
    entry that was closed since must still be readable.
    """
    if organisation_id is None and not entry_ids:
        return {}
    mine = (RegisterEntry.organisation_id == organisation_id) & (RegisterEntry.valid_from <= on)
    rows = await session.scalars(
        select(RegisterEntry)
        .where(
            RegisterEntry.superseded_at.is_(None),
            mine | RegisterEntry.entry_id.in_(list(entry_ids)),
        )
        .order_by(RegisterEntry.register, RegisterEntry.number, RegisterEntry.valid_from)
    )
    return held_by(organisation_id, rows.all(), on, entry_ids)


async def entries_held_by_many(
    session: AsyncSession, organisations: Collection[str], on: date
) -> dict[str, dict[str, dict[str, object]]]:
    """The registrations each of these organisations holds, as `entries_held`, with one query."""
    rows = await session.scalars(
        select(RegisterEntry)
        .where(
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.organisation_id.in_(organisations),
            RegisterEntry.valid_from <= on,
        )
        .order_by(RegisterEntry.register, RegisterEntry.number, RegisterEntry.valid_from)
    )
    found: dict[str, list[RegisterEntry]] = {}
    for row in rows:
        found.setdefault(row.organisation_id or "", []).append(row)
    return {
        organisation: held_by(organisation, found.get(organisation, ()), on)
        for organisation in organisations
    }


def held_by(
    organisation_id: str | None,
    rows: Iterable[RegisterEntry],
    on: date,
    entry_ids: Collection[str] = (),
) -> dict[str, dict[str, object]]:
    """What of these rows, current ones in order of their spans, a party holds on a day."""
    found: dict[str, list[RegisterEntry]] = {}
    for row in rows:
        standing = row.status not in ENDED and (row.valid_to is None or on < row.valid_to)
        if row.entry_id in entry_ids or (standing and row.valid_from <= on):
            found.setdefault(row.entry_id, []).append(row)

    def nearest(row: RegisterEntry) -> tuple[bool, bool, date]:
        # What others say who held it before or hold it since is not this party's to read.
        return row.organisation_id == organisation_id, row.valid_from <= on, row.valid_from

    return {entry_id: as_context(max(same, key=nearest)) for entry_id, same in found.items()}


def as_context(row: RegisterEntry) -> dict[str, object]:
    """A version of a registration as rules see it."""
    columns = typed(row.columns)
    return {
        "agency": row.agency_id,
        "status": row.status,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        **_term(row),
        **(columns if isinstance(columns, dict) else {}),
        "id": row.entry_id,
        "number": row.number,
        "register": row.register,
    }


def _term(row: RegisterEntry) -> dict[str, object]:
    """`valid_until`, for rules of packages whose columns do not say it, and `term_until`: the last
    day of the term, also while the registration holds beyond it.
    """
    end = row.term_to or row.valid_to
    until = end - timedelta(days=1) if end is not None and end > date.min else None
    return {"valid_until": until, "term_until": until}
