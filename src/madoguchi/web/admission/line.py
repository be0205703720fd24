"""The line (行列): who waits, in the order in which they joined. Pure; moments are in ms.

Each process keeps the tickets it has seen lately and calls the oldest. Called are always the
oldest of those who still come to ask; whoever stays away loses nothing but the turn they missed:
their ticket keeps the moment of joining, and on coming back they stand before all who came later.
"""

from bisect import bisect_left

SWEEP = 1_000  # ms between two looks for those who have left


class Line:
    """Tickets waiting, at most `most` of them (the oldest), and those called but not come yet."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._order: list[tuple[int, str]] = []
        self._until: dict[str, int] = {}
        self._called: dict[str, int] = {}
        self._swept = 0

    def __len__(self) -> int:
        return len(self._order)

    def ahead(self, id: str, joined: int) -> int:
        """How many stand before a ticket: 0, 1, …"""
        return bisect_left(self._order, (joined, id))

    def show(self, id: str, joined: int, until: int) -> None:
        """A ticket is shown: it waits in its place, and is thought gone after `until`."""
        place, index = (joined, id), self.ahead(id, joined)
        if id in self._until:
            self._until[id] = until
        elif index < self.most:
            self._order.insert(index, place)
            self._until[id] = until
            for _, newest in self._order[self.most :]:
                del self._until[newest]
            del self._order[self.most :]

    @property
    def expected(self) -> int:
        """How many are called and have not come yet."""
        return len(self._called)

    def call(self, count: int) -> list[str]:
        """Call the oldest `count`; they are let in when they come, by when they were to ask again."""
        called = [id for _, id in self._order[: max(0, count)]]
        del self._order[: len(called)]
        for id in called:
            self._called[id] = self._until.pop(id)
        return called

    def is_called(self, id: str) -> bool:
        """Whether this ticket's turn has come."""
        return id in self._called

    def enter(self, id: str) -> None:
        """A called ticket has come in."""
        self._called.pop(id, None)

    def forget(self, now: int) -> None:
        """Drop those who did not come back in time, at most once a second."""
        if 0 <= now - self._swept < SWEEP:
            return
        self._swept = now
        gone = {id for id, until in self._until.items() if until < now}
        if gone:
            self._order = [place for place in self._order if place[1] not in gone]
            for id in gone:
                del self._until[id]
        for id in [id for id, until in self._called.items() if until < now]:
            del self._called[id]
