"""JSON Schema 2020-12 of a package: the shape of `data` as it is filed, for API clients and tools.

A schema cannot say when a field is relevant or what rules demand; it says which fields exist and
what a value looks like. The verdict is `evaluate`'s alone.
"""

from collections.abc import Mapping

from madoguchi.kernel.language import pick
from madoguchi.procedures.fields.field import Field
from madoguchi.procedures.fields.types import TYPES
from madoguchi.procedures.package.compiled import Package

Schema = dict[str, object]
_ALWAYS = "true"


def json_schema(package: Package, language: str = "ja") -> Schema:
    """The schema of a package's filed data, with titles and descriptions in one language."""
    schema = _object(package.fields, language)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:madoguchi:{package.id}:{package.digest}",
        "title": pick(package.title, language),
        "description": pick(dict(package.spec.summary), language),
        **schema,
    }


def field_schema(field: Field, language: str = "ja") -> Schema:
    """The schema of one field's filed value."""
    return {**_shape(field, language), **_words(field, language)}


def _shape(field: Field, language: str) -> Schema:
    if field.type in TYPES:
        return TYPES[field.type].schema(field)
    if field.parts:
        return _object(field.parts, language)
    if field.type == "table":
        rows = _object(field.columns, language)
        rows["properties"] = {
            "row": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
            **rows["properties"],  # type: ignore[dict-item]
        }
        rows["required"] = ["row", *rows.get("required", [])]  # type: ignore[misc]
        return {"type": "array", "items": rows, "minItems": 1}
    if field.type == "file":
        return {"type": "object", "required": ["sha256", "name", "size", "type"]}
    return {"type": "object"}


def _object(fields: Mapping[str, Field], language: str) -> Schema:
    fields = {name: field for name, field in fields.items() if field.type != "note"}
    required = [
        name
        for name, field in fields.items()
        if field.spec.required == _ALWAYS
        and field.spec.relevant is None
        and not field.for_officials
    ]
    schema: Schema = {
        "type": "object",
        "properties": {name: field_schema(field, language) for name, field in fields.items()},
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def _words(field: Field, language: str) -> Schema:
    words: Schema = {"title": pick(field.label, language)}
    if field.spec.help:
        words["description"] = pick(dict(field.spec.help), language)
    if field.calculate is not None:
        words["readOnly"] = True
    if field.spec.unit:
        words["x-unit"] = pick(field.spec.unit, language)
    return words
