"""What records change of what is known: the newest is in force, the others become its past.

Pure: the same records a second time change nothing, and records of earlier days that come late
(a file forgotten, a file repeated) fall into the past where they belong.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.record import Incoming, Record


@dataclass(frozen=True)
class Superseded:
    """Records of this event made before `order` were wrong; the correction is of `on`."""

    number: str
    process: str
    changed_on: date | None
    order: tuple[date, int]
    on: date


@dataclass(frozen=True)
class Merged:
    """What has to be written: first ones, ones in place of the known, what became past, corrections."""

    added: list[Record] = field(default_factory=list)
    replaced: list[Record] = field(default_factory=list)
    past: list[Record] = field(default_factory=list)
    superseded: list[Superseded] = field(default_factory=list)


def merge(known: Mapping[str, Record], incoming: Iterable[Incoming]) -> Merged:
    """What the records change, taken in the order (day, sequence). `known`: those in force now.

    A record that is withdrawn (削除, blank but for its number) keeps what was known of it: a number
    once assigned twice must go on being explained.
    """
    merged, now = Merged(), dict(known)
    for item in sorted(incoming, key=lambda item: item.record.order):
        record, before = item.record, now.get(item.record.number)
        if before is not None and _same(record, before):
            if record.order > before.order:
                now[record.number] = before._replace(sequence=record.sequence)
            continue
        if record.process == DELETED:
            record = _tombstone(record, before)
        if not item.latest or (before is not None and record.order < before.order):
            merged.past.append(record)
        else:
            if before is not None:
                merged.past.append(before)
            now[record.number] = record
        if record.corrected:
            merged.superseded.append(
                Superseded(
                    record.number,
                    record.process,
                    record.changed_on,
                    record.order,
                    record.updated_on,
                )
            )
    for number, record in now.items():
        if number not in known:
            merged.added.append(record)
        elif record is not known[number]:
            merged.replaced.append(record)
    return merged


def _same(record: Record, before: Record) -> bool:
    """Whether it says what is known already; full files do not tell the place within the day."""
    return (
        record.updated_on == before.updated_on
        and record.process == before.process
        and (record.process == DELETED or record == before._replace(sequence=record.sequence))
    )


def _tombstone(record: Record, before: Record | None) -> Record:
    if before is None:
        return record
    return before._replace(
        updated_on=record.updated_on,
        sequence=record.sequence,
        process=DELETED,
        corrected=record.corrected,
    )
