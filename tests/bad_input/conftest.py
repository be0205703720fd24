"""The whole application on a fresh database, with a filing of any package in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.cases.desk.counter import open_counter
from tests.cases.filing.office import Office, open_office


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    """An application whose counter has people."""
    counter = await open_counter(database, tmp_path / "blobs")
    opened = await open_office(counter, tmp_path)
    try:
        yield opened
    finally:
        await opened.close()
