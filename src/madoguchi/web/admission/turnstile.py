"""The turnstile (回転扉): so many requests are served at once, the others wait their turn.

Who is inside goes first, in the order of asking; programs have a quarter for themselves, so that
neither side shuts the other out; newcomers take what is left. A request that waits for its
sender's line (a slow upload) lends its place to another meanwhile.
"""

import asyncio
from collections import Counter, deque

from madoguchi.web.admission.rules import PER_PASS, Who

# Requests that may wait, for each that is served at once: their bodies are not read yet.
WAITING = {Who.INSIDE: 16, Who.PROGRAM: 16, Who.NEWCOMER: 1}
LENDING = 4  # requests begun, for each that is served at once, when senders are slow


class Turnstile:
    """At most `limit` served at once; a bounded number waits."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.served = 0
        self.begun = 0
        self._programs = 0
        self._lines: dict[Who, deque[asyncio.Future[None]]] = {who: deque() for who in Who}
        self._passes: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether the next request would have to wait."""
        return self.served >= self.limit or self.begun >= self.limit * LENDING

    def waiting(self, who: Who) -> int:
        """How many of a kind wait now."""
        return len(self._lines[who])

    async def enter(self, who: Who, holder: str, patience: float) -> bool:
        """Take a place, waiting for it at most `patience` seconds; False: it could not be had.

        `holder` names the pass, "" for none. Who got True must call `leave`.
        """
        if self._free(who):
            self._take(who, holder)
            return True
        line = self._lines[who]
        if len(line) >= self.limit * WAITING[who] or (holder and self._passes[holder] >= PER_PASS):
            return False
        self._count(holder, 1)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await asyncio.wait({turn}, timeout=patience)
        except asyncio.CancelledError:
            self._give_up(who, holder, turn)
            raise
        if not turn.done():
            self._give_up(who, holder, turn)
        return turn.done()

    def leave(self, who: Who, holder: str) -> None:
        """Give the place back."""
        self._count(holder, -1)
        self.served -= 1
        self.begun -= 1
        self._programs -= who is Who.PROGRAM
        self._next()

    def lend(self) -> None:
        """The sender keeps a request waiting: another may be served."""
        self.served -= 1
        self._next()

    def take_back(self) -> None:
        """The sender has gone on; for a moment one more than the limit may be served."""
        self.served += 1

    def _take(self, who: Who, holder: str) -> None:
        self._count(holder, 1)
        self._admit(who)

    def _admit(self, who: Who) -> None:
        self.served += 1
        self.begun += 1
        self._programs += who is Who.PROGRAM

    def _give_up(self, who: Who, holder: str, turn: asyncio.Future[None]) -> None:
        if turn.done():  # the place came in the very moment of going
            self.leave(who, holder)
        else:
            self._lines[who].remove(turn)
            self._count(holder, -1)

    def _count(self, holder: str, change: int) -> None:
        if holder:
            self._passes[holder] += change
            if self._passes[holder] <= 0:
                del self._passes[holder]

    def _free(self, who: Who) -> bool:
        return not self.full and self._whose() in (None, who) and not self._lines[who]

    def _whose(self) -> Who | None:
        """Who is next of those waiting."""
        share = max(1, self.limit // 4)
        if self._lines[Who.PROGRAM] and self._programs < share:
            return Who.PROGRAM
        return next((who for who in Who if self._lines[who]), None)

    def _next(self) -> None:
        while not self.full and (who := self._whose()) is not None:
            self._lines[who].popleft().set_result(None)
            self._admit(who)
