"""The answers of a filing as officials read them (申請内容): pure, from what was filed.

The text comes from the stored data, never from a new evaluation: what is known of the applicant may
have changed since, what they filed has not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.procedures.fields.field import InputFault
from madoguchi.procedures.fields.types import TYPES
from madoguchi.procedures.service import Field, Package, show


@dataclass(frozen=True)
class Origin:
    """Where an answer came from: typed, or filled in from a source and left or edited."""

    label: Text
    as_of: str | None
    edited: bool


@dataclass(frozen=True)
class Cell:
    """One cell of a table in a filing."""

    pointer: str
    text: str
    number: bool = False


@dataclass(frozen=True)
class Answer:
    """One question with its answer; `rows` and `columns` for a table. `pointers` can be corrected.

    `kind`: typed | calculated | known (filled in and read-only) | official.
    """

    pointer: str
    label: Text
    text: str
    kind: str
    open: bool
    origin: Origin | None = None
    parts: tuple[tuple[Text, str], ...] = ()
    columns: tuple[Field, ...] = ()
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = ()
    file: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class AnswerPage:
    """One page of the form with its answers."""

    id: str
    title: Text
    answers: tuple[Answer, ...]


def answer_pages(
    package: Package,
    data: Mapping[str, Any],
    provenance: Mapping[str, Mapping[str, Any]],
    relevant: frozenset[str],
    language: str,
) -> list[AnswerPage]:
    """Every page with the questions that were asked, answered or not."""
    pages = []
    for page in package.pages:
        fields = [package.fields[name] for name in page.fields]
        answers = tuple(
            _answer(field, data.get(field.name), provenance, language)
            for field in fields
            if field.type != "note"
            and not field.for_officials
            and (field.name in data or f"/{field.name}" in relevant)
        )
        if answers:
            pages.append(AnswerPage(page.id, page.title, answers))
    return pages


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


def _answer(
    field: Field, stored: Any, provenance: Mapping[str, Mapping[str, Any]], language: str
) -> Answer:
    pointer = f"/{field.name}"
    table = field.type == "table"
    origin = _origin(field, stored, provenance)
    calculated = field.calculate is not None
    known = field.spec.readonly and origin is not None
    return Answer(
        pointer=pointer,
        label=field.label,
        text="" if table else shown(field, stored, language),
        parts=_parts(field, stored, language),
        kind="calculated" if calculated else "known" if known else "typed",
        open=not calculated,
        origin=origin,
        columns=tuple(field.columns.values()) if table else (),
        rows=_rows(field, stored, language) if table else (),
        file=stored if field.type == "file" and isinstance(stored, Mapping) else None,
    )


def _parts(field: Field, stored: Any, language: str) -> tuple[tuple[Text, str], ...]:
    """The parts of a composite with their labels; an address reads better as one line."""
    if not field.parts or field.type == "address" or not isinstance(stored, Mapping):
        return ()
    return tuple(
        (part.label, shown(part, stored[name], language))
        for name, part in field.parts.items()
        if stored.get(name) is not None
    )


def _rows(field: Field, stored: Any, language: str) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    rows = [row for row in stored if isinstance(row, Mapping)] if isinstance(stored, list) else []
    return tuple(
        (
            str(row.get("row")),
            tuple(
                Cell(
                    f"/{field.name}/{row.get('row')}/{name}",
                    shown(column, row.get(name), language),
                    column.type in ("integer", "decimal", "money"),
                )
                for name, column in field.columns.items()
            ),
        )
        for row in rows
    )


def _origin(
    field: Field, stored: Any, provenance: Mapping[str, Mapping[str, Any]]
) -> Origin | None:
    below = f"/{field.name}/"
    found = {
        pointer: origin
        for pointer, origin in provenance.items()
        if pointer == f"/{field.name}" or pointer.startswith(below)
    }
    first = next((origin for origin in found.values() if origin.get("label")), None)
    if first is None:
        return None
    answers = leaves({field.name: field}, {field.name: stored})
    now = {pointer: value for pointer, _, value in answers}
    edited = any(_plain(now.get(at)) != _plain(origin["value"]) for at, origin in found.items())
    return Origin(dict(first["label"]), first.get("as_of"), edited)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("id") or value)
    return "" if value is None else str(value)
