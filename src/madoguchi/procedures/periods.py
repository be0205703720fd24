"""Periods of reports (報告対象期間): their keys, their first and last days, which comes before.

A period is named by a key that also sorts by time within its kind: `2026` (fiscal year 年度 from
1 April, or calendar year 暦年), `2026H1` / `2026H2` (halves 半期 of the fiscal year), `2026Q1` …
`2026Q4` (its quarters 四半期), `2026-04` (month), `once` (a duty that falls due a single time).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from madoguchi.kernel.japanese import fiscal_year_of, format_fiscal_year

PeriodKind = Literal["fiscal_year", "calendar_year", "half", "quarter", "month", "once"]
ONCE = "once"
_MONTHS = {"fiscal_year": 12, "calendar_year": 12, "half": 6, "quarter": 3, "month": 1}
_KEY = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])|H([12])|Q([1-4]))?")
FIRST_YEAR, LAST_YEAR = 1900, 2999


@dataclass(frozen=True)
class Period:
    """A period: its kind, its key, its first and last day (both belong to it)."""

    kind: str
    key: str
    start: date
    end: date

    @property
    def year(self) -> int:
        """The year in its name: the fiscal year, or the calendar year."""
        return int(self.key[:4])

    def as_context(self) -> dict[str, object]:
        """The period as rules see it: key, year, start, end."""
        return {"key": self.key, "year": self.year, "start": self.start, "end": self.end}


def period_of(kind: str, day: date) -> Period:
    """The period of a kind in which a day lies. ValueError for `once`, which has no days."""
    if kind == "month":
        return _period(kind, day.year, day.month)
    if kind == "calendar_year":
        return _period(kind, day.year, 1)
    months = _months_of(kind)
    fiscal = fiscal_year_of(day)
    passed = (day.year - fiscal) * 12 + day.month - 4
    return _from_month(kind, fiscal, passed - passed % months)


def read_period(kind: str, key: str) -> Period | None:
    """The period a key names, None when the key is not of this kind."""
    match = _KEY.fullmatch(key)
    if match is None or kind not in _MONTHS:
        return None
    year, month, half, quarter = int(match[1]), match[2], match[3], match[4]
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if kind == "month" and month:
        return _period(kind, year, int(month))
    if kind == "half" and half:
        return _from_month(kind, year, (int(half) - 1) * 6)
    if kind == "quarter" and quarter:
        return _from_month(kind, year, (int(quarter) - 1) * 3)
    if kind in ("fiscal_year", "calendar_year") and len(key) == 4:
        return _period(kind, year, 1 if kind == "calendar_year" else 4)
    return None


def before(period: Period) -> Period:
    """The period of the same kind that ends the day before this one begins."""
    return period_of(period.kind, period.start - timedelta(days=1))


def since(kind: str, first: date, last: date) -> Iterator[Period]:
    """The periods from the one in which `first` lies to the one in which `last` lies."""
    period = period_of(kind, first)
    while period.start <= last:
        yield period
        period = period_of(kind, period.end + timedelta(days=1))


def key_before(key: object) -> str | None:
    """The key of the period before the one a key (text, or a year as a number) names."""
    text = period_key(key)
    kind = text and _kind_of(text)
    found = read_period(kind, text) if kind and text else None
    return before(found).key if found is not None else None


def in_words(kind: str, key: str, language: str) -> str:
    """A period as people read it: 令和8年度, 2026年, 令和8年度上期, 2026年4月."""
    match = _KEY.fullmatch(key)
    if match is None:
        return {"ja": "1回限り"}.get(language, "once") if key == ONCE else key
    year, month, half, quarter = match.groups()
    if month:
        named = date(int(year), int(month), 1)
        return f"{year}年{named.month}月" if language == "ja" else f"{named:%B %Y}"
    if kind == "calendar_year":
        return f"{year}年" if language == "ja" else year
    if language == "ja":
        part = {"1": "上期", "2": "下期"}[half] if half else f"第{quarter}四半期" if quarter else ""
        return format_fiscal_year(int(year)) + part
    part = f"half {half} of " if half else f"quarter {quarter} of " if quarter else ""
    return f"{part}fiscal year {year}"


def period_key(value: object) -> str | None:
    """What a rule gives as a period, as a key: a whole number is a year, a text is the key."""
    if isinstance(value, str):
        return value.strip()[:20] or None
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        return None
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number < 10_000 or number != int(number):
        return None
    return str(int(number))


def _kind_of(key: str) -> str | None:
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    return "month" if match[2] else "half" if match[3] else "quarter" if match[4] else "fiscal_year"


def _months_of(kind: str) -> int:
    if kind not in _MONTHS:
        raise ValueError(f"periods of the kind {kind} have no days")
    return _MONTHS[kind]


def _from_month(kind: str, fiscal: int, passed: int) -> Period:
    """The period that begins `passed` months after April of a fiscal year."""
    whole = fiscal * 12 + 3 + passed
    return _period(kind, whole // 12, whole % 12 + 1)


def _period(kind: str, year: int, month: int) -> Period:
    start = date(year, month, 1)
    whole = year * 12 + month - 1 + _months_of(kind)
    end = date(whole // 12, whole % 12 + 1, 1) - timedelta(days=1)
    fiscal, passed = fiscal_year_of(start), (month - 4) % 12
    key = {
        "fiscal_year": f"{fiscal}",
        "calendar_year": f"{year}",
        "half": f"{fiscal}H{passed // 6 + 1}",
        "quarter": f"{fiscal}Q{passed // 3 + 1}",
        "month": f"{year}-{month:02}",
    }[kind]
    return Period(kind, key, start, end)
