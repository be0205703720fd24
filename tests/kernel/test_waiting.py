"""Starting while the database is not there yet."""

import pytest

from madoguchi.kernel.database import DatabaseAway, when_there


async def test_work_begins_again_until_the_database_is_there() -> None:
    tries = 0

    async def work() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise DatabaseAway
        return "done"

    assert await when_there(work, pause=0) == "done"
    assert tries == 3


async def test_patience_ends_and_other_faults_are_not_waited_for() -> None:
    async def away() -> None:
        raise DatabaseAway

    async def wrong() -> None:
        raise RuntimeError("wrong")

    with pytest.raises(DatabaseAway):
        await when_there(away, patience=-1, pause=0)
    with pytest.raises(RuntimeError, match="wrong"):
        await when_there(wrong, pause=0)
