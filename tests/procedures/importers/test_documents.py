"""Documents beside a schema: those that fit it become tests of the form made from it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from madoguchi.installation.import_documents import with_documents
from madoguchi.installation.importing import Outcome, import_forms, names_of, write_packages
from madoguchi.procedures.service import check_folder

SCHEMA: Any = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Report",
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "born"],
    "properties": {
        "name": {"type": "object", "required": ["last"], "properties": {"first": {"type": "string"}, "last": {"type": "string"}}},
        "born": {"type": "string", "format": "date"},
        "kind": {"enum": ["single", "married"]},
        "spouse": {"type": "object", "required": ["last"], "properties": {"last": {"type": "string", "maxLength": 20}}},
        "trusts": {"type": "array", "items": {"type": "object", "required": ["value"], "properties": {
            "value": {"type": "number"},
            "funds": {"type": "array", "items": {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 0}}}},
        }}},
        "services": {"type": "array", "uniqueItems": True, "items": {"enum": ["army", "navy"]}},
    },
    "if": {"properties": {"kind": {"const": "married"}}, "required": ["kind"]},
    "then": {"required": ["spouse"]},
}  # fmt: skip
GOOD: Any = {
    "name": {"first": "Jane", "last": "Doe"},
    "born": "1970-01-31",
    "kind": "married",
    "spouse": {"last": "Roe"},
    "trusts": [{"value": 1.5, "funds": [{"amount": 2}, {"amount": 3.25}]}, {"value": 9}],
    "services": ["navy"],
}


def imported(folder: Path, **documents: Any) -> list[Outcome]:
    (folder / "report-schema.json").write_text(json.dumps(SCHEMA))
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    outcomes = import_forms([folder], "meti", date(2026, 4, 1), lambda outcome: None)
    return with_documents(outcomes, names_of([folder]))


def test_a_document_is_kept_as_a_test(tmp_path: Path) -> None:
    outcomes = imported(tmp_path, good=GOOD, wrapped={"data": GOOD}, other={"x": 1})
    states = {outcome.file: outcome.state for outcome in outcomes}
    assert states == {
        "report-schema.json": "imported",
        "good.json": "document",
        "wrapped.json": "document",
        "other.json": "skipped",
    }
    write_packages(outcomes, tmp_path / "out")
    checked = check_folder(tmp_path / "out" / "report-schema" / "v1")
    assert checked.publishable, checked.faults
    assert checked.tests == 2


def test_what_the_schema_refuses_the_form_refuses(tmp_path: Path) -> None:
    outcomes = imported(tmp_path, good=GOOD)
    write_packages(outcomes, tmp_path / "out")
    folder = tmp_path / "out" / "report-schema" / "v1"
    tests = (folder / "tests.yaml").read_text()
    faulty = {
        "/name_last": "",  # required
        "/spouse_last": "",  # required of the married
        "/born": "31.1.",
        "/kind": "divorced",
        "/services": ["army", "air"],
        "/trusts_funds/r1/amount": "-1",
        "/trusts_funds/r3/trusts_row": "9",  # there is no ninth trust
    }
    for pointer, value in faulty.items():
        change = json.dumps({pointer: value})
        (folder / "tests.yaml").write_text(
            tests.replace("  expect:", f"  change: {change}\n  expect:")
        )
        assert not check_folder(folder).publishable, pointer
