"""How fast the line moves (呼出しの速さ). Pure; moments are in ms.

Rises a little each second in which nobody inside had to wait, halves when somebody did: the way
TCP finds out what a network bears. Every process calls the same oldest tickets, so the front of
the line moves at this pace however many processes there are.
"""

from math import exp

STEP = 1_000
MEMORY = 30_000  # ms over which the line's speed is told


class Pace:
    """Tickets to call a second (`rate`) and really called (`speed`); `due`: how many to call now."""

    def __init__(self, start: float, most: float, least: float = 0.5) -> None:
        self.rate = start
        self.speed = start
        self._most, self._least = most, least
        self._credit = 1.0
        self._last: int | None = None
        self._judged = 0

    def due(self, now: int, *, calm: bool, room: int) -> int:
        """How many tickets to call, `room` at most; `calm`: nobody inside has had to wait lately."""
        passed = max(0, now - self._last) if self._last is not None else 0
        self._last = now
        count = min(max(0, room), self._count(now, passed, calm=calm))
        # What was really called lately, evenly forgotten: what an estimate can be made from.
        self.speed = self.speed * exp(-passed / MEMORY) + count * 1_000 / MEMORY
        return count

    def _count(self, now: int, passed: int, *, calm: bool) -> int:
        if now - self._judged >= STEP or now < self._judged:
            self._judged = now
            changed = self.rate + self._most / 30 if calm else self.rate / 2
            self.rate = min(self._most, max(self._least, changed))
        if not calm:
            return 0
        # What was not called is not saved up: a second's worth at most.
        self._credit = min(max(1.0, self.rate), self._credit + self.rate * passed / 1_000)
        count = int(self._credit)
        self._credit -= count
        return count
