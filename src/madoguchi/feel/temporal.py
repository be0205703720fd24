"""Dates, times and durations (日付・時刻・期間) as text, DMN 10.3.2.3."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from . import far
from .far import FarDate, FarMoment
from .values import YearsMonths

DATE_TEXT = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d{2})-(\d{2})", re.ASCII)
TIME_TEXT = re.compile(
    r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:(Z|z)|([+-]\d{2}:\d{2}(?::\d{2})?)|@([A-Za-z0-9_+/-]+))?",
    re.ASCII,
)
DAYS_TEXT = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?", re.ASCII
)
YEARS_TEXT = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
LONGEST_TEXT = 100

Temporal = FarDate | date | time | datetime | timedelta | YearsMonths


def temporal(text: str) -> Temporal | None:
    """Read any temporal text, as ``@"…"`` does; None when it is none."""
    for read in (duration_from_text, date_from_text, time_from_text, date_time_from_text):
        value = read(text)
        if value is not None:
            return value
    return None


def date_from_text(text: str) -> date | None:
    """Read ``2026-04-01``."""
    match = DATE_TEXT.fullmatch(text)
    return made_date(int(match[1]), int(match[2]), int(match[3])) if match else None


def made_date(year: int, month: int, day: int) -> date | None:
    """Make a date; None when there is no such day."""
    try:
        return far.made(year, lambda near: date(near, month, day))  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        return None


def time_from_text(text: str) -> time | None:
    """Read ``10:20:30.5+09:00`` or ``10:20:30@Asia/Tokyo``."""
    match = TIME_TEXT.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        return None
    zone: tzinfo | None = None
    if match[5]:
        zone = UTC
    elif match[6]:
        zone = offset_from_text(match[6])
    elif match[7]:
        zone = zone_named(match[7])
    if zone is None and (match[6] or match[7]):
        return None
    fraction = int((match[4] or "0")[:6].ljust(6, "0"))
    try:
        return time(int(match[1]), int(match[2]), int(match[3]), fraction, zone)
    except ValueError:
        return None


def offset_from_text(text: str) -> timezone | None:
    """Read ``+09:00``; at most 18 hours (as java.time, which the TCK follows)."""
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    if hours > 18 or minutes > 59 or any(s > 59 for s in seconds):
        return None
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return timezone(-offset if text[0] == "-" else offset)


@lru_cache(maxsize=1000)
def zone_named(name: str) -> ZoneInfo | None:
    """Find a zone of the IANA database."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return None


def date_time_from_text(text: str) -> datetime | None:
    """Read ``2026-04-01T10:20:30`` with an optional zone; a bare date is midnight."""
    day, mark, rest = text.partition("T")
    found = date_from_text(day)
    if found is None:
        return None
    late = timedelta(1) if rest.startswith("24:00:00") else timedelta()  # the end of the day
    clock = time_from_text("00" + rest[2:] if late else rest) if mark else time()
    if clock is None or (late and clock.replace(tzinfo=None) != time()):
        return None
    try:
        cycles, near = far.split(found)
        moment = far.whole(cycles, datetime.combine(near, clock))
        return far.moved(moment, late) if late else moment  # type: ignore[no-any-return]
    except OverflowError:
        return None


def duration_from_text(text: str) -> timedelta | YearsMonths | None:
    """Read ``P1DT2H`` or ``P1Y2M``."""
    if len(text) > LONGEST_TEXT or text.endswith(("P", "T")):
        return None
    match = YEARS_TEXT.fullmatch(text)
    if match:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = DAYS_TEXT.fullmatch(text)
    if match is None:
        return None
    sign, days, hours, minutes, seconds, fraction = match.groups(default="")
    try:
        length = timedelta(
            int(days or 0),
            int(seconds or 0),
            int(fraction[:6].ljust(6, "0")) if fraction else 0,
            hours=int(hours or 0),
            minutes=int(minutes or 0),
        )
    except OverflowError:
        return None
    return -length if sign else length


# ── to text ──────────────────────────────────────────────────────────────────────────────────


def number_text(value: Decimal) -> str:
    """Write a number without exponent and without needless zeros."""
    if value.adjusted() > 400 or value.adjusted() < -400:
        return str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def duration_text(value: timedelta | YearsMonths) -> str:
    """Write a duration in its canonical form (``P1DT2H``, ``P1Y2M``, ``PT0S``, ``P0M``)."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-P" if value.months < 0 else "P") + text
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    text = (f"{value.days}D" if value.days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"


def clock_text(value: Any) -> str:
    """Write a time of day with its fraction and zone."""
    text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    if value.microsecond:
        text += f".{value.microsecond:06d}".rstrip("0")
    zone = value.tzinfo
    if zone is None:
        return text
    if isinstance(zone, ZoneInfo):
        return f"{text}@{zone.key}"
    offset = value.utcoffset() or timedelta()
    if not offset:
        return text + "Z"
    sign, offset = ("-", -offset) if offset < timedelta() else ("+", offset)
    minutes, seconds = divmod(offset.seconds, 60)
    return f"{text}{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (
        f":{seconds:02d}" if seconds else ""
    )


def day_text(day: date | FarDate) -> str:
    """Write the date of a date or moment."""
    sign = "-" if day.year < 0 else ""
    return f"{sign}{abs(day.year):04d}-{day.month:02d}-{day.day:02d}"


def temporal_text(value: Temporal) -> str:
    """Write any temporal value as ``@"…"`` would read it."""
    if isinstance(value, (datetime, FarMoment)):
        return f"{day_text(value)}T{clock_text(value)}"
    if isinstance(value, (date, FarDate)):
        return day_text(value)
    if isinstance(value, time):
        return clock_text(value)
    return duration_text(value)
