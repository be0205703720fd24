"""How much may be asked in a span of time: pure arithmetic, and the headers that tell it.

The headers are those of draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` what is allowed,
`RateLimit` what is left of it and in how many seconds it begins anew.
"""

import math
from dataclasses import dataclass, field

SPAN = 600  # seconds; gBizINFO's users count by ten minutes, too
MOST_CALLERS = 100_000


@dataclass(frozen=True)
class Left:
    """What a caller has left: of `quota` in SPAN seconds, `remaining`, for `seconds` more."""

    quota: int
    remaining: int
    seconds: int
    policy: str

    @property
    def headers(self) -> dict[str, str]:
        """What every answer tells."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={SPAN}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.seconds}',
        }


@dataclass
class Allowance:
    """Counts callers within the present span; all begin anew together.

    Beyond MOST_CALLERS those who come new share one count: who asks from a million addresses must
    not fill the memory.
    """

    policy: str
    quota: int
    _span: int = -1
    _spent: dict[str, int] = field(default_factory=dict)

    def take(self, caller: str, now: float) -> Left | None:
        """Count one request at `now` (seconds); None: nothing was left."""
        return self._count(caller, now, 1)

    def left(self, caller: str, now: float) -> Left | None:
        """The same without counting."""
        return self._count(caller, now, 0)

    def seconds(self, now: float) -> int:
        """Until the span ends."""
        return max(1, math.ceil(SPAN - now % SPAN))

    def _count(self, caller: str, now: float, more: int) -> Left | None:
        span = int(now // SPAN)
        if span != self._span:
            self._span, self._spent = span, {}
        if caller not in self._spent and len(self._spent) >= MOST_CALLERS:
            caller = ""
        spent = self._spent.get(caller, 0)
        if spent >= self.quota:
            return None
        if more:
            self._spent[caller] = spent + more
        return Left(self.quota, self.quota - spent - more, self.seconds(now), self.policy)
