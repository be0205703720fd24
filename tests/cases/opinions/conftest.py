"""The counter of the desk's tests, on both databases."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.cases.desk.counter import Counter, open_counter


@pytest.fixture
async def counter(database: Database, tmp_path: Path) -> Counter:
    """An empty counter with its people."""
    return await open_counter(database, tmp_path / "blobs")
