"""Time: stored in UTC, shown in Japan Standard Time (日本標準時, UTC+9, no summer time)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

JST = timezone(timedelta(hours=9), "JST")


def system_clock() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def fixed_clock(moment: datetime) -> Clock:
    """A clock that always shows `moment` (aware), for tests and rehearsals."""
    fixed = as_utc(moment)
    return lambda: fixed


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. A datetime without a zone raises ValueError: guessing it is wrong."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a time without a zone cannot be placed: {moment!r}")
    return moment.astimezone(UTC)


def as_jst(moment: datetime) -> datetime:
    """The same moment in Japan Standard Time."""
    return as_utc(moment).astimezone(JST)


def jst_date(moment: datetime) -> date:
    """The calendar day in Japan at that moment: the day a filing counts as arrived (到達日)."""
    return as_jst(moment).date()
