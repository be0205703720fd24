"""Typed dates to values: 和暦, slashes, full width; a calendar that never was is refused."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from madoguchi.kernel import japanese
from madoguchi.kernel.clock import JST
from madoguchi.procedures.fields.field import Field, InputFault


def day(field: Field, raw: object) -> date:
    """A calendar day."""
    if isinstance(raw, datetime):
        return raw.astimezone(JST).date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, dict):  # three boxes: year, month, day
        raw = _joined(raw, ("year", "month", "day"))
    if not isinstance(raw, str):
        raise InputFault("not-date")
    return japanese.parse_date(raw)


def clock(field: Field, raw: object) -> time:
    """A time of day, 0:00 to 23:59."""
    if isinstance(raw, time):
        return raw
    if not isinstance(raw, str):
        raise InputFault("not-time")
    return japanese.parse_time(raw)


def moment(field: Field, raw: object) -> datetime:
    """A moment in Japan, from one text or from {date, time}."""
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=JST) if raw.tzinfo is None else raw.astimezone(JST)
    if isinstance(raw, dict):  # two boxes
        return japanese.moment_of(*(str(raw.get(name) or "") for name in ("date", "time")))
    if not isinstance(raw, str):
        raise InputFault("not-moment")
    return japanese.parse_moment(raw)


def duration(field: Field, raw: object) -> timedelta:
    """A length of time."""
    if isinstance(raw, timedelta):
        return raw
    if not isinstance(raw, str):
        raise InputFault("not-duration")
    return japanese.parse_duration(raw)


def year_month(field: Field, raw: object) -> str:
    """A month as 2026-04."""
    if not isinstance(raw, str):
        raise InputFault("not-year-month")
    year, month = japanese.parse_year_month(raw)
    return f"{year:04}-{month:02}"


def fiscal_year(field: Field, raw: object) -> Decimal:
    """A fiscal year (April to March) by the year it begins in."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise InputFault("not-fiscal-year")
    return Decimal(japanese.parse_fiscal_year(str(raw)))


def _joined(raw: dict[str, object], names: tuple[str, ...]) -> str:
    return "-".join(str(raw.get(name) or "").strip() for name in names)
