"""Mutated, truncated and senseless forms: told or refused, never a crash."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from madoguchi.procedures.importers.packaging import Unimportable, packaged
from madoguchi.procedures.importers.recognise import form_of, recognised
from madoguchi.procedures.importers.writing import Settings

FORMIO: Any = {
    "title": "Form",
    "components": [
        {
            "type": "panel",
            "key": "p",
            "title": "Page",
            "components": [
                {
                    "type": "textfield",
                    "key": "a",
                    "label": "A",
                    "validate": {"required": True, "pattern": "^[a-z]+$", "maxLength": 9},
                },
                {
                    "type": "radio",
                    "key": "b",
                    "label": "B",
                    "values": [{"value": "x", "label": "X"}, {"value": "y", "label": "Y"}],
                },
                {
                    "type": "number",
                    "key": "n",
                    "label": "N",
                    "validate": {"min": 1, "max": 9},
                    "conditional": {"show": True, "when": "b", "eq": "x"},
                },
                {
                    "type": "datagrid",
                    "key": "t",
                    "label": "T",
                    "components": [
                        {
                            "type": "textfield",
                            "key": "c",
                            "label": "C",
                            "customConditional": "show = row.d === 'q'",
                        },
                        {
                            "type": "select",
                            "key": "d",
                            "label": "D",
                            "data": {"values": [{"value": "q", "label": "Q"}]},
                        },
                    ],
                },
                {
                    "type": "columns",
                    "key": "cols",
                    "columns": [{"components": [{"type": "checkbox", "key": "e", "label": "E"}]}],
                },
                {
                    "type": "container",
                    "key": "k",
                    "components": [
                        {"type": "datetime", "key": "f", "label": "F", "enableTime": False}
                    ],
                },
                {
                    "type": "content",
                    "key": "html",
                    "html": "<p>Read <a href='https://example.com'>this</a></p>",
                },
            ],
        },
        {
            "type": "panel",
            "key": "q",
            "title": "Other",
            "components": [
                {
                    "type": "file",
                    "key": "g",
                    "label": "G",
                    "filePattern": ".pdf",
                    "fileMaxSize": "5MB",
                }
            ],
        },
    ],
}
XGOV: Any = {
    "startPage": "/one",
    "pages": [
        {
            "path": "/one",
            "title": "One",
            "components": [{"name": "aaa", "type": "YesNoField", "title": "Q", "options": {}}],
            "next": [{"path": "/two", "condition": "c"}, {"path": "/three"}],
        },
        {
            "path": "/two",
            "title": "Two",
            "components": [
                {"name": "bbb", "type": "RadiosField", "title": "R", "list": "l"},
                {
                    "name": "ddd",
                    "type": "MultiInputField",
                    "title": "M",
                    "children": [{"name": "x", "type": "NumberField", "title": "X"}],
                },
            ],
            "next": [{"path": "/three"}],
        },
        {
            "path": "/three",
            "title": "Three",
            "components": [
                {
                    "name": "ccc",
                    "type": "FreeTextField",
                    "title": "F",
                    "options": {"maxWords": "50"},
                }
            ],
            "next": [],
        },
    ],
    "lists": [{"name": "l", "items": [{"text": "A", "value": "a"}]}],
    "conditions": [
        {
            "name": "c",
            "value": {
                "conditions": [
                    {
                        "field": {"name": "aaa"},
                        "operator": "is",
                        "value": {"type": "Value", "value": "true"},
                    }
                ]
            },
        }
    ],
    "sections": [],
}
SCHEMA: Any = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "definitions": {
        "name": {
            "type": "object",
            "properties": {"first": {"type": "string"}, "last": {"type": "string"}},
            "required": ["last"],
        }
    },
    "properties": {
        "who": {"$ref": "#/definitions/name"},
        "kind": {"enum": ["a", "b"]},
        "more": {"type": "string", "pattern": "^[0-9]{3}$"},
        "list": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "x": {"type": "integer", "minimum": 0},
                    "inner": {
                        "type": "array",
                        "items": {"type": "object", "properties": {"y": {"type": "boolean"}}},
                    },
                },
            },
        },
    },
    "required": ["who"],
    "if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]},
    "then": {"required": ["more"]},
}
SENSELESS: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, "", "x" * 3000, [], {}, [[]], {"a": {}}, "\x00\ud800", "{{x|y}}", "<p", "show = (", "^(a+)+$",
    "#/definitions/name", "data", "row", "today", "if", 10**40, "2026-13-45", {"$ref": "#"}, [{"type": "datagrid"}],
)  # fmt: skip


def imported(content: bytes) -> str:
    """What an import comes to; only its own refusals may be raised."""
    try:
        found = recognised(content)
        if not found.is_form:
            return "no form"
        packaged(form_of(found, "fuzzed"), Settings("fuzzed"))
    except Unimportable as told:
        return "faulty: " + str(told) if "does not compile" in str(told) else "refused"
    return "imported"


def mutated(value: Any, dice: random.Random) -> Any:
    """One or a few places of a JSON value changed, taken out or doubled."""
    result = copy.deepcopy(value)
    for _ in range(dice.randint(1, 4)):
        places = list(_places(result))
        if not places:
            break
        holder, key = dice.choice(places)
        match dice.randint(0, 4):
            case 0 if isinstance(holder, dict):
                del holder[key]
            case 1:
                other, at = dice.choice(places)
                holder[key] = copy.deepcopy(other[at]) if _there(other, at) else None
            case 2 if isinstance(holder, dict):
                holder[
                    dice.choice(
                        [
                            "type",
                            "key",
                            "name",
                            "required",
                            "oneOf",
                            "allOf",
                            "validate",
                            "$ref",
                            "items",
                        ]
                    )
                ] = holder.pop(key)
            case _:
                holder[key] = dice.choice(SENSELESS)
    return result


def _there(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)


def _places(value: Any) -> Any:
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


@pytest.mark.parametrize("form", [FORMIO, XGOV, SCHEMA], ids=["formio", "xgov", "json-schema"])
def test_mutated_forms(form: Any) -> None:
    assert imported(json.dumps(form).encode()) == "imported"
    came: dict[str, int] = {}
    for seed in range(250):
        changed = mutated(form, random.Random(seed))
        try:
            content = json.dumps(changed).encode("utf-8", "surrogatepass")
        except RecursionError:
            continue
        outcome = imported(content)
        assert outcome in ("imported", "refused", "no form"), (seed, outcome)
        came[outcome] = came.get(outcome, 0) + 1
    assert came["imported"] > 100


@pytest.mark.parametrize("form", [FORMIO, XGOV, SCHEMA], ids=["formio", "xgov", "json-schema"])
def test_truncated_forms(form: Any) -> None:
    content = json.dumps(form).encode()
    for length in range(0, len(content), 41):
        assert imported(content[:length]) in ("refused", "no form")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"null", b"[]", b"{}", b'"text"', b"[" * 100_000, b'{"a":' * 100_000, b"NaN",
        b'{"components": [1, 2]}', b'{"components": [{"type": "panel"}]}', b'{"startPage": 1, "pages": [{"path": null}]}',
        b'{"$schema": "http://json-schema.org/draft-07/schema#"}', b'{"$schema": "http://json-schema.org/schema", "$ref": "#"}',
        b'{"properties": {}, "type": "object"}', b'{"type": "object", "properties": {"a": true, "b": false}}',
    ],
)  # fmt: skip
def test_senseless_files(content: bytes) -> None:
    assert imported(content) in ("refused", "no form", "imported")


def test_a_form_within_itself_ends() -> None:
    deep: Any = {"type": "textfield", "key": "end", "label": "End"}
    for level in range(200):
        deep = {"type": "container", "key": f"c{level}", "components": [deep]}
    assert imported(json.dumps({"components": [deep]}).encode()) in ("imported", "refused")
    tree: Any = {
        "type": "object",
        "properties": {"child": {"$ref": "#"}, "name": {"type": "string"}},
    }
    found = packaged(
        form_of(
            recognised(json.dumps({"$schema": "http://json-schema.org/s", **tree}).encode()), "t"
        ),
        Settings("t"),
    )
    assert "circle" in " ".join(loss.why for loss in found.losses)


def test_real_forms_with_parts_torn_out(shared_data: Path) -> None:
    files = [
        next(iter(sorted((shared_data / "forms").glob(f"{kind}/**/*.json"))), None)
        for kind in ("formio", "xgov", "json-schema")
    ]
    if None in files:
        pytest.skip("no forms in the shared data")
    for file in files:
        assert file is not None
        data = json.loads(file.read_bytes())
        for seed in range(12):
            imported(
                json.dumps(mutated(data, random.Random(seed))).encode("utf-8", "surrogatepass")
            )
