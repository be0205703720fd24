"""Who asks, and whether they may go on: by key, or without one by address where that is allowed."""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass

from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.database import Database
from madoguchi.registry.keys.counting import Uses
from madoguchi.registry.keys.errors import TooManyRequests, key_needed
from madoguchi.registry.keys.rules import Allowance, Left
from madoguchi.registry.keys.service import digest, key_of

LONGEST_KEY = 200
REMEMBERED = 5.0  # seconds after which a key is looked up again: so long a revoked one may go on
MOST_REMEMBERED = 10_000
WRONG_KEYS = 30  # tries with unknown keys in a span, from one address


@dataclass(frozen=True)
class Known:
    """A valid key, and until when that need not be looked at again (monotonic seconds)."""

    id: str
    until: float


class Admission:
    """The state of one process: what callers have spent, which keys are known.

    Each process counts for itself, so that nobody is refused who asked less than they may.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        of_key: int,
        of_address: int,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._clock, self._seconds = clock, seconds
        self.keyless = of_address > 0
        self._by_key = Allowance("key", of_key)
        self._by_address = Allowance("address", max(of_address, 1))
        self._wrong = Allowance("wrong-keys", WRONG_KEYS)
        self._known: dict[str, Known] = {}
        self.uses = Uses()

    async def admit(
        self, database: Database, key: str | None, address: str, *, keyless: bool
    ) -> Left:
        """Count one request. RegistryError 401 without a valid key, TooManyRequests.

        `keyless`: the interface may be used without a key, if the installation allows it.
        """
        if key:
            return self._by_a_key(await self._valid(database, key, address))
        if not (keyless and self.keyless):
            raise key_needed()
        now = self._seconds()
        left = self._by_address.take(network(address), now)
        if left is None:
            raise self._too_many(self._by_address, now)
        return left

    def _by_a_key(self, key_id: str) -> Left:
        now, day = self._seconds(), jst_date(self._clock())
        left = self._by_key.take(key_id, now)
        if left is None:
            self.uses.refused[key_id, day] += 1
            raise self._too_many(self._by_key, now)
        self.uses.requests[key_id, day] += 1
        return left

    async def _valid(self, database: Database, key: str, address: str) -> str:
        now, name = self._seconds(), digest(key[: LONGEST_KEY + 1])
        known = self._known.get(name)
        if known is not None and known.until > now:
            return known.id
        # Who sends one wrong key after the other costs no statement any more. A key that was right a
        # moment ago is looked up all the same: others behind that address must not suffer.
        if known is None and self._wrong.left(network(address), now) is None:
            raise self._too_many(self._wrong, now)
        async with database.looking() as session:
            found = None if len(key) > LONGEST_KEY else await key_of(session, name)
        if found is None:
            self._known.pop(name, None)
            self._wrong.take(network(address), now)
            raise key_needed()
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[name] = Known(found, now + REMEMBERED)
        return found

    def _too_many(self, allowance: Allowance, now: float) -> TooManyRequests:
        spent = Left(allowance.quota, 0, allowance.seconds(now), allowance.policy)
        return TooManyRequests(spent.seconds, spent.headers)


def network(address: str) -> str:
    """What counts as one caller: an IPv4 address, the /64 of an IPv6 one."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
    except ValueError:
        return address
