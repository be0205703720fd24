"""Reading everything that is published, in the order of numbers and in constant memory."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.corporations.queries import record_columns
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.linked.acts import GRAPH_OF, Act

PIECE = 5_000
_RECORD = record_columns(Corporation)
_ACT = [getattr(Activity, name) for name in Act._fields]
_PUBLIC = (Corporation.process != DELETED, Corporation.hidden.is_(False))


class Published(NamedTuple):
    """A corporation that may be found, and what it did."""

    record: Record
    acts: list[Act]


async def published(
    database: Database, *, limit: int | None = None, piece: int = PIECE
) -> AsyncIterator[list[Published]]:
    """Pieces of at most `piece` corporations, withdrawn and hidden ones left out.

    Each piece is a statement of its own: what is taken in meanwhile may show in later pieces.
    """
    after, left = "", limit
    while left is None or left > 0:
        many = piece if left is None else min(piece, left)
        async with database.reading() as session:
            found = await _piece(session, after, many)
        if not found:
            return
        yield found
        after = found[-1].record.number
        left = None if left is None else left - len(found)


async def published_one(session: AsyncSession, number: str) -> Published | None:
    """One corporation by its number, a hidden one too; None for an unknown or withdrawn one."""
    query = select(*_RECORD).where(Corporation.number == number, Corporation.process != DELETED)
    row = (await session.execute(query)).first()
    if row is None:
        return None
    return Published(Record(*row), (await _acts(session, number, number)).get(number, []))


async def acts_keyed(
    session: AsyncSession, numbers: Sequence[str], keys: Sequence[str]
) -> list[Act]:
    """The activities under these keys, of some numbers where any are given."""
    query = select(*_ACT).where(
        Activity.key.in_(keys), Activity.withdrawn_at.is_(None), Activity.kind.in_(GRAPH_OF)
    )
    if numbers:
        query = query.where(Activity.number.in_(numbers))
    return [Act(*row) for row in await session.execute(query.limit(100))]


async def _piece(session: AsyncSession, after: str, many: int) -> list[Published]:
    query = (
        select(*_RECORD)
        .where(Corporation.number > after, *_PUBLIC)
        .order_by(Corporation.number)
        .limit(many)
    )
    records = [Record(*row) for row in await session.execute(query)]
    if not records:
        return []
    acts = await _acts(session, records[0].number, records[-1].number)
    return [Published(record, acts.get(record.number, [])) for record in records]


async def _acts(session: AsyncSession, first: str, last: str) -> dict[str, list[Act]]:
    query = (
        select(*_ACT)
        .where(
            Activity.number.between(first, last),
            Activity.withdrawn_at.is_(None),
            Activity.kind.in_(GRAPH_OF),
        )
        .order_by(Activity.number, Activity.kind, Activity.key)
    )
    found: dict[str, list[Act]] = {}
    for row in await session.execute(query):
        act = Act(*row)
        found.setdefault(act.number, []).append(act)
    return found
