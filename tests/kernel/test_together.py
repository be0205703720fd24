"""Asking together: one question for all who ask at one moment, and nobody pays for another."""

import asyncio
from collections.abc import Sequence

import pytest

from madoguchi.kernel.database import Database, DatabaseBusy
from madoguchi.kernel.database.together import LARGEST, Together


class Work:
    """Doubles numbers; refuses some groups; remembers what it was given."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.groups: list[list[int]] = []
        self.fault = fault

    async def __call__(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        await asyncio.sleep(0.001)
        if self.fault and 13 in items:
            raise self.fault
        return [2 * item for item in items]


async def test_the_first_goes_at_once_and_who_comes_meanwhile_goes_together() -> None:
    work = Work()
    together = Together(work)
    first = asyncio.create_task(together.do(1))
    await asyncio.sleep(0)  # it waits for its turn
    await asyncio.sleep(0)  # and is with the database
    others = [asyncio.create_task(together.do(number)) for number in (2, 3, 4)]
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert work.groups == [[1], [2, 3, 4]]
    assert await together.do(5) == 10  # and it begins again after it had nothing to do
    assert work.groups[2:] == [[5]]


async def test_a_group_has_an_end() -> None:
    work = Work()
    together = Together(work)
    numbers = range(LARGEST + 3)
    assert await asyncio.gather(*map(together.do, numbers)) == [2 * one for one in numbers]
    assert [len(group) for group in work.groups] == [LARGEST, 3]


async def test_one_who_cannot_be_served_does_not_harm_the_others() -> None:
    work = Work(ValueError("thirteen"))
    found = await asyncio.gather(*map(Together(work).do, (7, 13, 8)), return_exceptions=True)
    assert found[0] == 14
    assert isinstance(found[1], ValueError)
    assert found[2] == 16


async def test_a_database_that_is_away_is_not_asked_again_for_each() -> None:
    work = Work(DatabaseBusy())
    found = await asyncio.gather(*map(Together(work).do, (7, 13, 8)), return_exceptions=True)
    assert [type(one) for one in found] == [DatabaseBusy] * 3
    assert len(work.groups) == 1


async def test_who_went_away_leaves_the_others_their_answers() -> None:
    together = Together(Work())
    gone, stays = asyncio.create_task(together.do(1)), asyncio.create_task(together.do(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone


async def _lengths(database: Database, items: Sequence[str]) -> list[tuple[str, int]]:
    return [(item, len(items)) for item in items]


async def test_a_database_keeps_a_group_for_each_kind_of_work(database: Database) -> None:
    found = await asyncio.gather(*(database.together(_lengths, item) for item in "abc"))
    assert found == [("a", 3), ("b", 3), ("c", 3)]
