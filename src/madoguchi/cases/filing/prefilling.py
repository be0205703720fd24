"""What a draft begins with (初期値): what is known of the applicant, and what a package suggests.

Every value filled in for a person is kept with where it came from (出所): they see it at the
question, and the office sees whether it was changed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from madoguchi.procedures.service import Environment, Field, Package, evaluate

Provenance = dict[str, dict[str, Any]]

SUGGESTED = "default"
BEFORE, INSTEAD = "before", "instead"
"""In a provenance: what stood in the parts that were filled in, for taking it back; what the account
says otherwise."""


def begin(
    package: Package,
    environment: Environment,
    given: Mapping[str, Any],
) -> tuple[dict[str, Any], Provenance]:
    """The first answers of a draft and where each came from.

    A table that needs a row begins with an empty one. Read-only answers are not entered (the
    engine takes them from the source at every evaluation); their source is noted all the same, for
    the person to see. `given` answers stand already; the others may rest on them.
    """
    context = evaluate(package, given, {}, environment).context
    entered: dict[str, Any] = dict(given)
    provenance: Provenance = {}
    for field in package.fields.values():
        if field.type == "table" and field.spec.required == "true" and not field.for_officials:
            entered[field.name] = [{"row": "r1", **first_row(field, context)}]
        found = _known(field, context)
        if field.for_officials or found is None or field.name in given:
            continue
        source, value = found
        if not field.spec.readonly:
            entered[field.name] = value
        provenance |= _origins(field, source, value, environment)
    return entered, provenance


def supplied(
    package: Package, environment: Environment, context: Mapping[str, object]
) -> Provenance:
    """Where the read-only answers come from, which are taken anew at every evaluation."""
    provenance: Provenance = {}
    for field in package.fields.values():
        found = _known(field, context) if field.spec.readonly and not field.for_officials else None
        if found is not None:
            provenance |= _origins(field, *found, environment)
    return provenance


def first_row(field: Field, context: Mapping[str, object]) -> dict[str, Any]:
    """The answers a new row of a table begins with."""
    row: dict[str, Any] = {}
    for name, column in field.columns.items():
        value = column.default(context) if column.default is not None else None
        typed = as_entered(column, value)
        if typed is not None:
            row[name] = typed
    return row


def as_entered(field: Field, value: object) -> Any:
    """A value as a person would have entered it; None when the field cannot hold it."""
    if field.parts:
        if not isinstance(value, Mapping):
            return None
        parts = {name: as_entered(part, value.get(name)) for name, part in field.parts.items()}
        return {name: part for name, part in parts.items() if part is not None} or None
    if field.type == "table":
        return _rows_entered(field, value)
    if isinstance(value, Mapping):  # a register entry
        return value.get("id")
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, list):
        return [str(item) for item in value] or None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value) or None


def _rows_entered(field: Field, value: object) -> list[dict[str, Any]] | None:
    """Rows as a person would have entered them: the columns that are asked and known."""
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    entered = []
    for number, row in enumerate(rows, 1):
        known = {
            name: as_entered(column, row.get(name))
            for name, column in field.columns.items()
            if column.calculate is None and not column.for_officials
        }
        typed = {name: answer for name, answer in known.items() if answer is not None}
        if typed:
            entered.append({"row": f"r{number}", **typed})
    return entered or None


def _known(field: Field, context: Mapping[str, object]) -> tuple[str, Any] | None:
    for source, rule in ((field.spec.prefill or "", field.prefill), (SUGGESTED, field.default)):
        value = as_entered(field, rule(context)) if rule is not None else None
        if value is not None:
            return source, value
    return None


def _origins(field: Field, source: str, value: Any, environment: Environment) -> Provenance:
    """Where the parts of an answer came from, by pointer; what may be taken back of it."""
    told = {
        pointer: _origin(source, part, inner, environment)
        for pointer, part, inner in _leaves(field, value)
    }
    whole = f"/{field.name}"
    differing = {
        pointer.rpartition("/")[2]: origin[INSTEAD]
        for pointer, origin in told.items()
        if INSTEAD in origin and pointer != whole
    }
    if differing and not field.spec.readonly:
        told[whole] = {**told[whole], BEFORE: differing}
    return told


def _origin(source: str, part: str, value: Any, environment: Environment) -> dict[str, Any]:
    found = environment.source_of(source, part) if source != SUGGESTED else None
    if found is None:
        return {"source": source, "label": None, "as_of": None, "value": value}
    return {
        "source": found.key or source,
        "label": found.label,
        "as_of": found.as_of.isoformat() if found.as_of is not None else None,
        "value": value,
        **({INSTEAD: found.instead} if found.instead else {}),
    }


def _leaves(field: Field, value: Any) -> Iterable[tuple[str, str, Any]]:
    """(pointer, name of the part, value) of an answer and of its parts."""
    yield f"/{field.name}", "", value
    for name, part in value.items() if field.parts else ():
        yield f"/{field.name}/{name}", name, part
