"""Files of a table to download (ひな型・いまの行・直すところの一覧). Pure."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from madoguchi.cases.exports.answers import merged
from madoguchi.cases.exports.cases import ROW
from madoguchi.cases.exports.files import FORMATS
from madoguchi.cases.exports.sheets import Sheet
from madoguchi.cases.filing.tables.faults import MARK, RowFault
from madoguchi.cases.filing.tables.loading import ROW_ID, columns_of
from madoguchi.cases.spreadsheets.cells import Entries, written
from madoguchi.cases.spreadsheets.leaves import own_leaf
from madoguchi.cases.spreadsheets.templates import TemplateSheet, headings_csv, workbook
from madoguchi.kernel.language import pick
from madoguchi.procedures.service import Field, Package

FAULTS = own_leaf(MARK, "直すこと", "What to put right")
Rows = Sequence[Mapping[str, Any]]


def table_file(field: Field, rows: Rows, entries: Entries, language: str, format: str) -> bytes:
    """The template of a table, as XLSX or CSV; with rows, those and their ids."""
    leaves = [*([ROW_ID] if rows else []), *columns_of(field)]
    cells = [written(leaves, row, language, entries) for row in rows]
    sheet = TemplateSheet(field.name, dict(field.label), leaves, cells)
    return headings_csv([sheet]) if format == "csv" else workbook([sheet], language)


def filed_file(package: Package, case: Any, name: str, language: str) -> bytes:
    """The rows of a table of a case, as exports write them, calculated columns and all."""
    table = merged([package], language, official=False).tables[name]
    sheet = Sheet(name, table.title, (ROW, *table.columns.columns.values()))
    out = io.BytesIO()
    writer = FORMATS["xlsx"].writer([sheet], out)
    writer.write(0, list(table.rows(name, case)))
    writer.close()
    return out.getvalue()


def report_file(
    field: Field, rows: Rows, faults: Sequence[RowFault], entries: Entries, language: str
) -> bytes:
    """The faulty rows as XLSX, what is to be put right in front: corrected, they can be sent back."""
    said: dict[str, list[str]] = {}
    for fault in faults:
        if fault.number is not None and fault.severity == "error":
            said.setdefault(str(fault.row), []).append(pick(fault.message, language))
    leaves = [ROW_ID, *columns_of(field)]
    cells = [
        ["\n".join(said[row["row"]]), *written(leaves, row, language, entries)]
        for row in rows
        if row["row"] in said
    ]
    sheet = TemplateSheet(field.name, dict(field.label), [FAULTS, *leaves], cells)
    return workbook([sheet], language)
