"""The catalogue's public face (手続の目録): search, entries, packages, the sample, the import.

Sessions are the caller's and nothing here commits, except `import_survey`, which is one
transaction of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.procedures.catalogue import queries
from madoguchi.procedures.catalogue.errors import not_found
from madoguchi.procedures.catalogue.indexing import index_package, remove_package
from madoguchi.procedures.catalogue.listing import Listing, all_cards, search_page, tallies
from madoguchi.procedures.catalogue.models import CatalogueEntry, CatalogueState
from madoguchi.procedures.catalogue.sample import load_sample
from madoguchi.procedures.catalogue.search import Place, Query

__all__ = [
    "Edition",
    "Listing",
    "Place",
    "Query",
    "all_cards",
    "edition",
    "entry",
    "index_package",
    "load_sample",
    "ministries",
    "procedure_serving",
    "remove_package",
    "search_page",
    "set_agencies",
    "tallies",
    "warm",
]


@dataclass(frozen=True)
class Edition:
    """What the catalogue's rows are: how many, from which file, since when."""

    count: int
    source: str
    is_sample: bool


async def entry(session: AsyncSession, entry_id: str) -> CatalogueEntry:
    """The surveyed procedure with this 手続ID. CatalogueError 404 when there is none."""
    found = await session.get(CatalogueEntry, entry_id) if _is_plain(entry_id) else None
    if found is None:
        raise not_found(entry_id)
    return found


async def procedure_serving(session: AsyncSession, entry_id: str) -> str | None:
    """The id of the published procedure that takes this surveyed one on a form of its own."""
    return (await queries.shelves(session)).served_by.get(entry_id)


async def edition(session: AsyncSession) -> Edition:
    """What the catalogue holds at present."""
    state = await session.get(CatalogueState, "entries")
    if state is None:
        return Edition(0, "", False)
    return Edition(state.count, state.source, state.source == "sample.toml")


async def set_agencies(session: AsyncSession, agencies: Mapping[str, str]) -> None:
    """Note which agency (id) each ministry (the survey's name) is. Not committed."""
    for ministry, agency in agencies.items():
        await session.execute(
            update(CatalogueEntry).where(CatalogueEntry.ministry == ministry).values(agency=agency)
        )


async def ministries(session: AsyncSession) -> list[str]:
    """The survey's names of the ministries in the catalogue."""
    found = await session.execute(select(CatalogueEntry.ministry).distinct())
    return sorted(found.scalars())


async def warm(session: AsyncSession) -> None:
    """Read the text index into memory, so that the first search need not."""
    await queries.shelves(session)


def _is_plain(entry_id: str) -> bool:
    return entry_id.isascii() and entry_id.isprintable() and len(entry_id) <= 40
