"""Taking in lists of addresses."""

from pathlib import Path

from madoguchi.installation.publishing import opened
from madoguchi.registry.addresses.towns import load_towns
from madoguchi.settings import Settings


async def load_addresses(paths: list[Path]) -> int:
    """Replace the towns by those of these files; how many there are now. AddressFileError."""
    async with opened(Settings()) as database, database.session() as session:
        count = await load_towns(session, paths)
        await session.commit()
    return count
