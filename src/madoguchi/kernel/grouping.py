"""Doing what arrives at the same time together (まとめ処理), so that many share one commit.

While one group is being worked on, the next gathers: nothing waits for a clock, a lonely item goes
at once, and the busier it is the larger the groups become. The next may begin before the first is
done, as soon as that says so: what is left of it is waiting for others.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from madoguchi.kernel.errors import DomainError

Item = TypeVar("Item")
Result = TypeVar("Result")

GoOn = Callable[[], None]

CROWD = 8  # items in a group
CROWDED_SECONDS = 0.5
_log = logging.getLogger(__name__)


class Full(DomainError):
    """So much is waiting that more would only wait in vain (混雑). `retry_after`: seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "busy",
            503,
            {
                "ja": "いま混み合っています。{seconds}秒ほど待って、同じ内容を送り直してください。"
                "同じIdempotency-Keyなら二重にはなりません。",
                "en": "We are very busy. Please send the same again in about {seconds} seconds. "
                "With the same Idempotency-Key nothing is done twice.",
            },
            {"seconds": retry_after},
        )
        self.retry_after = retry_after


class Grouping(Generic[Item, Result]):
    """Gathers items and hands them to `work`, `largest` at a time, in order of arrival.

    `work(items, go_on)` gives a result for each item of a group, in the same order. What it raises,
    every item of the group gets. Of `lanes` groups at the same time only one has not called
    `go_on`: another begins then, with all that has come by that time. More than `most_waiting`
    items are refused (Full).
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item], GoOn], Awaitable[Sequence[Result]]],
        *,
        largest: int,
        most_waiting: int,
        lanes: int,
    ) -> None:
        self._work = work
        self._largest = largest
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._arrived = asyncio.Event()
        self._turn = asyncio.Lock()
        self._lanes = [asyncio.create_task(self._run()) for _ in range(lanes)]
        self._working = 0
        self._done, self._since = 0, time.monotonic()
        self._crowded_at = float("-inf")

    def crowded(self) -> bool:
        """Whether many come at once just now: what can wait should."""
        return time.monotonic() - self._crowded_at < CROWDED_SECONDS

    async def do(self, item: Item) -> Result:
        """The result for one item, once its group is done. Full; whatever `work` raises."""
        if len(self._waiting) >= self._most_waiting:
            raise Full(self._seconds())
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._arrived.set()
        return await future

    async def close(self) -> None:
        """Do what is waiting, then end."""
        while self._waiting or self._working:
            await asyncio.sleep(0.01)
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._turn.acquire()
            go_on = _once(self._turn.release)
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            count = min(len(self._waiting), self._largest)
            group = [self._waiting.popleft() for _ in range(count)]
            if count >= CROWD:
                self._crowded_at = time.monotonic()
            self._working += 1
            try:
                results = await self._work([item for item, _ in group], go_on)
            except Exception as fault:
                _log.exception("a group of %d failed", count)
                for _, future in group:
                    if not future.done():
                        future.set_exception(fault)
            else:
                for (_, future), result in zip(group, results, strict=True):
                    if not future.done():  # whoever waited may have gone
                        future.set_result(result)
            finally:
                self._working -= 1
                go_on()
            self._done += count

    def _seconds(self) -> int:
        """About how long what waits now will take, 1 to 60."""
        now = time.monotonic()
        rate = self._done / max(now - self._since, 0.001)
        if now - self._since > 60:
            self._done, self._since = 0, now
        return max(1, min(60, round(len(self._waiting) / max(rate, 1))))


def _once(act: GoOn) -> GoOn:
    left = [act]

    def once() -> None:
        if left:
            left.pop()()

    return once
