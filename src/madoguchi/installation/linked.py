"""Making the generations SPARQL asks, and the files for download."""

from pathlib import Path

from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.registry.dumps.edition import Edition
from madoguchi.registry.dumps.writing import make_dump
from madoguchi.registry.linked.snapshot import Made, Tell, make_snapshot
from madoguchi.settings import Settings


async def snapshot(codes: Path | None, limit: int | None, tell: Tell) -> Made:
    """Make a generation and put it in place."""
    settings = Settings()
    async with opened(settings) as database:
        return await make_snapshot(
            database, settings.linked_folder, codes=codes, limit=limit, tell=tell
        )


async def dump(folder: Path | None, limit: int | None, tell: Tell) -> Edition:
    """Make an edition of the files and put it in place."""
    settings = Settings()
    async with opened(settings) as database:
        return await make_dump(
            database, system_clock, folder or settings.dump_folder, limit=limit, tell=tell
        )
