"""XLSX (ECMA-376), streamed: XlsxWriter makes the workbook, rows are poured into its sheets.

XlsxWriter's own constant-memory mode was measured to take twelve times as long for the rows.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import IO
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from madoguchi.cases.exports.files.archive import copy_in, spool
from madoguchi.cases.exports.sheets import DAY, MOMENT, NUMERIC, Cell, Column, Row, Sheet
from madoguchi.kernel.clock import as_jst
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import pick

LAST_ROW = 1_048_576
MOST_ROWS = LAST_ROW - 2  # below the headings
LONGEST_TEXT = 32_767
EXACT_DIGITS = 15  # spreadsheets compute with doubles: a longer number stays text
_EPOCH = date(1899, 12, 30)
_FIRST_DAY = date(1900, 3, 1)  # before, spreadsheets count a day that never was
_SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff&<>]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_END = b"</sheetData>"
_UNFIT_NAME = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31


class TooManyRows(DomainError):
    """A sheet of XLSX is full (XLSXの行数の上限)."""

    def __init__(self) -> None:
        super().__init__(
            "too_many_rows_for_xlsx",
            422,
            {
                "ja": "XLSXの1シートには{limit}行までしか入りません。CSVかParquetを選んでください。",
                "en": "A sheet of XLSX holds {limit} rows at most. Choose CSV or Parquet.",
            },
            {"limit": f"{MOST_ROWS:,}"},
        )


class XlsxFile:
    """A workbook: labels in both languages, stable paths below them, then the data."""

    def __init__(self, sheets: Sequence[Sheet], out: IO[bytes]) -> None:
        self._out = out
        self._skeleton, styles = _skeleton(sheets)
        self._cells = [
            [
                (xl_col_to_name(place), _writer_of(column, styles))
                for place, column in enumerate(sheet.columns)
            ]
            for sheet in sheets
        ]
        self._rows = [spool() for _ in sheets]
        self._next = [len(sheet.headings) + 1 for sheet in sheets]

    def write(self, sheet: int, rows: Sequence[Row]) -> None:
        """Add rows to a sheet. TooManyRows."""
        number, cells, parts = self._next[sheet], self._cells[sheet], []
        if number + len(rows) > LAST_ROW + 1:
            raise TooManyRows
        for row in rows:
            written = [
                write(f"{letters}{number}", cell)
                for (letters, write), cell in zip(cells, row, strict=True)
                if cell is not None
            ]
            parts.append(f'<row r="{number}">{"".join(written)}</row>')
            number += 1
        self._next[sheet] = number
        self._rows[sheet].write("".join(parts).encode())

    def close(self) -> None:
        """Put the rows into the workbook."""
        places = {f"xl/worksheets/sheet{n}.xml": rows for n, rows in enumerate(self._rows, 1)}
        with (
            zipfile.ZipFile(io.BytesIO(self._skeleton)) as skeleton,
            zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
        ):
            for name in skeleton.namelist():
                content = skeleton.read(name)
                if name not in places:
                    archive.writestr(name, content)
                    continue
                before, _, behind = _DIMENSION.sub(b"", content).partition(_END)
                with places[name] as rows:
                    copy_in(archive, name, [io.BytesIO(before), rows, io.BytesIO(_END + behind)])


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names spreadsheets accept: at most 31 characters, none of []:*?/\\', each once."""
    names: list[str] = []
    for title in titles:
        stem = _UNFIT_NAME.sub(" ", title).strip()[:LONGEST_NAME] or "sheet"
        name, count = stem, 1
        while name.lower() in (known.lower() for known in names):
            count += 1
            ending = f" ({count})"
            name = stem[: LONGEST_NAME - len(ending)] + ending
        names.append(name)
    return names


def _skeleton(sheets: Sequence[Sheet]) -> tuple[bytes, dict[str, int]]:
    """A workbook with headings and no data, and the numbers of the styles of days and moments."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    label = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    path = book.add_format({"font_color": "#767676", "font_size": 9})
    shapes = {
        DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
        MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    names = sheet_names([pick(sheet.title, "ja") for sheet in sheets])
    for sheet, name in zip(sheets, names, strict=True):
        page = book.add_worksheet(name)
        page.freeze_panes(len(sheet.headings), 1)
        for number, (texts, shape) in enumerate(zip(sheet.headings, (label, path), strict=False)):
            for place, text in enumerate(texts):
                page.write_string(number, place, text[:LONGEST_TEXT], shape)
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, _width(column), shapes.get(column.kind))
    book.close()
    return out.getvalue(), {kind: shape.xf_index or 0 for kind, shape in shapes.items()}


def _width(column: Column) -> float:
    return {DAY: 12, MOMENT: 20}.get(column.kind, 14 if column.kind in NUMERIC else 24)


def _writer_of(column: Column, styles: dict[str, int]) -> Callable[[str, Cell], str]:
    if column.kind in NUMERIC:
        return _number
    if column.kind == DAY:
        return lambda at, cell: _dated(at, cell, styles[DAY])
    if column.kind == MOMENT:
        return lambda at, cell: _dated(at, cell, styles[MOMENT])
    return _text


def _text(at: str, cell: Cell) -> str:
    text = str(cell)
    if _SPECIAL.search(text):
        text = escape(_CONTROL.sub("", text))
    if len(text) > LONGEST_TEXT:
        text = escape(_CONTROL.sub("", str(cell))[: LONGEST_TEXT - 1]) + "…"
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _number(at: str, cell: Cell) -> str:
    digits = str(cell)
    if len(digits.lstrip("-").replace(".", "")) > EXACT_DIGITS:
        return _text(at, cell)
    return f'<c r="{at}"><v>{digits}</v></c>'


def _dated(at: str, cell: Cell, style: int) -> str:
    if isinstance(cell, datetime):
        moment = as_jst(cell)
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
        return f'<c r="{at}" s="{style}"><v>{(moment.date() - _EPOCH).days + seconds / 86400:.9f}</v></c>'
    if isinstance(cell, date) and cell >= _FIRST_DAY:
        return f'<c r="{at}" s="{style}"><v>{(cell - _EPOCH).days}</v></c>'
    return _text(at, cell)
