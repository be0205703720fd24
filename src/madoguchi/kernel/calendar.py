"""The calendar of government offices (行政機関の休日): open days and closed days.

Closed (行政機関の休日に関する法律 第1条): Saturdays, Sundays, public holidays, 29 December to
3 January. Today's rule is applied to every year; holidays are data (holidays.txt). Counting and
adding take one look-up each, in a list of all open days and a prefix sum made at first use.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from madoguchi.kernel.errors import DomainError

FIRST_DAY = date(1948, 1, 1)
LAST_DAY = date(2100, 12, 31)
_HOLIDAYS = Path(__file__).with_name("holidays.txt")


class CalendarError(DomainError):
    """A day the calendar does not reach (暦の範囲外)."""


@dataclass(frozen=True)
class _Days:
    before: tuple[int, ...]  # before[i]: open days earlier than FIRST_DAY + i
    open: tuple[date, ...]  # every open day, ascending


def is_open_day(day: date) -> bool:
    """Whether government offices are open on that day. CalendarError outside 1948–2100."""
    days, position = _days(), _position(day)
    return days.before[position + 1] > days.before[position]


def roll_forward(day: date) -> date:
    """The day itself when open, else the next open day (休日法第2条: 期限の特例)."""
    days = _days()
    return _nth(days, days.before[_position(day)], day)


def add_open_days(day: date, count: int) -> date:
    """The count-th open day after `day`, the day itself not counted (初日不算入, 民法第140条).

    A negative count goes back. With 0 the day rolls forward to an open one.
    """
    if count == 0:
        return roll_forward(day)
    days, position = _days(), _position(day)
    return _nth(days, days.before[position + (count > 0)] + count - (count > 0), day)


def open_days_between(start: date, end: date) -> int:
    """How many open days lie after `start` up to and including `end`; negative when end < start.

    open_days_between(d, add_open_days(d, n)) == n for every n > 0.
    """
    days = _days()
    return days.before[_position(end) + 1] - days.before[_position(start) + 1]


def public_holidays(year: int) -> tuple[date, ...]:
    """The public holidays (国民の祝日・休日) of a year; the year-end days are not among them."""
    holidays = _holidays()
    first = bisect_left(holidays, date(year, 1, 1))
    return tuple(day for day in holidays[first : first + 40] if day.year == year)


def _nth(days: _Days, number: int, asked: date) -> date:
    if not 0 <= number < len(days.open):
        raise _outside(asked)
    return days.open[number]


def _position(day: date) -> int:
    position = day.toordinal() - FIRST_DAY.toordinal()
    if not 0 <= position <= LAST_DAY.toordinal() - FIRST_DAY.toordinal():
        raise _outside(day)
    return position


def _outside(day: date) -> CalendarError:
    return CalendarError(
        "date_outside_calendar",
        422,
        {
            "ja": "開庁日は{first}年から{last}年まで計算できます。{day}からは計算できません。",
            "en": "Open days are known from {first} to {last}; {day} leads outside.",
        },
        {"first": FIRST_DAY.year, "last": LAST_DAY.year, "day": day.isoformat()},
    )


@lru_cache(maxsize=1)
def _holidays() -> tuple[date, ...]:
    lines = _HOLIDAYS.read_text(encoding="utf-8").splitlines()
    return tuple(
        date(int(year), int(day[:2]), int(day[2:]))
        for year, *days in (line.split() for line in lines if not line.startswith("#"))
        for day in days
    )


@lru_cache(maxsize=1)
def _days() -> _Days:
    closed = set(_holidays())
    total = (LAST_DAY - FIRST_DAY).days + 1
    every = [FIRST_DAY + timedelta(days=offset) for offset in range(total)]
    is_open = [day.weekday() < 5 and day not in closed and not _is_year_end(day) for day in every]
    open_days = tuple(day for day, opened in zip(every, is_open, strict=True) if opened)
    return _Days(before=(0, *accumulate(is_open)), open=open_days)


def _is_year_end(day: date) -> bool:
    return (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
