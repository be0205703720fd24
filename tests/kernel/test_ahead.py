"""Reading ahead: the same items in their order, one made while another is worked at."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from madoguchi.kernel.ahead import ahead


async def test_the_next_is_made_while_the_present_one_is_worked_at() -> None:
    made: list[int] = []

    async def source() -> AsyncIterator[int]:
        for number in range(4):
            made.append(number)
            yield number

    seen = []
    async for number in ahead(source()):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        seen.append(number)
        assert made[-1] == min(number + 1, 3)
    assert seen == [0, 1, 2, 3]


async def test_a_fault_comes_in_its_place() -> None:
    async def source() -> AsyncIterator[int]:
        yield 1
        raise ValueError("damaged")

    reader = ahead(source())
    assert await anext(reader) == 1
    with pytest.raises(ValueError, match="damaged"):
        await anext(reader)


async def test_who_stops_early_leaves_nothing_running() -> None:
    ended = asyncio.Event()

    async def source() -> AsyncIterator[int]:
        try:
            while True:
                await asyncio.sleep(0)
                yield 1
        finally:
            ended.set()

    reader = ahead(source())
    assert await anext(reader) == 1
    await reader.aclose()  # type: ignore[attr-defined]
    await asyncio.wait_for(ended.wait(), 30)
