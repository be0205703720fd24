"""Rows as people read them (行の表示): where it is, what stands there, what to do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.bulk.entries import Entry
from madoguchi.cases.bulk.models import BulkRow
from madoguchi.cases.bulk.parties import PLACE
from madoguchi.cases.bulk.plan import CLIENT
from madoguchi.cases.filing.entering import value_at
from madoguchi.kernel.language import LANGUAGES, Text, pick
from madoguchi.procedures.service import Field, Package

OPTIONS_SHOWN = 12
_WHOLE: Text = {"ja": "この行", "en": "This row"}


@dataclass(frozen=True)
class RowFault:
    """A fault of a row: its question, what was written, what to do, how grave."""

    place: Text
    written: str
    message: Text
    severity: str


def faults_of(package: Package, row: BulkRow) -> list[RowFault]:
    """What is wrong with a row, in the order of the verdict."""
    return [
        RowFault(
            place_name(package, fault["pointer"]),
            _written(row, fault["pointer"]),
            _with_options(fault, package.field_at(fault["pointer"])),
            fault["severity"],
        )
        for fault in row.faults
    ]


def place_name(package: Package, pointer: str) -> Text:
    """What a place is called, from the outermost question inwards; of a table with its row."""
    if pointer == PLACE:
        return dict(CLIENT.label)
    steps = pointer.strip("/").split("/")
    if steps[0] == "attachments":
        item = package.attachments.get(steps[-1])
        return dict(item.spec.label) if item is not None else dict(_WHOLE)
    labels: list[Text] = []
    inside: Mapping[str, Field] = package.fields
    for step in steps:
        found = inside.get(step)
        if found is None:
            if labels and step[:1] == "r" and step[1:].isdigit():
                number = step[1:]
                labels.append({"ja": f"{number}行目", "en": f"row {number}"})
            continue
        labels.append(dict(found.label))
        inside = found.parts or found.columns
    return {la: " ".join(pick(part, la) for part in labels) for la in LANGUAGES} or dict(_WHOLE)


def messages(package: Package, row: BulkRow, language: str) -> list[str]:
    """The faults of a row as lines of a cell."""
    return [
        f"{pick(fault.place, language)}: {pick(fault.message, language)}"
        if pick(fault.place, language)
        else pick(fault.message, language)
        for fault in faults_of(package, row)
        if fault.severity == "error"
    ]


def entry_of(row: BulkRow) -> Entry:
    """The row as it was sent."""
    return Entry(row.line, row.key, row.client, row.entered, row.files, row.hidden)


def fee_lines(fees: Sequence[Mapping[str, Any]]) -> int:
    """The sum of what is owed, in yen."""
    return sum(int(fee["amount"]) for fee in fees)


def _written(row: BulkRow, pointer: str) -> str:
    if pointer == PLACE:
        return row.client
    place = pointer.removeprefix("/attachments/")
    if place in row.files:
        return "、".join(row.files[place])[:200]
    value = value_at(row.entered, pointer) if pointer else None
    if isinstance(value, list):
        return "、".join(str(item) for item in value if not isinstance(item, Mapping))[:200]
    return "" if value is None or isinstance(value, Mapping) else str(value)[:200]


def _with_options(fault: Mapping[str, Any], question: Field | None) -> Text:
    """The message; who writes a file does not see what there is to choose from."""
    options = list(((question.spec.options if question else None) or {}).values())
    message: Text = dict(fault["message"])
    if fault["code"] not in ("not-option", "missing-choice") or not options:
        return message
    more = "…" if len(options) > OPTIONS_SHOWN else ""
    return {
        la: f"{pick(message, la)} "
        f"({'、'.join(pick(option.label, la) for option in options[:OPTIONS_SHOWN])}{more})"
        for la in LANGUAGES
    }
