"""Rounds in which filings are taken (受付の回): which is open, which comes next. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from madoguchi.kernel.clock import as_jst, as_utc
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import last_day_before
from madoguchi.procedures.package.round_spec import RoundSpec, moment

D = TypeVar("D", bound=date)
AHEAD = 2  # yearly rounds are told for this year and the next


@dataclass(frozen=True)
class Round:
    """One window: [opens, closes) in UTC; `decides` is the day of the decision."""

    id: str
    title: Text
    opens: datetime
    closes: datetime
    decides: date | None

    def holds(self, at: datetime) -> bool:
        """Whether filings are taken at a moment."""
        return self.opens <= at < self.closes

    def as_context(self) -> dict[str, object]:
        """What rules see as `filing_round`."""
        return {
            "id": self.id,
            "opens_on": as_jst(self.opens).date(),
            "closes_on": last_day_before(self.closes),
            "decides_on": self.decides,
        }


def rounds_until(specs: Sequence[RoundSpec], year: int) -> list[Round]:
    """Every round that opens until the end of a year, in order."""
    found = [item for spec in specs for item in _years(spec, year)]
    return sorted(found, key=lambda item: (item.opens, item.id))


def open_round(specs: Sequence[RoundSpec], at: datetime) -> Round | None:
    """The round in which a filing at a moment is taken."""
    return next((item for item in _known(specs, at) if item.holds(at)), None)


def round_taking(specs: Sequence[RoundSpec], at: datetime, waited: timedelta) -> Round | None:
    """The round that takes a filing arriving at `at` whose sender had to wait so long in a queue.

    The wait does not shut anybody out: the round open when they came takes them, and else the one
    that is open now (who came before the opening has waited into it).
    """
    return open_round(specs, at - waited) or open_round(specs, at)


def next_round(specs: Sequence[RoundSpec], at: datetime) -> Round | None:
    """The round that opens next after a moment."""
    return next((item for item in _known(specs, at) if item.opens > at), None)


def round_named(specs: Sequence[RoundSpec], id: str | None, at: datetime) -> Round | None:
    """A round by its id, among those known at a moment."""
    return next((item for item in _known(specs, at) if item.id == id), None)


def overlapping(specs: Sequence[RoundSpec]) -> list[tuple[str, str]]:
    """Rounds that are open at the same time: a filing would belong to both."""
    year = max((moment(spec.opens).year for spec in specs), default=2000) + AHEAD
    every = rounds_until(specs, year)
    return [(one.id, other.id) for one, other in pairwise(every) if other.opens < one.closes]


def _known(specs: Sequence[RoundSpec], at: datetime) -> list[Round]:
    return rounds_until(specs, as_jst(at).year + AHEAD)


def _years(spec: RoundSpec, last: int) -> Iterator[Round]:
    first = moment(spec.opens).year
    for year in range(first, max(last, first) + 1 if spec.every else first + 1):
        if first <= last:
            yield _in_year(spec, year - first)


def _in_year(spec: RoundSpec, later: int) -> Round:
    opens, closes = _moved(spec.opens, later), _moved(spec.closes, later)
    return Round(
        id=f"{spec.id}-{opens.year}" if spec.every else spec.id,
        title=dict(spec.title),
        opens=as_utc(moment(opens)),
        closes=as_utc(moment(closes, end=True)),
        decides=_moved(spec.decides, later) if spec.decides is not None else None,
    )


def _moved(day: D, years: int) -> D:
    """The same day of a later year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
