"""From the sheets of a file to the rows of a table field (行の取込み). Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.cases.filing.entering import new_row_id, rows_of
from madoguchi.cases.spreadsheets.cells import Entries, answers_of, row_of
from madoguchi.cases.spreadsheets.leaves import Leaf, leaves_of, own_leaf
from madoguchi.cases.spreadsheets.matching import Matched, matched
from madoguchi.cases.spreadsheets.reading import (
    SheetRows,
    SpreadsheetError,
    spreadsheet_error,
)
from madoguchi.procedures.service import MOST_ROWS, Field

REPLACE, APPEND = MODES = ("replace", "append")
_ROW_ID = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")
ROW_ID = own_leaf("row", "行ID(変更しないでください)", "Row id (do not change)")


@dataclass(frozen=True)
class Loaded:
    """What a file holds for a table: rows as a draft keeps them, the line each came from.

    `columns`: the names of the table's columns the file has; `unknown`: headings nobody asked for.
    """

    rows: Sequence[Mapping[str, Any]]
    lines: Mapping[str, int]
    columns: frozenset[str]
    unknown: tuple[str, ...]


def columns_of(field: Field) -> list[Leaf]:
    """The columns of a table that people fill in."""
    return leaves_of(field.columns.values(), f"/{field.name}/*")


def load_rows(
    book: Sequence[SheetRows], field: Field, entries: Entries, taken: Collection[str]
) -> Loaded:
    """The rows of the sheet that has the table's headings. SpreadsheetError.

    Rows keep the id the file names for them, so that corrections and files stay with them; others
    get one that is not among `taken`.
    """
    leaves = [ROW_ID, *columns_of(field)]
    sheet, found = _sheet_of(book, leaves)
    present = {leaf.path for leaf in found.places.values()}
    for leaf in leaves:
        if leaf.required and leaf.path not in present:
            raise spreadsheet_error("column_missing", column=leaf.heading)
    readers = answers_of(found.places, entries)
    rows, lines, used = [], {}, {str(name) for name in taken}
    for line, cells in enumerate(sheet.rows[found.first_row :], found.first_row + 1):
        row = row_of(readers, cells)
        name = str(row.pop("row", ""))
        if not row:
            continue
        if not _ROW_ID.match(name) or name in lines:
            name = _free(used)
        used.add(name)
        rows.append({**row, "row": name})
        lines[name] = line
    if not rows:
        raise spreadsheet_error("no_rows")
    if len(rows) > MOST_ROWS:
        raise spreadsheet_error(
            "too_many_rows", sheet=sheet.name, rows=f"{len(rows):,}", limit=f"{MOST_ROWS:,}"
        )
    names = frozenset(leaf.steps[0] for leaf in found.places.values() if leaf is not ROW_ID)
    return Loaded(rows, lines, names, found.unknown)


def combined(old: Any, loaded: Loaded, mode: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The rows of the table afterwards, and the line of the file each new one came from.

    A row the file names again keeps what the file has no column for.
    """
    before = rows_of(old)
    if mode == APPEND:
        used = {str(row["row"]) for row in before}
        added = []
        for row in loaded.rows:
            name = row["row"] if row["row"] not in used else _free(used)
            used.add(name)
            added.append({**row, "row": name})
        lines = {
            new["row"]: loaded.lines[row["row"]]
            for new, row in zip(added, loaded.rows, strict=True)
        }
        return [*before, *added], lines
    known = {row["row"]: row for row in before}
    rows = [
        {
            **{k: v for k, v in known.get(row["row"], {}).items() if k not in loaded.columns},
            **row,
        }
        for row in loaded.rows
    ]
    return rows, dict(loaded.lines)


def _sheet_of(book: Sequence[SheetRows], leaves: Sequence[Leaf]) -> tuple[SheetRows, Matched]:
    best: tuple[SheetRows, Matched] | None = None
    refusal: SpreadsheetError | None = None
    for sheet in book:
        try:
            found = matched(sheet, leaves)
        except SpreadsheetError as fault:
            if refusal is None or refusal.code == "no_heading":
                refusal = fault
            continue
        if best is None or len(found.places) > len(best[1].places):
            best = (sheet, found)
    if best is None:
        raise refusal or spreadsheet_error("no_sheet")
    return best


def _free(used: Collection[str]) -> str:
    while (name := new_row_id()) in used:
        pass
    return name
