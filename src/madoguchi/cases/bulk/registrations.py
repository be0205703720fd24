"""Registrations named in a file (登録番号): by number as people know them, by id as forms send them. Pure."""

from collections.abc import Mapping
from typing import Any

from madoguchi.procedures.service import Field, Package


def with_entries(
    package: Package, entered: Mapping[str, Any], held: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Registrations named by their number as the form names them, by id."""
    if not held:
        return dict(entered)
    result = dict(entered)
    for name, question in package.fields.items():
        raw = entered.get(name)
        if question.type == "entry" and isinstance(raw, str):
            result[name] = _entry(question, raw, held)
        elif question.type == "table" and isinstance(raw, list):
            result[name] = [_row(question, row, held) for row in raw]
    return result


def _row(table: Field, row: Any, held: Mapping[str, Mapping[str, Any]]) -> Any:
    named = [c for c in table.columns.values() if c.type == "entry"]
    if not named or not isinstance(row, Mapping):
        return row
    found = {c.name: _entry(c, row[c.name], held) for c in named if c.name in row}
    return {**row, **found}


def _entry(question: Field, raw: Any, held: Mapping[str, Mapping[str, Any]]) -> Any:
    register, number = question.spec.register_name, str(raw).strip()
    for key, entry in held.items():
        if entry.get("register") == register and str(entry.get("number")) == number:
            return key
    return raw
