"""What an official may correct in an entry (職権による訂正): a control for each simple column."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.labels import Column, columns_of
from madoguchi.cases.registers.values import typed
from madoguchi.procedures.package.spec import FieldSpec
from madoguchi.procedures.service import Field

PREFIX = "column_"


def column_fields(row: RegisterEntry) -> dict[str, Field]:
    """A field for each column whose value is a text, number, day or yes-no: {name: field}.

    Lists and groups of values are changed by filings, or by an act of the package.
    """
    return {
        PREFIX + column.name: _field(column, kind)
        for column in columns_of(row.labels)
        if (kind := _kind(typed(row.columns.get(column.name)))) is not None
    }


def column_answers(row: RegisterEntry) -> dict[str, object]:
    """What these columns say now, as the form shows it."""
    return {
        name: _shown(value)
        for name in column_fields(row)
        if (value := typed(row.columns.get(name.removeprefix(PREFIX)))) is not None
    }


def corrected(row: RegisterEntry, values: Mapping[str, object]) -> dict[str, object]:
    """The columns whose answer differs from what the entry says; an emptied one is null."""
    said = {name: typed(row.columns.get(name.removeprefix(PREFIX))) for name in column_fields(row)}
    return {
        name.removeprefix(PREFIX): values.get(name)
        for name, value in said.items()
        if values.get(name) != value
    }


def _field(column: Column, kind: str) -> Field:
    name, label = PREFIX + column.name, dict(column.label)
    if column.words and kind == "text":
        options = {key: {"label": dict(words)} for key, words in column.words.items()}
        spec = FieldSpec.model_validate({"type": "choice", "label": label, "options": options})
        return Field(name=name, type="choice", label=label, spec=spec)
    length = 4000 if kind == "longtext" else 300 if kind == "text" else None
    spec = FieldSpec(type=kind, label=label, max_length=length)
    return Field(name=name, type=kind, label=label, spec=spec)


def _kind(value: object) -> str | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "decimal"
    if type(value) is date:
        return "date"
    if value is None or isinstance(value, str):
        return "longtext" if isinstance(value, str) and len(value) > 100 else "text"
    return None


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
