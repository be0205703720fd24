"""What was filed, as rules see it again (提出された内容): JSON back to typed values."""

from collections.abc import Mapping

from madoguchi.kernel.japanese import JapaneseInputError
from madoguchi.procedures.fields.field import Field, InputFault
from madoguchi.procedures.fields.types import TYPES


def typed_filing(fields: Mapping[str, Field], data: Mapping[str, object]) -> dict[str, object]:
    """The values of a filing (`Evaluation.data`) with the types its own version gave them."""
    return {
        name: _typed(field, data[name])
        for name, field in fields.items()
        if data.get(name) is not None
    }


def _typed(field: Field, stored: object) -> object:
    if field.parts and isinstance(stored, Mapping):
        return typed_filing(field.parts, stored)
    if field.type == "table" and isinstance(stored, list):
        return [
            {"row": row.get("row"), **typed_filing(field.columns, row)}
            for row in stored
            if isinstance(row, Mapping)
        ]
    if field.type not in TYPES:
        return stored
    try:
        return TYPES[field.type].parse(field, stored)
    except (InputFault, JapaneseInputError):  # filed under rules that took what these refuse
        return stored
