"""The index of the search, built for a test's corporations."""

from pathlib import Path

from madoguchi.kernel.database import Database
from madoguchi.registry.search.serving import serve_from
from madoguchi.registry.search.writing import build


async def index(database: Database, folder: Path) -> None:
    """Build it and search in it from now on."""
    await build(database, folder / "index")
    serve_from(database, folder / "index")
