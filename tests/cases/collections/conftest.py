"""The counter of the desk's tests with an official of the ministry, on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.identity import service as identity
from madoguchi.kernel.database import Database
from tests.cases.desk.counter import Counter, open_counter

MINISTRY = frozenset({("meti", "examiner"), ("meti", "approver")})


@pytest.fixture
async def counter(database: Database, tmp_path: Path) -> Counter:
    """A counter whose "ministry" examines and collects."""
    counter = await open_counter(database, tmp_path / "blobs")
    ministry = counter.people["ministry"]
    async with database.session() as session:
        await identity.grant_role(
            session, counter.clock, ministry.id, "meti", "examiner", by="test"
        )
        await session.commit()
    counter.people["ministry"] = replace(ministry, grants=MINISTRY)
    return counter
