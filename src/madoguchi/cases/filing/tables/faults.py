"""What is wrong with a table, by row and column (行ごとの誤り). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.language import LANGUAGES, Text, pick
from madoguchi.procedures.service import Fault, Field

OPTIONS_SHOWN = 12
MARK = "#faults"  # the column of a report; it is passed over when the file comes back


@dataclass(frozen=True)
class RowFault:
    """A fault: the line of the file (None: not from it), the row's number, column, what was written.

    Without a row it is about the table as a whole.
    """

    line: int | None
    number: int | None
    row: str | None
    column: Text
    written: str
    message: Text
    severity: str


def row_faults(
    field: Field,
    faults: Iterable[Fault],
    rows: Sequence[Mapping[str, Any]],
    lines: Mapping[str, int],
) -> list[RowFault]:
    """The faults of a table in the order of its rows, then of the file's columns."""
    numbers = {str(row["row"]): number for number, row in enumerate(rows, 1)}
    root = f"/{field.name}"
    found = []
    for fault in faults:
        row, _, place = fault.pointer.removeprefix(root).removeprefix("/").partition("/")
        number = numbers.get(row)
        cell = field
        column, written = dict(field.label), ""
        if number is not None:
            cell, column, written = _cell(field, rows[number - 1], place.split("/"))
        found.append(
            RowFault(
                lines.get(row),
                number,
                row or None,
                column,
                written,
                _with_options(fault, cell),
                fault.severity,
            )
        )
    return sorted(found, key=lambda item: (item.number is not None, item.number or 0))


def _cell(field: Field, row: Mapping[str, Any], steps: Sequence[str]) -> tuple[Field, Text, str]:
    """The field at a place within a row, its label, and what stands there as it was written."""
    inside: Mapping[str, Field] = field.columns
    found, labels = field, list[Text]()
    value: Any = row
    for step in steps:
        if step not in inside:
            break
        found = inside[step]
        labels.append(dict(found.label))
        inside = found.parts
        value = value.get(step) if isinstance(value, Mapping) else None
    text = "、".join(map(str, value)) if isinstance(value, list) else value
    written = "" if text is None or isinstance(text, Mapping) else str(text)
    label = {la: " ".join(pick(part, la) for part in labels) for la in LANGUAGES}
    return found, label if labels else dict(field.label), written[:200]


def _with_options(fault: Fault, field: Field) -> Text:
    """The message; who writes a file does not see what there is to choose from."""
    options = list((field.spec.options or {}).values())
    if fault.code not in ("not-option", "missing-choice") or not options:
        return fault.message
    shown = options[:OPTIONS_SHOWN]
    more = "…" if len(options) > len(shown) else ""
    return {
        language: f"{pick(fault.message, language)} "
        f"({'、'.join(pick(option.label, language) for option in shown)}{more})"
        for language in LANGUAGES
    }
