"""The process that reads spreadsheets (表計算ファイルを読む子プロセス): hostile files harm only it.

Every cell becomes the text a person would type: 12 and not 12.0, 2026-04-01, true.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from madoguchi.cases.spreadsheets.hidden import hidden_rows
from madoguchi.documents.crew_member import serve
from madoguchi.documents.inspect.archive import Budget, entry_name, open_archive, read_entry
from madoguchi.documents.inspect.text import decode
from madoguchi.documents.refusals import Refusal

MEMORY = 1_500_000_000
MOST_COLUMNS = 1000
MOST_CELLS = 3_000_000
LONGEST_CELL = 40_000
_DELIMITERS = ",\t;"
_LONGEST_FORMULA = 10_000
_FAULTY = re.compile(
    rb"""<c\b[^>]*?\br=["']([A-Z]{1,3}[0-9]{1,7})["'][^>]*>"""
    rb"""(?:<f\b[^>]*/?>(?:[^<]*</f>)?(?:<v\s*/>|<v></v>)?</c>|(?:<f\b[^>]*/?>(?:[^<]*</f>)?)?<v>\#)"""
)


class Unreadable(Exception):
    """The file cannot be read; a key of reading.REFUSALS and what fills it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def read(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Order: path, kind (xlsx, csv, zip), name, most_rows, top_only. Answer: sheets, or refused."""
    csv.field_size_limit(LONGEST_CELL)
    archive = _top_archive if order.get("top_only") else _archive
    readers = {"xlsx": _workbook, "csv": _single, "zip": archive}
    try:
        sheets = list(readers[order["kind"]](order["path"], order["name"]))
        for sheet in sheets:
            _within(sheet, order["most_rows"])
    except Unreadable as refusal:
        return {"refused": refusal.code, "params": refusal.params}, b""
    except (CalamineError, Refusal, zipfile.BadZipFile, OSError) as fault:
        return {"refused": getattr(fault, "code", "broken"), "params": {}}, b""
    return {}, json.dumps(sheets, ensure_ascii=False).encode()


def _workbook(path: str, name: str) -> Iterator[dict[str, Any]]:
    _check_formulas(path)
    hidden = hidden_rows(path)
    with CalamineWorkbook.from_path(path) as book:
        for about in book.sheets_metadata:
            if about.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(about.name)
            yield {
                "name": about.name,
                "rows": _rows(sheet),
                "merged": _merged(sheet),
                "hidden": hidden.get(about.name, []),
            }


def _check_formulas(path: str) -> None:
    """A formula whose result is an error, or was never kept, would be read as an empty cell."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/sheet"):
                continue
            with archive.open(name) as part:
                before = b""
                while chunk := part.read(1 << 20):
                    found = _FAULTY.search(before + chunk)
                    if found:
                        raise Unreadable("formula", cell=found[1].decode())
                    before = chunk[-_LONGEST_FORMULA:]


def _rows(sheet: CalamineSheet) -> list[list[str | None]]:
    height, width = sheet.total_height, sheet.total_width
    if height * width > MOST_CELLS or width > MOST_COLUMNS:
        raise Unreadable("too_wide" if width > MOST_COLUMNS else "too_many_cells", sheet=sheet.name)
    rows = sheet.to_python(skip_empty_area=False)
    return _trimmed([[_text(cell) for cell in row] for row in rows])


def _merged(sheet: CalamineSheet) -> list[list[int]]:
    """Merged ranges as [first row, first column, last row, last column], counted from 0."""
    return [[*start, *end] for start, end in sheet.merged_cell_ranges or ()]


def _single(path: str, name: str) -> Iterator[dict[str, Any]]:
    with open(path, "rb") as file:
        yield _csv(file.read(), name)


def _archive(path: str, name: str, chosen: Collection[str] = ()) -> Iterator[dict[str, Any]]:
    budget = Budget()
    with open(path, "rb") as file, open_archive(file) as archive:
        for entry in archive.infolist():
            label = entry_name(entry).replace("\\", "/")
            if chosen and label not in chosen:
                continue
            label = label.rpartition("/")[2]
            if label.lower().endswith(".csv"):
                yield _csv(read_entry(archive, entry, budget).read(), label)


def _top_archive(path: str, name: str) -> Iterator[dict[str, Any]]:
    """The CSV files nearest to the top: those in folders below are attachments."""
    with open(path, "rb") as file, open_archive(file) as archive:
        names = [entry_name(e).replace("\\", "/") for e in archive.infolist() if not e.is_dir()]
    found = [entry for entry in names if entry.lower().endswith(".csv")]
    depth = min((entry.count("/") for entry in found), default=0)
    chosen = {entry for entry in found if entry.count("/") == depth}
    yield from _archive(path, name, chosen)


def _csv(content: bytes, name: str) -> dict[str, Any]:
    text = decode(content).rstrip("\x1a")
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str | None]] = []
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise Unreadable("too_wide", sheet=name)
            rows.append([_plain(cell) for cell in row])
    except csv.Error as fault:
        code = "cell_too_long" if "field larger" in str(fault) else "broken_csv"
        raise Unreadable(code, line=reader.line_num) from fault
    return {
        "name": name.rpartition(".")[0] or name,
        "rows": _trimmed(rows),
        "merged": [],
        "hidden": [],
    }


def _plain(cell: str) -> str | None:
    return cell if cell.strip() else None


def _text(cell: object) -> str | None:
    match cell:
        case None | "":
            return None
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            moment = cell.replace(microsecond=0)
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return _plain(str(cell)[:LONGEST_CELL])


def _trimmed(rows: list[list[str | None]]) -> list[list[str | None]]:
    """Without the empty rows at the end, which a format on whole columns leaves behind."""
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    return rows


def _within(sheet: dict[str, Any], most_rows: int) -> None:
    count = sum(any(cell is not None for cell in row) for row in sheet["rows"])
    if count > most_rows:
        raise Unreadable(
            "too_many_rows", sheet=sheet["name"], rows=f"{count:,}", limit=f"{most_rows:,}"
        )


if __name__ == "__main__":
    serve(read, memory=MEMORY)
