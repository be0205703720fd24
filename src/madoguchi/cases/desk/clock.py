"""The clock of a case (標準処理期間): when a decision is due, what a correction does, what is left.

行政手続法 第6条: the period runs from arrival; the time of a correction (補正) is not counted. Days
are counted from the day after (初日不算入, 民法第140条); months end as 民法第143条 says.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from madoguchi.kernel import calendar
from madoguchi.kernel.periods import last_day, read_period

SOON_DAYS = 5
RUN, PAUSE, STOP = "run", "pause", "stop"


@dataclass(frozen=True)
class Standing:
    """How a case stands against its period on a day.

    `kind`: running | soon | late | paused | none (no period) | done. `days` are open days: left for
    running, soon and paused (negative when the pause began late), over for late.
    """

    kind: str
    days: int | None = None
    due_on: date | None = None


def due_on(period: str | None, arrived_on: date) -> date | None:
    """The last day of a standard period "N open days | N days | N months", None without one."""
    found = read_period(period)
    return last_day(arrived_on, found) if found is not None else None


def paused_between(period: str | None, paused_since: date, resumed_on: date) -> int:
    """The days a pause took: open days for a period in open days, else calendar days."""
    if resumed_on <= paused_since:
        return 0
    if (period or "").endswith("open days"):
        return calendar.open_days_between(paused_since, resumed_on)
    return (resumed_on - paused_since).days


def moved(period: str | None, due: date | None, days: int) -> date | None:
    """The due day after a pause of `days`: as many days are left as were when it began."""
    if due is None or days <= 0:
        return due
    if (period or "").endswith("open days"):
        return calendar.add_open_days(due, days)
    return due + timedelta(days=days)


def standing(
    *, stage: str, clock: str, due: date | None, paused_since: date | None, today: date
) -> Standing:
    """How a case stands today; `clock` is its state's (run | pause | stop)."""
    if stage == "done":
        return Standing("done", None, due)
    if due is None:
        return Standing("none")
    if clock == PAUSE or paused_since is not None:
        since = paused_since or today
        return Standing("paused", calendar.open_days_between(since, due), due)
    if clock == STOP:
        return Standing("none")
    if today > due:
        # A period in calendar days may end on a closed day: late by at least one day is late.
        return Standing("late", max(1, calendar.open_days_between(due, today)), due)
    left = calendar.open_days_between(today, due)
    return Standing("soon" if left <= SOON_DAYS else "running", left, due)
