"""What a change does to the spans of a registration. Pure: spans in, spans out.

The spans of one registration that are current knowledge never overlap. A change from a day on ends
the span in force then and writes a changed one from that day; earlier days stay as they were.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

VALID, CLOSED = "valid", "closed"


@dataclass(frozen=True)
class Span:
    """What a registration says for the days [valid_from, valid_to)."""

    valid_from: date
    valid_to: date | None
    status: str = VALID
    columns: dict[str, object] = field(default_factory=dict)
    public: dict[str, object] = field(default_factory=dict)
    name: str = ""

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def changed_from(
    spans: Sequence[Span], day: date, change: Callable[[Span], Span]
) -> tuple[list[int], list[Span]]:
    """A change from `day` on: (indexes of spans it replaces, the spans in their place)."""
    replaced, written = [], []
    for index, span in enumerate(spans):
        if span.valid_to is not None and span.valid_to <= day:
            continue
        replaced.append(index)
        if span.valid_from < day:
            written.append(replace(span, valid_to=day))
            span = replace(span, valid_from=day)
        written.append(change(span))
    return replaced, written


def closed_from(spans: Sequence[Span], day: date) -> tuple[list[int], list[Span]]:
    """Closing from `day` on: what was true before stays, one closed span follows without end."""
    replaced, written = changed_from(spans, day, lambda span: replace(span, status=CLOSED))
    before = [span for span in written if span.status != CLOSED]
    after = [span for span in written if span.status == CLOSED]
    if not after:  # it had run out already: the closing is recorded all the same
        last = max(spans, key=lambda span: span.valid_from)
        after = [replace(last, status=CLOSED)]
    first = min(after, key=lambda span: span.valid_from)
    return replaced, [*before, replace(first, valid_from=day, valid_to=None)]


def in_force(spans: Sequence[Span], day: date) -> Span | None:
    """The span that covers a day."""
    return next((span for span in spans if span.covers(day)), None)
