"""One record (法人番号の記録) as the National Tax Agency publishes it, read and checked."""

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from madoguchi.kernel.japanese import is_corporate_number
from madoguchi.registry.corporations.codes import CLOSE_CAUSES, DELETED, KINDS, PROCESSES
from madoguchi.registry.opening import BadRow

FIELDS = 30
LONGEST = 600
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


class Record(NamedTuple):
    """A state of a corporation, from `changed_on` (変更年月日), recorded on `updated_on` (更新年月日).

    `sequence` is its place among the records of that day; `corrected`: it takes the place of an
    earlier record of the same event (訂正). Codes are those of `codes`; "" where there is none.
    `hidden`: not to be found by search (検索対象除外). Addresses abroad stand in `abroad`.
    """

    number: str
    updated_on: date
    sequence: int
    process: str
    corrected: bool
    changed_on: date | None
    name: str
    name_image: str
    kind: str
    prefecture: str
    city: str
    street: str
    address_image: str
    prefecture_code: str
    city_code: str
    postal_code: str
    abroad: str
    abroad_image: str
    closed_on: date | None
    close_cause: str
    successor: str
    change_cause: str
    assigned_on: date | None
    english_name: str
    english_prefecture: str
    english_city: str
    english_abroad: str
    kana: str
    hidden: bool

    @property
    def address(self) -> str:
        """The address as one text."""
        return self.abroad or f"{self.prefecture}{self.city}{self.street}"

    @property
    def english_address(self) -> str:
        """The address in English as published; "" where none is."""
        parts = (self.english_city, self.english_prefecture)
        return self.english_abroad or ", ".join(part for part in parts if part)

    @property
    def status(self) -> str:
        """Whether a corporation is open or closed, or its number was withdrawn."""
        if self.process == DELETED:
            return "withdrawn"
        return "closed" if self.closed_on else "open"

    @property
    def order(self) -> tuple[date, int]:
        """What comes later replaces what came before."""
        return self.updated_on, self.sequence


class Incoming(NamedTuple):
    """A record that arrives; `latest` false: it tells of the past (最新履歴 0)."""

    record: Record
    latest: bool


def read_row(row: Sequence[str | None]) -> Incoming:
    """A record from the thirty columns of リソース定義書, in their order. BadRow for what is none."""
    if len(row) != FIELDS:
        raise BadRow(f"{len(row)} columns instead of {FIELDS}")
    value = [(item or "").strip() for item in row]
    sequence, process = value[0], value[2]
    if not (sequence.isascii() and sequence.isdigit() and len(sequence) <= 9):
        raise BadRow(f"no sequence number: {sequence[:20]!r}")
    record = Record(
        number=value[1],
        updated_on=_needed(value[4], "update date"),
        sequence=int(sequence),
        process=process,
        corrected=value[3] == "1",
        changed_on=_day(value[5], "change date"),
        name=value[6],
        name_image=value[7],
        kind=value[8],
        prefecture=value[9],
        city=value[10],
        street=value[11],
        address_image=value[12],
        prefecture_code=value[13],
        city_code=value[14],
        postal_code=value[15],
        abroad=value[16],
        abroad_image=value[17],
        closed_on=_day(value[18], "close date"),
        close_cause=value[19],
        successor=value[20],
        change_cause=value[21],
        assigned_on=_day(value[22], "assignment date"),
        english_name=value[24],
        english_prefecture=value[25],
        english_city=value[26],
        english_abroad=value[27],
        kana=value[28],
        hidden=value[29] == "1",
    )
    if value[3] not in ("", "0", "1") or value[23] not in ("", "0", "1"):
        raise BadRow("a flag is neither 0 nor 1")
    return Incoming(checked(record), latest=value[23] != "0")


def checked(record: Record) -> Record:
    """The record itself. BadRow for a wrong number, unknown codes and texts that are too long."""
    if not is_corporate_number(record.number):
        raise BadRow(f"not a corporate number: {record.number[:20]!r}")
    if record.process not in PROCESSES:
        raise BadRow(f"unknown process {record.process[:20]!r}")
    if record.process != DELETED:
        if record.kind not in KINDS:
            raise BadRow(f"unknown kind {record.kind[:20]!r}")
        if not record.name:
            raise BadRow("no name")
    if record.close_cause and record.close_cause not in CLOSE_CAUSES:
        raise BadRow(f"unknown close cause {record.close_cause[:20]!r}")
    if record.successor and not is_corporate_number(record.successor):
        raise BadRow(f"the successor has no corporate number: {record.successor[:20]!r}")
    for text, longest in _bounded(record):
        if len(text) > longest:
            raise BadRow(f"a text of {len(text)} characters where {longest} are the most")
        if _CONTROL.search(text):
            raise BadRow("a control character")
    return record


def _bounded(record: Record) -> tuple[tuple[str, int], ...]:
    return (
        (record.name, LONGEST),
        (record.street, LONGEST),
        (record.abroad, LONGEST),
        (record.change_cause, 1_000),
        (record.english_name, LONGEST),
        (record.english_city, LONGEST),
        (record.english_abroad, LONGEST),
        (record.kana, LONGEST),
        (record.prefecture, 10),
        (record.city, 60),
        (record.english_prefecture, 60),
        (record.prefecture_code, 2),
        (record.city_code, 3),
        (record.postal_code, 7),
        (record.name_image, 8),
        (record.address_image, 8),
        (record.abroad_image, 8),
    )


def _needed(text: str, what: str) -> date:
    found = _day(text, what)
    if found is None:
        raise BadRow(f"no {what}")
    return found


def _day(text: str, what: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(f"{what} is no date: {text[:20]!r}") from None
