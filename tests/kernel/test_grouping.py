"""Grouping: what comes at the same time is done together, each waits for its own result."""

import asyncio
from collections.abc import Sequence

import pytest

from madoguchi.kernel.grouping import CROWD, Full, GoOn, Grouping


class Work:
    """Doubles numbers once it is let go; remembers the groups it was given."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go_on: list[GoOn] = []
        self.go = asyncio.Event()

    async def __call__(self, group: Sequence[int], go_on: GoOn) -> list[int]:
        self.groups.append(list(group))
        self.go_on.append(go_on)
        await self.go.wait()
        if 13 in group:
            raise ValueError("thirteen")
        return [number * 2 for number in group]


async def gather(grouping: Grouping[int, int], numbers: Sequence[int]) -> list[asyncio.Task[int]]:
    """One task a number, begun in this order."""
    tasks = [asyncio.create_task(grouping.do(number)) for number in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_a_lonely_item_goes_at_once_and_the_next_gather() -> None:
    work = Work()
    grouping = Grouping(work, largest=3, most_waiting=100, lanes=1)
    first = await gather(grouping, [1])
    others = await gather(grouping, [2, 3, 4, 5])
    work.go.set()
    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8, 10]
    assert work.groups == [[1], [2, 3, 4], [5]]
    await grouping.close()


async def test_the_next_group_begins_when_the_one_before_lets_it() -> None:
    work = Work()
    grouping = Grouping(work, largest=2, most_waiting=100, lanes=2)
    tasks = [*(await gather(grouping, [1])), *(await gather(grouping, [2]))]
    assert work.groups == [[1]]
    tasks += await gather(grouping, [3])
    for _ in range(2):  # saying it twice lets no third begin
        work.go_on[0]()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    tasks += await gather(grouping, [4])
    assert work.groups == [[1], [2, 3]]  # both begun, none done
    work.go.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    await grouping.close()


async def test_a_fault_is_told_to_the_whole_group_and_ends_nothing() -> None:
    work = Work()
    work.go.set()
    grouping = Grouping(work, largest=10, most_waiting=100, lanes=1)
    tasks = await gather(grouping, [12, 13, 14])
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(item) for item in told} <= {ValueError, int}
    assert isinstance(told[1], ValueError)
    assert await grouping.do(15) == 30
    await grouping.close()


async def test_too_many_are_refused_with_a_time_to_come_again() -> None:
    work = Work()
    grouping = Grouping(work, largest=1, most_waiting=2, lanes=1)
    tasks = [*(await gather(grouping, [1])), *(await gather(grouping, [2, 3]))]
    with pytest.raises(Full) as refused:
        await grouping.do(4)
    assert refused.value.status == 503
    assert 1 <= refused.value.retry_after <= 60
    work.go.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6]
    await grouping.close()


async def test_whoever_leaves_does_not_stop_the_others() -> None:
    work = Work()
    grouping = Grouping(work, largest=10, most_waiting=100, lanes=1)
    tasks = [*(await gather(grouping, [1])), *(await gather(grouping, [2, 3]))]
    tasks[1].cancel()
    work.go.set()
    assert await tasks[2] == 6
    await grouping.close()


async def test_closing_does_what_waits() -> None:
    work = Work()
    grouping = Grouping(work, largest=1, most_waiting=100, lanes=1)
    tasks = await gather(grouping, [1, 2])
    closing = asyncio.create_task(grouping.close())
    await asyncio.sleep(0)
    work.go.set()
    await closing
    assert [task.result() for task in tasks] == [2, 4]


async def test_a_crowd_is_noticed() -> None:
    work = Work()
    work.go.set()
    grouping = Grouping(work, largest=100, most_waiting=100, lanes=1)
    assert not grouping.crowded()
    await asyncio.gather(*(grouping.do(number) for number in range(100, 100 + CROWD)))
    assert grouping.crowded()
    await grouping.close()
