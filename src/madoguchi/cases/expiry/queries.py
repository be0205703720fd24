"""Registrations whose term ends soon, or holds beyond its end, at an official's agencies."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from madoguchi.cases.expiry.renewals import pending, renewing
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.rules import SUSPENDED, VALID
from madoguchi.kernel.language import Text

PAGE = 50
MOST_DAYS = 4000


@dataclass(frozen=True)
class Ending:
    """A registration whose term ends: its last day, and the case that is to renew it."""

    id: str
    register: str
    title: Text
    number: str
    holder: str
    agency_id: str
    valid_until: date
    status: str
    renewable: bool
    case_id: str | None


async def ending_soon(
    session: AsyncSession,
    agencies: Collection[str],
    today: date,
    *,
    within: int = 180,
    cursor: tuple[Any, ...] | None = None,
    limit: int = PAGE,
) -> list[Ending]:
    """Up to limit + 1 registrations ending within so many days, the first to end first."""
    later = aliased(RegisterEntry)
    end = func.coalesce(RegisterEntry.term_to, RegisterEntry.valid_to)
    query = (
        select(RegisterEntry)
        .where(
            RegisterEntry.agency_id.in_(agencies),
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.status.in_((VALID, SUSPENDED)),
            or_(
                RegisterEntry.term_to.is_not(None) & RegisterEntry.valid_to.is_(None),
                (RegisterEntry.valid_to > today)
                & (RegisterEntry.valid_to <= today + timedelta(days=min(within, MOST_DAYS) + 1)),
            ),
            ~exists().where(
                later.entry_id == RegisterEntry.entry_id,
                later.superseded_at.is_(None),
                later.valid_from >= RegisterEntry.valid_to,
            ),
        )
        .order_by(end, RegisterEntry.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        day, last = cursor
        query = query.where(or_(end > day, (end == day) & (RegisterEntry.id > last)))
    rows = (await session.scalars(query)).all()
    packages = await renewing(session, today)
    cases = await pending(session, [p.id for p in packages.values()], [r.entry_id for r in rows])
    return [
        Ending(
            row.id,
            row.register,
            row.labels.get("title") or {"ja": row.register, "en": row.register},
            row.number,
            row.organisation_name,
            row.agency_id,
            (row.term_to or row.valid_to or today) - timedelta(days=1),
            row.status,
            row.register in packages,
            cases.get(row.entry_id),
        )
        for row in rows
    ]
