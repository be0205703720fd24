"""The counter of the desk's tests, with two people who look after records."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.cases.desk.counter import Counter
from tests.cases.retention.world import open_records


@pytest.fixture
async def counter(database: Database, tmp_path: Path) -> Counter:
    """A counter whose `manager` and `records` look after the records of pref-14."""
    return await open_records(database, tmp_path / "blobs")
