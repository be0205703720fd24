"""The world of the inspections' tests, on both databases."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from tests.cases.inspections.world import World, open_world


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> World:
    return await open_world(database, tmp_path / "blobs")
