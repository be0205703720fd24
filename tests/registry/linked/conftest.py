"""A generation shared by the tests that only ask it."""

import asyncio
import shutil
from pathlib import Path

import pytest

from madoguchi.kernel.database import create_database
from tests.registry.linked.filled import generation


@pytest.fixture(scope="session")
def linked_root(templates: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a generation of `filled.CORPORATIONS`; which database it came from is no matter."""
    folder = tmp_path_factory.mktemp("linked")
    shutil.copy(templates["sqlite"], folder / "filled.db")

    async def make() -> None:
        database = create_database(f"sqlite+aiosqlite:///{folder / 'filled.db'}")
        try:
            await generation(database, folder / "linked")
        finally:
            await database.dispose()

    asyncio.run(make())
    return folder / "linked"
