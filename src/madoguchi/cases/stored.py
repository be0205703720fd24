"""Stored answers as values and as text (保存された答え): pure, from what was filed.

The text comes from the stored data, never from a new evaluation: what is known of the applicant may
have changed since, what they filed has not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.kernel.errors import DomainError
from madoguchi.procedures.fields.field import InputFault
from madoguchi.procedures.fields.types import TYPES
from madoguchi.procedures.service import Field, show


def typed_value(field: Field, stored: Any) -> Any:
    """A stored answer with the type rules and texts use; as it is when it cannot be read."""
    if stored is None:
        return None
    if field.type == "table":
        rows = stored if isinstance(stored, list) else []
        return [
            {"row": row.get("row"), **_typed_members(field.columns, row)}
            for row in rows
            if isinstance(row, Mapping)
        ]
    if field.parts:
        return _typed_members(field.parts, stored) if isinstance(stored, Mapping) else None
    if field.type not in TYPES or isinstance(stored, Mapping):
        return stored
    try:
        return TYPES[field.type].parse(field, stored)
    except (InputFault, DomainError, ValueError):
        return stored


def shown(field: Field, stored: Any, language: str) -> str:
    """A stored answer as people read it."""
    value = typed_value(field, stored)
    if isinstance(value, Mapping) and not field.parts:
        return str(value.get("name") or value.get("number") or "")
    try:
        return show(field, value, language)
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return str(stored)


def leaves(
    fields: Mapping[str, Field], data: Mapping[str, Any]
) -> Iterator[tuple[str, Field, Any]]:
    """(pointer, field, stored value) of every single answer; table rows by their id."""
    for name, field in fields.items():
        stored = data.get(name)
        if stored is None or field.type == "note":
            continue
        if field.type == "table" and isinstance(stored, list):
            for row in stored:
                for pointer, column, value in leaves(field.columns, row):
                    yield f"/{name}/{row.get('row')}{pointer}", column, value
        elif field.parts and isinstance(stored, Mapping):
            for pointer, part, value in leaves(field.parts, stored):
                yield f"/{name}{pointer}", part, value
        else:
            yield f"/{name}", field, stored


def _typed_members(fields: Mapping[str, Field], stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: typed_value(field, stored[name])
        for name, field in fields.items()
        if stored.get(name) is not None
    }
