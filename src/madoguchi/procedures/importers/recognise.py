"""What a file is (様式の判別), by its content alone: never by its name or place."""

import json
import re
from dataclasses import dataclass
from typing import Any

from madoguchi.procedures.importers.form import Form
from madoguchi.procedures.importers.formio import read as formio
from madoguchi.procedures.importers.json_schema import read as json_schema
from madoguchi.procedures.importers.packaging import Unimportable
from madoguchi.procedures.importers.reading import mapping
from madoguchi.procedures.importers.xgov import read as xgov

LARGEST = 50_000_000
FORMIO, XGOV, JSON_SCHEMA, DOCUMENT = "formio", "xgov", "json-schema", "document"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_READ = {FORMIO: formio.read, XGOV: xgov.read, JSON_SCHEMA: json_schema.read}


@dataclass(frozen=True)
class Found:
    """A JSON file: its kind (a kind of form, or document) and what it says."""

    kind: str
    data: Any

    @property
    def is_form(self) -> bool:
        """Whether it can be imported."""
        return self.kind != DOCUMENT


def recognised(content: bytes) -> Found:
    """What a file is. Raises Unimportable when it is not JSON, or too large."""
    if len(content) > LARGEST:
        raise Unimportable(f"the file is larger than {LARGEST} bytes")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise Unimportable(f"not UTF-8: {fault.reason} at byte {fault.start}") from None
    except json.JSONDecodeError as fault:
        raise Unimportable(f"not JSON: {fault}") from None
    except (ValueError, RecursionError) as fault:
        raise Unimportable(f"not readable JSON: {fault}") from None
    if _SURROGATE.search(content):
        data = _sound(data)
    # A form may be wrapped, as some services deliver it.
    for inner in (
        data,
        mapping(data).get("form"),
        mapping(data).get("schema"),
        mapping(data).get("definition"),
    ):
        if xgov.is_xgov(inner):
            return Found(XGOV, inner)
        if formio.is_formio(inner):
            return Found(FORMIO, inner)
        if json_schema.is_json_schema(inner):
            return Found(JSON_SCHEMA, inner)
    return Found(DOCUMENT, data)


def _sound(value: Any) -> Any:
    """The value with halves of surrogate pairs replaced: nothing can be written with them."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(item) for key, item in value.items()}
    return value


def form_of(found: Found, name: str, language: str | None = None) -> Form:
    """The form a file holds. Raises Unimportable for a document, or a form out of all bounds."""
    if not found.is_form:
        raise Unimportable("not a form")
    try:
        return _READ[found.kind](found.data, name, language)
    except RecursionError:
        raise Unimportable("nested too deeply") from None
