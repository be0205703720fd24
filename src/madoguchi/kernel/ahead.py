"""Reading ahead (先読み): the next item is made while the present one is worked at."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TypeVar

Item = TypeVar("Item")


async def ahead(source: AsyncIterator[Item]) -> AsyncIterator[Item]:
    """The same items, one of them made ahead; what making one raises comes in its place."""
    coming = asyncio.ensure_future(_next(source))
    try:
        while (found := await coming) is not None:
            coming = asyncio.ensure_future(_next(source))
            yield found[0]
    finally:
        coming.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await coming


async def _next(source: AsyncIterator[Item]) -> tuple[Item] | None:
    try:
        return (await anext(source),)
    except StopAsyncIteration:
        return None
