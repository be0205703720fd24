"""Drawing by number: the k-th draw of record i is the same everywhere, without a state in between."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
DRAWS = 64  # at most, of one record

T = TypeVar("T")


def splitmix64(state: int) -> int:
    """64 bits out of 64 (Steele, Lea, Flood 2014)."""
    mixed = (state + _GOLDEN) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


@dataclass
class Draws:
    """The draws of record i, one after the other."""

    seed: int
    record: int
    taken: int = 0

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        place = self.record * DRAWS + self.taken
        self.taken += 1
        return splitmix64(splitmix64(self.seed & _MASK) ^ (place * _GOLDEN & _MASK)) * bound >> 64

    def happens(self, percent: int) -> bool:
        """True in so many of a hundred records."""
        return self.below(100) < percent


class Weighted(Generic[T]):
    """Things of which some are drawn more often than others."""

    def __init__(self, weighed: Iterable[tuple[int, T]]) -> None:
        pairs = [pair for pair in weighed if pair[0] > 0]
        self._things: Sequence[T] = [thing for _, thing in pairs]
        self._sums = list(accumulate(weight for weight, _ in pairs))

    def draw(self, draws: Draws) -> T:
        """One of them."""
        return self._things[bisect(self._sums, draws.below(self._sums[-1]))]
