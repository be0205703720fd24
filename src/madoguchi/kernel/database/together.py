"""Asking together (まとめ照会): what many requests want of the database at one moment is asked once.

A statement costs ten times what one more row of it costs: opening a session, the way to the database
and back, the commit. So while one group is with the database the next gathers. Nothing waits for a
clock, whoever is alone goes at once, and nothing is kept: every answer is of a question that was put
after it was asked for, so that what was ended a moment ago has ended.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from madoguchi.kernel.errors import DomainError

Item = TypeVar("Item")
Result = TypeVar("Result")

LARGEST = 64


class Together(Generic[Item, Result]):
    """Gathers items for `work`, which gives a result for each item of a group, in the same order."""

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        self._work = work
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Result:
        """The result for one item; whatever `work` raises."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), LARGEST)
                await self._group([self._waiting.popleft() for _ in range(count)])
        finally:
            self._running = None

    async def _group(self, group: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._work([item for item, _ in group])
        except Exception as fault:
            if len(group) > 1 and not isinstance(fault, DomainError):
                for one in group:  # nobody's fault may become another's
                    await self._group([one])
                return
            for _, future in group:
                if not future.done():
                    future.set_exception(fault)
        except BaseException:  # the process ends
            for _, future in group:
                future.cancel()
            raise
        else:
            for (_, future), result in zip(group, results, strict=True):
                if not future.done():  # whoever waited may have gone
                    future.set_result(result)
