"""Making the generations SPARQL asks."""

from pathlib import Path

from madoguchi.installation.publishing import opened
from madoguchi.registry.linked.snapshot import Made, Tell, make_snapshot
from madoguchi.settings import Settings


async def snapshot(codes: Path | None, limit: int | None, tell: Tell) -> Made:
    """Make a generation and put it in place."""
    settings = Settings()
    async with opened(settings) as database:
        return await make_snapshot(
            database, settings.linked_folder, codes=codes, limit=limit, tell=tell
        )
