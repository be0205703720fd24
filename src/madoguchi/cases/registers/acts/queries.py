"""Reading acts on entries: of one entry, those that wait, and what belongs to the entry's page."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.acts.acting import PROPOSED
from madoguchi.cases.registers.acts.opening import Opened
from madoguchi.cases.registers.models import EntryAct

SHOWN = 100


async def acts_of(session: AsyncSession, entry_id: str) -> list[EntryAct]:
    """The acts on an entry, newest first."""
    query = select(EntryAct).where(EntryAct.entry_id == entry_id)
    return list(
        await session.scalars(
            query.order_by(EntryAct.proposed_at.desc(), EntryAct.id.desc()).limit(SHOWN)
        )
    )


async def acts_waiting(session: AsyncSession, agencies: Collection[str]) -> list[EntryAct]:
    """The proposals that wait at these agencies, oldest first."""
    if not agencies:
        return []
    query = select(EntryAct).where(
        EntryAct.agency_id.in_(sorted(agencies)), EntryAct.state == PROPOSED
    )
    return list(
        await session.scalars(query.order_by(EntryAct.proposed_at, EntryAct.id).limit(SHOWN))
    )


async def recorded(session: AsyncSession, entry_id: str) -> Sequence[RegisterEntry]:
    """Every version there ever was, newest record first: what it said before it was corrected."""
    query = select(RegisterEntry).where(RegisterEntry.entry_id == entry_id)
    order = (RegisterEntry.recorded_at.desc(), RegisterEntry.valid_from.desc())
    return (await session.scalars(query.order_by(*order).limit(SHOWN))).all()


async def other_entries(
    session: AsyncSession, opened: Opened, agencies: Collection[str]
) -> list[RegisterEntry]:
    """The holder's other entries at these agencies, as they stand last."""
    holder = opened.now.organisation_id
    if holder is None:
        return []
    rows = await session.scalars(
        select(RegisterEntry)
        .where(
            RegisterEntry.organisation_id == holder,
            RegisterEntry.entry_id != opened.id,
            RegisterEntry.superseded_at.is_(None),
            RegisterEntry.agency_id.in_(sorted(agencies)),
        )
        .order_by(RegisterEntry.register, RegisterEntry.number, RegisterEntry.valid_from)
        .limit(SHOWN)
    )
    return list({row.entry_id: row for row in rows}.values())
