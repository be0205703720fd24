"""What a draft begins with (初期値): what is known of the applicant, and what a package suggests.

Every value filled in for a person is kept with where it came from (出所): they see it at the
question, and the office sees whether it was changed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Environment, Field, Package, evaluate

Provenance = dict[str, dict[str, Any]]
# What a source is called and as of when it holds: (source) -> (label, ISO date or None).
Describe = Callable[[str], tuple[Text | None, str | None]]

SUGGESTED = "default"


def begin(
    package: Package,
    environment: Environment,
    describe: Describe,
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
        label, as_of = (None, None) if source == SUGGESTED else describe(source)
        origin = {"source": source, "label": label, "as_of": as_of}
        if not field.spec.readonly:
            entered[field.name] = value
        provenance |= {
            pointer: {**origin, "value": part}
            for pointer, part in _leaves(field, f"/{field.name}", value)
        }
    return entered, provenance


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


def _leaves(field: Field, pointer: str, value: Any) -> Iterable[tuple[str, Any]]:
    if not field.parts:
        yield pointer, value
        return
    yield pointer, value
    for name, part in value.items():
        yield f"{pointer}/{name}", part
