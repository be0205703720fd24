"""Editions (目録の版): each change gives a part of the catalogue a new mark to compare."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import new_id
from madoguchi.procedures.catalogue.models import CatalogueState


async def new_edition(
    session: AsyncSession, part: str, count: int, source: str, clock: Clock
) -> None:
    """Mark a part (`entries` or `packages`) as changed. Not committed here."""
    state = await session.get(CatalogueState, part)
    if state is None:
        state = CatalogueState(part=part)
        session.add(state)
    state.edition, state.count, state.source = new_id(), count, source
    state.changed_at = clock()
    await session.flush()


async def editions(session: AsyncSession) -> dict[str, str]:
    """The present mark of each part that was ever filled."""
    rows = await session.execute(select(CatalogueState.part, CatalogueState.edition))
    return {row.part: row.edition for row in rows}
