"""JSON documents as filings (文書の取込): what fits a schema, in the places of its package."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from madoguchi.procedures.importers.form import Path, Question, Table
from madoguchi.procedures.importers.places import Place, Places
from madoguchi.procedures.importers.reading import listed, text_of


def entered(document: object, places: Places) -> dict[str, Any]:
    """The answers a document holds, as one would type them into the package's form."""
    answers: dict[str, Any] = {}
    for place in places.every:
        if place.table is not None:
            continue
        value: Any = None
        if isinstance(place.node, Table):
            value = list(_rows(document, place, places)) or None
        elif isinstance(place.node, Question) and place.node.calculate is None:
            value = _typed(_at(document, place.node.path), place)
        if value is not None:
            answers[place.name] = value
    return answers


def _at(document: object, path: Path) -> object:
    for step in path:
        document = document.get(step) if isinstance(document, Mapping) else None
    return document if path or not isinstance(document, Mapping) else None


def _typed(value: object, place: Place) -> Any:
    match value:
        case None | "" | []:
            return None
        case list():
            return [text_of(item) for item in value] if place.kind == "many" else None
        case bool():
            return value if place.kind == "boolean" else text_of(value)
        case int() | float() | Decimal() | str():
            return text_of(value)
    return None


def _rows(document: object, table: Place, places: Places) -> Iterator[dict[str, Any]]:
    """The rows of a table; those of an inner one say which row of the outer they are of."""
    columns, path = list(places.columns(table)), table.node.path
    if table.outer is None:
        yield from (_row(item, columns, path) for item in listed(_at(document, path)))
        return
    outer = table.outer.node.path
    for number, item in enumerate(listed(_at(document, outer)), 1):
        for inner in listed(_at(item, path[len(outer) :])):
            yield {table.outer.row_name: str(number), **_row(inner, columns, path)}


def _row(item: object, columns: list[Place], path: Path) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in columns:
        found = _at(item, column.node.path[len(path) :]) if isinstance(item, Mapping) else item
        value = _typed(found, column)
        if value is not None:
            row[column.name] = value
    return row
