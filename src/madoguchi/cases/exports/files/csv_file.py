"""CSV (RFC 4180) that Excel in Japan opens: UTF-8 with BOM, no cell taken for a formula.

The first row holds the labels in both languages, the second the stable paths, then come the data.
"""

import csv
import io
from collections.abc import Sequence
from typing import IO

from madoguchi.cases.exports.sheets import NUMERIC, Row, Sheet, text_of
from madoguchi.kernel.csv_text import BOM, harmless


class CsvFile:
    """One sheet as CSV."""

    def __init__(self, sheets: Sequence[Sheet], out: IO[bytes]) -> None:
        (sheet,) = sheets
        self._out = out
        self._numeric = frozenset(
            place for place, column in enumerate(sheet.columns) if column.kind in NUMERIC
        )
        out.write(BOM)
        self._put([[harmless(text) for text in texts] for texts in sheet.headings])

    def write(self, sheet: int, rows: Sequence[Row]) -> None:
        """Add rows."""
        self._put([self._cells(row) for row in rows])

    def close(self) -> None:
        """Nothing is left to write."""

    def _cells(self, row: Row) -> list[str]:
        numeric = self._numeric
        return [
            ""
            if cell is None
            else text_of(cell)
            if place in numeric or type(cell) is not str
            else harmless(cell)
            for place, cell in enumerate(row)
        ]

    def _put(self, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        self._out.write(text.getvalue().encode())
