"""Prepared answers (用意した回答): what is known of a corporation, made into bytes once and kept.

Nobody is answered with what no longer holds. Those who ask at one moment are served together, and
before anything kept is given out the newest place in the log of changes is read, by one statement
for all of them: what changed since, by whatever process, is dropped. So an answer is never older
than the request for it, as if it had been read from the tables. That holds because whoever changes
the registry says so in the same transaction (`changes.note_changes`); what is changed by hand past
the program is not noticed until the process starts anew.

Only what does not depend on the day may be prepared. Unknown numbers are not remembered.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from madoguchi.kernel.database import Database
from madoguchi.registry.changes import newest_of, since
from madoguchi.registry.whole import Whole, wholes_looked_up

MOST_BYTES = 64_000_000  # of one process
MOST_CHANGES = 20  # when more came at once, everything is dropped instead of what they name
_BESIDE = 400  # bytes an answer takes beside its text


class Answer(NamedTuple):
    """A body, and the ETag of it where the interface gives one."""

    body: bytes
    etag: str = ""


Make = Callable[[Whole], Answer | None]
_Asked = tuple[Make, str]


async def prepared(database: Database, make: Make, number: str) -> Answer | None:
    """The answer `make` gives of this number; None for an unknown one, or when it gives none.

    `make` is a function of a module: what it made is kept under it.
    """
    return await database.together(_answers, (make, number))


class Store:
    """The answers one process keeps of one database, those asked for last; bounded by bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.bytes = 0
        self._place = -1
        self._kept: OrderedDict[str, dict[Make, Answer]] = OrderedDict()

    @property
    def is_new(self) -> bool:
        """Whether it does not know yet from which place in the log on it must follow."""
        return self._place < 0

    async def keep_up(self, database: Database) -> None:
        """Drop what changed since the last look."""
        place = await newest_of(database)
        if place == self._place:
            return
        changes = None
        if 0 <= self._place < place <= self._place + MOST_CHANGES:
            async with database.looking() as session:
                changes = await since(session, self._place, MOST_CHANGES)
        if not changes:  # too many, forgotten, the first look, or another database in its place
            self._kept.clear()
            self.bytes, self._place = 0, place
            return
        for change in changes:
            for number in change.numbers:
                self._drop(number)
        self._place = changes[-1].place

    def get(self, make: Make, number: str) -> Answer | None:
        """What is kept."""
        of_number = self._kept.get(number)
        if of_number is None:
            return None
        self._kept.move_to_end(number)
        return of_number.get(make)

    def put(self, make: Make, number: str, answer: Answer) -> None:
        """Keep an answer; those not asked for the longest time go."""
        self._kept.setdefault(number, {})[make] = answer
        self.bytes += _size(answer)
        while self.bytes > self.most:
            self._drop(next(iter(self._kept)))

    def _drop(self, number: str) -> None:
        for answer in self._kept.pop(number, {}).values():
            self.bytes -= _size(answer)


def _size(answer: Answer) -> int:
    return len(answer.body) + _BESIDE


_stores: WeakKeyDictionary[Database, Store] = WeakKeyDictionary()


def store_of(database: Database) -> Store:
    """The answers this process keeps of a database."""
    return _stores.setdefault(database, Store(MOST_BYTES))


async def _answers(database: Database, group: Sequence[_Asked]) -> list[Answer | None]:
    """One group at a time (`together`): nobody else changes the store meanwhile."""
    store = store_of(database)
    found = {asked: store.get(*asked) for asked in group}
    # What is read from the tables now is true without a look at the log.
    if store.is_new or any(found.values()):
        await store.keep_up(database)
        found = {asked: store.get(*asked) for asked in group}
    missing = list(dict.fromkeys(number for (_, number), one in found.items() if one is None))
    known = {one.record.number: one for one in await wholes_looked_up(database, missing)}
    for (make, number), answer in found.items():
        if answer is None and number in known:
            found[make, number] = made = make(known[number])
            if made is not None:
                store.put(make, number, made)
    return [found[asked] for asked in group]
