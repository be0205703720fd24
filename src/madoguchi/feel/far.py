"""Dates of years that Python's do not reach (1–9999): a date of the same calendar, 400 years apart.

The Gregorian calendar repeats itself every 400 years, weekdays included. A far date is therefore a
near date, of a year from 2000 to 2399, and the number of 400-year cycles between the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import total_ordering
from typing import Any

CYCLE = timedelta(days=146_097)
FIRST, CYCLE_YEARS = 2000, 400
LAST_YEAR = 999_999_999
SHARED = frozenset(
    "month day weekday isoweekday isocalendar timetuple "
    "hour minute second microsecond tzinfo timetz utcoffset".split()
)


@total_ordering
@dataclass(frozen=True, eq=False)
class FarDate:
    """A date of a far year (遠い年の日付); everything but the year is that of the near date."""

    cycles: int
    near: Any

    @property
    def year(self) -> int:
        """The year, 0 being 1 BC."""
        return int(self.near.year) + self.cycles * CYCLE_YEARS

    def __getattr__(self, name: str) -> Any:
        if name not in SHARED:
            raise AttributeError(name)
        return getattr(self.near, name)

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}{self.near.isoformat()[4:]}"

    isoformat = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (date, FarDate)) and not difference(self, other)

    def __lt__(self, other: Any) -> bool:
        return difference(self, other) < timedelta()

    def __hash__(self) -> int:
        return hash((self.cycles, self.near))


class FarMoment(FarDate):
    """A date and time of a far year (遠い年の日時)."""

    def date(self) -> Any:
        """Take the date."""
        return whole(self.cycles, self.near.date())


def split(day: Any) -> tuple[int, Any]:
    """Give the cycles and the near date of any date or date and time."""
    if isinstance(day, FarDate):
        return day.cycles, day.near
    cycles = (day.year - FIRST) // CYCLE_YEARS
    return cycles, day.replace(year=day.year - cycles * CYCLE_YEARS)


def whole(cycles: int, near: Any) -> Any:
    """Give the date of a near one and cycles: Python's own where the year allows."""
    more, near = split(near)
    year = near.year + (cycles + more) * CYCLE_YEARS
    if 1 <= year <= 9999:
        return near.replace(year=year)
    if abs(year) > LAST_YEAR:
        raise OverflowError(year)
    return (FarMoment if isinstance(near, datetime) else FarDate)(cycles + more, near)


def made(year: int, make: Callable[[int], Any]) -> Any:
    """Make a date of any year: ``make`` is given the year of the same calendar near to us."""
    cycles = (year - FIRST) // CYCLE_YEARS
    return whole(cycles, make(year - cycles * CYCLE_YEARS))


def moved(moment: Any, length: timedelta) -> Any:
    """Add a duration to a date and time of any year."""
    if not isinstance(moment, FarDate):
        try:
            return moment + length
        except OverflowError:
            pass
    cycles, near = split(moment)
    more = length // CYCLE
    return whole(cycles + more, near + (length - more * CYCLE))


def difference(later: Any, earlier: Any) -> timedelta:
    """Measure the time between two dates or moments; TypeError when only one moment has a zone.

    A date beside a moment is its midnight in UTC (DMN Table 48).
    """
    if type(later) is type(earlier) is date:
        return later - earlier
    (cycles, near), (others, other) = split(later), split(earlier)
    if isinstance(near, datetime) or isinstance(other, datetime):
        near, other = in_utc(near), in_utc(other)
    return near - other + CYCLE * (cycles - others)  # type: ignore[no-any-return]


def in_utc(day: Any) -> Any:
    """Give the moment in UTC, if it has a zone, or the moment a date begins."""
    if not isinstance(day, datetime):
        return datetime.combine(day, time(), UTC)
    return day if day.tzinfo is None else day.astimezone(UTC)
