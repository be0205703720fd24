"""When a registration may be renewed (更新の期間): counted back from the last day of its term. Pure."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from madoguchi.procedures.package.shapes import Spec

_BEFORE = re.compile(r"P(\d{1,3})([YMD])")
Before = Annotated[str, Field(pattern=r"^P\d{1,3}[YMD]$")]
Days = Annotated[int, Field(ge=1, le=1000)]
EARLY, OPEN, LATE, OVER = "early", "open", "late", "over"


class RenewalSpec(Spec):
    """Renewing a registration whose term ends (更新).

    `opens`, `closes`: how long before the last day; `closes` left out: the last day itself. `late`:
    after `closes` a filing is refused, or taken and marked. `holds`: what was filed in time keeps
    the registration in force until it is decided.
    """

    opens: Before
    closes: Before = "P0D"
    late: Literal["refuse", "mark"] = "refuse"
    holds: bool = False
    reminders: tuple[Days, ...] = ()


@dataclass(frozen=True)
class Window:
    """The days on which one registration may be renewed, both included, and the last of its term."""

    opens_on: date
    closes_on: date
    valid_until: date

    def standing(self, day: date) -> str:
        """early | open | late (the term still runs) | over."""
        if day > self.valid_until:
            return OVER
        if day > self.closes_on:
            return LATE
        return OPEN if day >= self.opens_on else EARLY


def window_of(spec: RenewalSpec, valid_until: date) -> Window:
    """The window of a registration in force until that day."""
    return Window(before(valid_until, spec.opens), before(valid_until, spec.closes), valid_until)


def may_be_renewed(spec: RenewalSpec, entry: Mapping[str, object], day: date) -> bool:
    """Whether a filing of that day would be taken; an entry without end needs no renewal."""
    until = last_day_of(entry)
    standing = window_of(spec, until).standing(day) if until is not None else EARLY
    return standing == OPEN or (standing == LATE and spec.late == "mark")


def last_day_of(entry: Mapping[str, object]) -> date | None:
    """The last day of an entry's term, as rules see the entry; None when it has no end."""
    until, end = entry.get("term_until") or entry.get("valid_until"), entry.get("valid_to")
    if type(until) is date:
        return until
    return end - timedelta(days=1) if type(end) is date and end > date.min else None


def before(day: date, duration: str) -> date:
    """The day so long before another; of a shorter month the last (8月31日の6月前は2月末日)."""
    match = _BEFORE.fullmatch(duration)
    if match is None:
        raise ValueError(duration)
    count = int(match[1])
    if match[2] == "D":
        return day - timedelta(days=min(count, day.toordinal() - 1))
    months = day.year * 12 + day.month - 1 - count * (12 if match[2] == "Y" else 1)
    year, month = divmod(max(months, 12), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
