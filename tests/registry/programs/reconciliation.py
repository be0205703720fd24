"""What answers of a reconciliation service must look like (Reconciliation Service API 0.2, its schemas)."""

from typing import Any

import jsonschema_rs

Schema = dict[str, Any]


def _object(required: dict[str, Schema], **optional: Schema) -> Schema:
    return {"type": "object", "properties": required | optional, "required": list(required)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _alone(name: str, schema: Schema) -> Schema:
    return _object({name: schema}) | {"additionalProperties": False}


TEXT: Schema = {"type": "string"}
WITH_ID: Schema = {"type": "string", "pattern": r"\{\{id\}\}"}
TYPES = _list({"anyOf": [TEXT, _object({"id": TEXT}, name=TEXT)]})
NAMED = _object({"id": TEXT, "name": TEXT}, description=TEXT, notable=TYPES)
PART = _object({}, service_url=TEXT, service_path=TEXT, flyout_service_url=TEXT)
MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?$",
}

MANIFEST = _object(
    {
        "versions": _list(TEXT) | {"contains": {"enum": ["0.2"]}},
        "name": TEXT,
        "identifierSpace": TEXT,
        "schemaSpace": TEXT,
    },
    view=_object({"url": WITH_ID}),
    preview=_object({"url": WITH_ID, "width": {"type": "integer"}, "height": {"type": "integer"}}),
    defaultTypes=TYPES | {"uniqueItems": True},
    suggest=_object({}, entity=PART, property=PART, type=PART),
    extend=_object({}, propose_properties=PART, property_settings=_list(_object({}))),
)
CANDIDATE = _object(
    {"id": TEXT, "name": TEXT, "score": {"type": "number"}},
    description=TEXT,
    match={"type": "boolean"},
    type=TYPES,
    features=_list(_object({}, id=TEXT, value={"type": ["boolean", "number"]})),
)
RESULTS: Schema = {
    "type": "object",
    "additionalProperties": _object({"result": _list(CANDIDATE)}),
}
SUGGESTED = _object({"result": _list(NAMED)})
CELL: Schema = {
    "oneOf": [
        {"type": "object", "additionalProperties": False},
        _object({"id": TEXT, "name": TEXT}, description=TEXT) | {"additionalProperties": False},
        _alone("str", TEXT),
        _alone("float", {"type": "number"}),
        _alone("int", {"type": "integer"}),
        _alone("date", MOMENT),
    ]
}
EXTENSION = _object(
    {
        "meta": _list(_object({"id": TEXT, "name": TEXT}, type=_object({"id": TEXT}, name=TEXT))),
        "rows": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": _list(CELL)},
        },
    }
)
PROPOSED = _object({"properties": _list(_object({"id": TEXT, "name": TEXT}))}, type=TEXT)


def check(schema: Schema, answer: Any) -> None:
    """AssertionError naming the places where an answer is not as it must be."""
    faults = [
        f"{list(fault.instance_path)}: {fault.message}"
        for fault in jsonschema_rs.validator_for(schema).iter_errors(answer)
    ]
    assert not faults, faults
