"""Where a page asks for corporations (法人を尋ねる欄): in questions of their own and in rows. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from madoguchi.cases.filing.entering import MOST_ROWS, rows_of
from madoguchi.procedures.service import Field, Package, Page


class Place(NamedTuple):
    """A corporation a page asks for: its JSON Pointer, its question, what was entered of it."""

    pointer: str
    field: Field
    entered: Mapping[str, Any]


def corporations(package: Package, page: Page, entered: Mapping[str, Any]) -> Iterator[Place]:
    """Every corporation that can be entered on a page; rows of tables too long for it are not."""
    for name in page.fields:
        field, value = package.fields[name], entered.get(name)
        if field.for_officials:
            continue
        if field.type == "corporation":
            yield Place(f"/{name}", field, _parts(value))
        columns = [column for column in field.columns.values() if column.type == "corporation"]
        rows = rows_of(value) if columns else []
        for row in rows if len(rows) <= MOST_ROWS else ():
            for column in columns:
                pointer = f"/{name}/{row['row']}/{column.name}"
                yield Place(pointer, column, _parts(row.get(column.name)))


def place_at(
    package: Package, page: Page, entered: Mapping[str, Any], pointer: str
) -> Place | None:
    """The corporation at a pointer; None where the page asks for none."""
    places = corporations(package, page, entered)
    return next((place for place in places if place.pointer == pointer), None)


def put(entered: Mapping[str, Any], pointer: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with another corporation at a pointer that `corporations` gave."""
    name, *rest = pointer.removeprefix("/").split("/")
    if not rest:
        return {**entered, name: dict(value)}
    row_id, column = rest
    rows = [
        {**row, column: dict(value)} if row["row"] == row_id else row
        for row in rows_of(entered.get(name))
    ]
    return {**entered, name: rows}


def _parts(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
