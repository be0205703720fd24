"""Which last day counts where officials moved it (期限の特例). Pure."""

from collections.abc import Callable, Sequence
from datetime import date

from madoguchi.cases.obligations.models import DeadlineOverride


def narrowest(
    overrides: Sequence[DeadlineOverride],
    agency_id: str,
    entry_id: str,
    day: date,
    above: Callable[[str], Sequence[str]],
) -> date:
    """The day that counts: the entry's own, its office's, that of an office above, everyone's.

    `overrides` are those of one duty and period, oldest first; `above` lists an office and those
    above it, nearest first.
    """
    by_entry = {item.entry_id: item.due_on for item in overrides if item.entry_id is not None}
    if entry_id in by_entry:
        return by_entry[entry_id]
    wide = [item for item in overrides if item.entry_id is None]
    by_agency = {item.agency_id: item.due_on for item in wide}
    for place in (*above(agency_id), None):
        if place in by_agency:
            return by_agency[place]
    return day
