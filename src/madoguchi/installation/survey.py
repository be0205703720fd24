"""Taking in what the state publishes: the national survey of procedures, the postal codes."""

from collections.abc import Callable
from pathlib import Path

from madoguchi.identity.service import seed_agencies, shipped_agencies
from madoguchi.installation.publishing import opened
from madoguchi.registry import service as registry
from madoguchi.settings import Settings


async def import_survey_file(path: Path, progress: Callable[[int, int], None]) -> int:
    """Replace the catalogue by the survey in a Parquet file; gives the number of procedures."""
    async with opened(Settings()) as database:
        async with database.session() as session:
            await seed_agencies(session)
            await session.commit()
        # Arrow is loaded for an import only: a server at rest does without its memory.
        from madoguchi.procedures.catalogue.importer import import_survey

        result = await import_survey(database, path, progress, agencies=ministry_agencies())
    return result.count


def ministry_agencies() -> dict[str, str]:
    """The agency id of every ministry by the names the survey may call it."""
    return {
        name: agency.id
        for agency in shipped_agencies().values()
        if agency.kind != "prefecture"
        for name in (agency.name["ja"], *agency.aliases)
    }


async def import_postal_codes(path: Path) -> int:
    """Replace the postal codes by those of Japan Post's file; how many rows there are now."""
    async with opened(Settings()) as database, database.session() as session:
        count = await registry.load_postal_codes(session, path)
        await session.commit()
    return count
