"""Dates, times and durations (日付・時刻・期間) as text, DMN 10.3.2.3."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from . import far
from .far import FarDate, FarMoment
from .values import YearsMonths

DATE_TEXT = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d{2})-(\d{2})", re.ASCII)
TIME_TEXT = re.compile(  # offsets to 18 hours, as java.time, which the TCK follows
    r"(\d\d:\d\d:\d\d(?:\.\d+)?)"
    r"(?:([Zz]|[+-](?:0\d|1[0-8]):[0-5]\d(?::[0-5]\d)?)|@([A-Za-z0-9_+/-]+))?",
    re.ASCII,
)
DAYS_TEXT = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?", re.ASCII
)
YEARS_TEXT = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
LONGEST_TEXT = 100


def temporal(text: str) -> Any:
    """Read any temporal text, as ``@"…"`` does; None when it is none."""
    readers = (duration_from_text, date_from_text, time_from_text, date_time_from_text)
    return next((value for read in readers if (value := read(text)) is not None), None)


def date_from_text(text: str) -> Any:
    """Read ``2026-04-01``."""
    match = DATE_TEXT.fullmatch(text)
    return made_date(*map(int, match.groups())) if match else None


def made_date(year: int, month: int, day: int) -> Any:
    """Make a date; None when there is no such day."""
    try:
        return far.made(year, lambda near: date(near, month, day))
    except (ValueError, OverflowError):
        return None


def time_from_text(text: str) -> time | None:
    """Read ``10:20:30.5+09:00`` or ``10:20:30@Asia/Tokyo``."""
    match = TIME_TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        return None
    clock, offset, zone = match.groups(default="")
    try:
        found = time.fromisoformat(clock + offset.upper())
        return found.replace(tzinfo=ZoneInfo(zone)) if zone else found
    except (ValueError, OSError, KeyError):  # KeyError: there is no such zone
        return None


def date_time_from_text(text: str) -> Any:
    """Read ``2026-04-01T10:20:30`` with an optional zone; a bare date is midnight."""
    day, mark, rest = text.partition("T")
    found = date_from_text(day)
    late = timedelta(rest.startswith("24:00:00"))  # the end of the day
    clock = time_from_text("00" + rest[2:] if late else rest) if mark else time()
    if found is None or clock is None or (late and clock.replace(tzinfo=None) != time()):
        return None
    cycles, near = far.split(found)
    try:
        return far.moved(far.whole(cycles, datetime.combine(near, clock)), late)
    except OverflowError:
        return None


def duration_from_text(text: str) -> timedelta | YearsMonths | None:
    """Read ``P1DT2H`` or ``P1Y2M``."""
    if len(text) > LONGEST_TEXT or text.endswith(("P", "T")):
        return None
    try:
        if match := YEARS_TEXT.fullmatch(text):
            months = int(match[2] or 0) * 12 + int(match[3] or 0)
            return YearsMonths(-months if match[1] else months)
        if match := DAYS_TEXT.fullmatch(text):
            sign, days, hours, minutes, seconds, fraction = match.groups(default="")
            micros = int((fraction or "")[:6].ljust(6, "0"))
            clock = [int(part or 0) for part in (hours, minutes, seconds)]
            length = timedelta(int(days or 0), clock[2], micros, 0, clock[1], clock[0])
            return -length if sign else length
    except OverflowError:
        pass
    return None


# ── to text ──────────────────────────────────────────────────────────────────────────────────


def number_text(value: Decimal) -> str:
    """Write a number without exponent and without needless zeros."""
    if abs(value.adjusted()) > 400:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def temporal_text(value: Any) -> str:
    """Write any temporal value as ``@"…"`` would read it."""
    if isinstance(value, (datetime, FarMoment)):
        return f"{value.date().isoformat()}T{clock_text(value.timetz())}"
    if isinstance(value, (date, FarDate)):
        return value.isoformat()
    return clock_text(value) if isinstance(value, time) else duration_text(value)


def clock_text(clock: time) -> str:
    """Write a time of day with its fraction and zone."""
    text = clock.replace(tzinfo=None).isoformat()
    zone = clock.isoformat()[len(text) :].replace("+00:00", "Z")
    if isinstance(clock.tzinfo, ZoneInfo):
        zone = f"@{clock.tzinfo.key}"
    return (text.rstrip("0") if "." in text else text) + zone


def duration_text(value: timedelta | YearsMonths) -> str:
    """Write a duration in its canonical form (``P1DT2H``, ``P1Y2M``, ``PT0S``, ``P0M``)."""
    size: Any = abs(value)
    if isinstance(size, YearsMonths):
        text = counted(Y=size.years, M=size.months % 12) or "0M"
    else:
        minutes, seconds = divmod(size.seconds, 60)
        exact = Decimal(seconds) + Decimal(size.microseconds).scaleb(-6)
        clock = counted(H=minutes // 60, M=minutes % 60, S=number_text(exact) if exact else "")
        text = counted(D=size.days) + (f"T{clock}" if clock else "") or "T0S"
    return f"{'P' if size == value else '-P'}{text}"


def counted(**units: int | str) -> str:
    """Write counts with their units, leaving out those that are zero."""
    return "".join(f"{count}{unit}" for unit, count in units.items() if count)
