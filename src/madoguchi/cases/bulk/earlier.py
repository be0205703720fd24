"""Rows filed before (提出済みの行): the same content sent again is told, and not filed again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.entries import folded
from madoguchi.cases.bulk.models import FILED, BulkRow
from madoguchi.cases.crosscase.previous import VOID
from madoguchi.cases.models import Case


@dataclass(frozen=True)
class Earlier:
    """The case a row with the same content has become."""

    case_id: str
    arrival_number: str
    arrived_at: datetime


async def filed_before(
    session: AsyncSession, hashes: Collection[str]
) -> dict[str, dict[tuple[str, int], Earlier]]:
    """What stands filed with these contents: by content, then by reference and occurrence.

    Withdrawn and refused filings do not count: they may be sent again as they are.
    """
    if not hashes:
        return {}
    rows = await session.execute(
        select(
            BulkRow.content_hash,
            BulkRow.key,
            BulkRow.occurrence,
            Case.id,
            Case.arrival_number,
            Case.arrived_at,
        )
        .join(Case, Case.id == BulkRow.case_id)
        .where(
            BulkRow.content_hash.in_(hashes),
            BulkRow.state == FILED,
            or_(Case.outcome.is_(None), Case.outcome.not_in(VOID)),
        )
    )
    found: dict[str, dict[tuple[str, int], Earlier]] = {}
    for content, key, occurrence, case_id, number, at in rows:
        found.setdefault(str(content), {})[folded(key), occurrence] = Earlier(case_id, number, at)
    return found


async def one_at_a_time(session: AsyncSession, hashes: Collection[str]) -> None:
    """Have filings of the same contents wait for each other until the transaction ends; in one
    order, so that two with the same contents never wait for each other.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_LOCKS, {"keys": [f"bulk:{content}" for content in hashes]})


_LOCKS = text(
    "SELECT pg_advisory_xact_lock(place) FROM (SELECT hashtextextended(key, 0) AS place "
    "FROM unnest(CAST(:keys AS text[])) AS key ORDER BY 1 OFFSET 0) AS ordered"
)
