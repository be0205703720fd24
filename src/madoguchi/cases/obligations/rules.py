"""What an entry owes for a period, as rows of `obligation`. Pure: entries in, rows out."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from madoguchi.cases.registers.rules import ENDED
from madoguchi.cases.registers.values import typed
from madoguchi.procedures.service import Obligation, Period

Row = dict[str, Any]
# The last day as officials set it: (agency, entry, the rule's day) -> day.
Deadline = Callable[[str, str, date], date]


@dataclass(frozen=True)
class Span:
    """What the register says of an entry for some days, as the bulk read gives it."""

    entry_id: str
    number: str
    agency_id: str
    organisation_id: str | None
    organisation_name: str
    columns: Mapping[str, Any]
    valid_from: date
    valid_to: date | None
    status: str


@dataclass(frozen=True)
class Asked:
    """A duty to be worked out for a period in a run; nothing falls due before `not_before`."""

    duty: Obligation
    period: Period
    not_before: date
    deadline: Deadline
    run: str


def rows_owed(spans: Sequence[Span], asked: Asked) -> Iterator[Row]:
    """The obligations of entries whose spans come one entry after the other."""
    period = asked.period.as_context()
    for _, group in groupby(spans, key=lambda span: span.entry_id):
        row = _owed(list(group), asked, period)
        if row is not None:
            yield row


def _owed(spans: Sequence[Span], asked: Asked, period: Mapping[str, object]) -> Row | None:
    """The latest standing within the period counts; a closed entry owes for the days before."""
    standing = [span for span in spans if span.status not in ENDED]
    if not standing:
        return None
    span = standing[-1]
    closed = next((other.valid_from for other in spans if other.status in ENDED), None)
    entry = entry_context(span, asked.duty, closed)
    day = asked.duty.due_on(entry, period)
    if day is None:
        return None
    due = asked.deadline(span.agency_id, span.entry_id, day)
    if due < asked.not_before:
        return None
    return {
        "id": obligation_id(asked.duty.id, span.entry_id, asked.period.key),
        "duty": asked.duty.id,
        "procedure_id": asked.duty.procedure,
        "register": asked.duty.register,
        "entry_id": span.entry_id,
        "number": span.number,
        "agency_id": span.agency_id,
        "organisation_id": span.organisation_id,
        "holder": span.organisation_name,
        "period": asked.period.key,
        "due_on": due,
        "set_on": day,
        "state": "open",
        "run": asked.run,
    }


def entry_context(span: Span, duty: Obligation, closed_on: date | None) -> dict[str, object]:
    """An entry as the rules of a duty see it: its columns, and what the register knows of it."""
    reads = span.columns.keys() if duty.reads is None else duty.reads
    return {
        **{name: typed(span.columns[name]) for name in reads if name in span.columns},
        "id": span.entry_id,
        "number": span.number,
        "register": duty.register,
        "agency": span.agency_id,
        "status": span.status,
        "valid_from": span.valid_from,
        "valid_to": span.valid_to,
        "closed_on": closed_on,
    }


def obligation_id(duty: str, entry_id: str, period: str) -> str:
    """The id of an obligation: the same entry, duty and period always give the same.

    It begins with the entry's id, so that a bulk run adds to the end of every index: three times
    as fast as ids in random order.
    """
    return entry_id + hashlib.blake2b(f"{duty}\n{period}".encode(), digest_size=6).hexdigest()
