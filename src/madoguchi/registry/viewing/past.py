"""The history of a corporation as people read it (履歴): what changed, from what, to what. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from madoguchi.kernel.language import Text
from madoguchi.registry.corporations.codes import (
    CLOSE_CAUSES,
    CLOSED,
    DELETED,
    MERGED,
    MERGER_VOID,
    PROCESSES,
    REVIVED,
)
from madoguchi.registry.corporations.queries import Past
from madoguchi.registry.corporations.record import Record

_NAME: Text = {"ja": "商号又は名称", "en": "Name"}
_ADDRESS: Text = {"ja": "所在地", "en": "Address"}
_KANA: Text = {"ja": "フリガナ", "en": "Name in katakana"}
_ENGLISH: Text = {"ja": "英語名", "en": "English name"}


@dataclass(frozen=True)
class Change:
    """One item that is another since: its label, before ("" of the first record) and after."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """What happened on a day (None: no day was published), recorded on another.

    `also` says the cause as published, or the code's words; `corrected`: it took the place of a
    record that had been wrong.
    """

    day: date | None
    recorded_on: date
    title: Text
    changes: list[Change]
    cause: str
    close_cause: Text | None
    successor: str
    corrected: bool


def events(records: Iterable[Past]) -> list[Event]:
    """The events, newest first. Records that proved wrong are told of no longer."""
    stood = sorted(
        (item.record for item in records if item.superseded_on is None),
        key=lambda record: (record.changed_on or date.min, record.order),
    )
    found, before = [], None
    for record in stood:
        found.append(_event(before, record))
        if record.process != DELETED:
            before = record
    return found[::-1]


def _event(before: Record | None, record: Record) -> Event:
    closes = record.process in (CLOSED, MERGED, MERGER_VOID, REVIVED)
    return Event(
        day=record.changed_on,
        recorded_on=record.updated_on,
        title=PROCESSES[record.process],
        changes=_changes(before, record),
        cause=record.change_cause,
        close_cause=CLOSE_CAUSES.get(record.close_cause) if closes else None,
        successor=record.successor if closes else "",
        corrected=record.corrected,
    )


def _changes(before: Record | None, record: Record) -> list[Change]:
    """Of the first record name and address; afterwards what differs from the one before."""
    if record.process == DELETED:
        return []
    items = (
        (_NAME, before.name if before else "", record.name),
        (_KANA, before.kana if before else record.kana, record.kana),
        (_ENGLISH, before.english_name if before else record.english_name, record.english_name),
        (_ADDRESS, before.address if before else "", record.address),
    )
    return [Change(label, old, new) for label, old, new in items if old != new]
