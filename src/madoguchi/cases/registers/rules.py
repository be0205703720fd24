"""What a change does to the spans of a registration. Pure: spans in, spans out.

The spans of one registration that are current knowledge never overlap and stand in order of days. A
change from a day on ends the span in force then and writes a changed one from that day; earlier days
stay as they were. Spans that come out as they went in are not written again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

VALID, SUSPENDED = "valid", "suspended"
CLOSED, CANCELLED, LAPSED = "closed", "cancelled", "lapsed"
EXPIRED = "expired"  # its term ended (期間満了)
ENDED = frozenset({CLOSED, CANCELLED, LAPSED, EXPIRED})


@dataclass(frozen=True)
class Span:
    """What a registration says for the days [valid_from, valid_to), and who holds it then.

    `term_to`: the end of its term, where it holds beyond it because its renewal is not decided yet.
    """

    valid_from: date
    valid_to: date | None
    status: str = VALID
    columns: dict[str, object] = field(default_factory=dict)
    public: dict[str, object] = field(default_factory=dict)
    name: str = ""
    holder: str | None = None
    agency: str = ""
    number: str = ""
    term_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def changed_between(
    spans: Sequence[Span], first: date, until: date | None, change: Callable[[Span], Span]
) -> list[Span]:
    """The spans with a change to the days [first, until); without `until` to all from then on."""
    written = []
    for span in spans:
        start, end = max(span.valid_from, first), _earlier(span.valid_to, until)
        if end is not None and start >= end:
            written.append(span)
            continue
        part = replace(span, valid_from=start, valid_to=end)
        changed = change(part)
        if changed == part:
            written.append(span)
            continue
        if span.valid_from < start:
            written.append(replace(span, valid_to=start))
        written.append(changed)
        if end is not None and end != span.valid_to:
            written.append(replace(span, valid_from=end))
    return written


def amended_from(
    spans: Sequence[Span],
    day: date,
    columns: Mapping[str, object],
    public: Collection[str] = (),
    name: str | None = None,
) -> list[Span]:
    """New values of columns from `day` on.

    Where a later day changed a column already, what it says from then on stays: a change that
    becomes known late does not undo those that took effect after it.
    """
    base = in_force(spans, day)
    before = base.columns if base is not None else {}
    settled: set[str] = set()

    def changed(span: Span) -> Span:
        settled.update(c for c in columns if span.columns.get(c) != before.get(c))
        new = {c: value for c, value in columns.items() if c not in settled}
        both, shown = {**span.columns, **new}, {*span.public, *public}
        return replace(
            span,
            columns=both,
            public={c: value for c, value in both.items() if c in shown},
            name=name or span.name,
        )

    return changed_between(spans, day, None, changed)


def lasting_until(spans: Sequence[Span], end: date) -> list[Span]:
    """The spans with the end of the registration moved to `end`, the first day it no longer is."""
    ended = [span for span in spans if span.status in ENDED]
    end = min([end, *(span.valid_from for span in ended)])
    kept = [
        replace(span, valid_to=_earlier(span.valid_to, end))
        for span in spans
        if span.valid_from < end and span.status not in ENDED
    ]
    return [*kept[:-1], *(replace(span, valid_to=end, term_to=None) for span in kept[-1:]), *ended]


def held_over(spans: Sequence[Span]) -> list[Span]:
    """The registration goes on after its term, until its renewal is decided (従前の効力)."""
    last = max(spans, key=lambda span: span.valid_from)
    if last.valid_to is None or last.status in ENDED:
        return list(spans)
    return [*spans, replace(last, valid_from=last.valid_to, valid_to=None, term_to=last.valid_to)]


def suspended_between(spans: Sequence[Span], first: date, until: date | None) -> list[Span]:
    """No effect for the days [first, until) on which it would be in force (効力の停止)."""
    return changed_between(spans, first, until, _from_to(VALID, SUSPENDED))


def resumed_from(spans: Sequence[Span], day: date) -> list[Span]:
    """The suspension that covers `day` ends before it (停止の解除); later ones stay."""
    end: date | None = day
    for span in spans:
        if end is not None and span.status == SUSPENDED and span.covers(end):
            end = span.valid_to
    return (
        list(spans) if end == day else changed_between(spans, day, end, _from_to(SUSPENDED, VALID))
    )


def ended_from(spans: Sequence[Span], day: date, status: str = CLOSED) -> list[Span]:
    """Ending from `day` on: what was true before stays, one ended span follows without end."""
    before = [
        replace(span, valid_to=_earlier(span.valid_to, day))
        for span in spans
        if span.valid_from < day
    ]
    # It may have run out already, or have its days before it only later: the ending is recorded.
    said = in_force(spans, day) or (before[-1] if before else spans[0])
    return [*before, replace(said, status=status, valid_from=day, valid_to=None)]


def passed_from(
    spans: Sequence[Span],
    day: date,
    *,
    holder: str | None,
    name: str,
    agency: str,
    number: str | None = None,
) -> list[Span]:
    """Another holder from `day` on (承継), of an agency, under a new number where one is given."""
    return changed_between(
        spans,
        day,
        None,
        lambda span: replace(
            span, holder=holder, name=name, agency=agency, number=number or span.number
        ),
    )


def in_force(spans: Sequence[Span], day: date) -> Span | None:
    """The span that covers a day."""
    return next((span for span in spans if span.covers(day)), None)


def _from_to(old: str, new: str) -> Callable[[Span], Span]:
    return lambda span: replace(span, status=new) if span.status == old else span


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
