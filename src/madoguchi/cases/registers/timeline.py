"""The spans of a registration drawn along time (有効期間の図). Pure: spans in, lengths out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from madoguchi.cases.registers.rules import Span

WIDTH = 1000  # of the drawing, in its own units
_LEAST = 6  # a span of a day is still to be seen


@dataclass(frozen=True)
class Bar:
    """One span as drawn: where it begins and how long it is, in units of the drawing."""

    x: int
    width: int
    status: str
    first: date
    last: date | None


@dataclass(frozen=True)
class Timeline:
    """The drawing: bars in order of days, where today is, the first and last day drawn."""

    bars: tuple[Bar, ...]
    today: int | None
    first: date
    end: date


def drawn(spans: Sequence[Span], today: date) -> Timeline:
    """The spans along time; neighbours that stand alike and differ in columns only are one bar.

    What has no end is drawn to a tenth beyond the last day that is told.
    """
    merged: list[tuple[str, date, date | None]] = []
    for span in spans:
        if merged and merged[-1][0] == span.status and merged[-1][2] == span.valid_from:
            merged[-1] = (span.status, merged[-1][1], span.valid_to)
        else:
            merged.append((span.status, span.valid_from, span.valid_to))
    first = merged[0][1]
    told = [day for _, begins, ends in merged for day in (begins, ends) if day is not None]
    last = max([*told, *([today] if today >= first else [])])
    days = max((last - first).days, 30)
    room = days // 10 + 1 if first + timedelta(days=days) < date.max - timedelta(days=days) else 0
    end = first + timedelta(days=days + room)

    def at(day: date) -> int:
        return round(WIDTH * (day - first).days / (end - first).days)

    bars = tuple(
        Bar(at(begins), max(at(ends or end) - at(begins), _LEAST), status, begins, ends)
        for status, begins, ends in merged
    )
    return Timeline(bars, at(today) if first <= today <= end else None, first, end)
