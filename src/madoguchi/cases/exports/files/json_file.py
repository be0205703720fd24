"""JSON: columns and rows of each sheet; rows as objects by stable path, empty answers left out."""

import json
import shutil
from collections.abc import Sequence
from typing import IO

from madoguchi.cases.exports.files.archive import spool
from madoguchi.cases.exports.sheets import Row, Sheet
from madoguchi.kernel.canonical import plain

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class JsonFile:
    """{"sheets": [{"name", "title", "columns": [{"path", "label", "kind"}], "rows": […]}]}.

    The first sheet goes out as it comes; the others wait until it is complete.
    """

    def __init__(self, sheets: Sequence[Sheet], out: IO[bytes]) -> None:
        self._paths = [[column.path for column in sheet.columns] for sheet in sheets]
        self._files = [out, *(spool() for _ in sheets[1:])]
        self._begun = [False] * len(sheets)
        out.write(b'{"sheets":[')
        for file, sheet in zip(self._files, sheets, strict=True):
            file.write(_head(sheet).encode())

    def write(self, sheet: int, rows: Sequence[Row]) -> None:
        """Add rows to a sheet."""
        if not rows:
            return
        paths = self._paths[sheet]
        text = ",".join(
            _encode(
                {
                    path: cell if type(cell) in (str, int, list) else plain(cell)
                    for path, cell in zip(paths, row, strict=True)
                    if cell is not None
                }
            )
            for row in rows
        )
        self._files[sheet].write((("," if self._begun[sheet] else "") + text).encode())
        self._begun[sheet] = True

    def close(self) -> None:
        """Write the sheets that waited, and the end."""
        out, *waiting = self._files
        for file in waiting:
            out.write(b"]},")
            file.seek(0)
            with file:
                shutil.copyfileobj(file, out)
        out.write(b"]}]}")


def _head(sheet: Sheet) -> str:
    columns = [
        {"path": column.path, "label": column.label, "kind": column.kind}
        for column in sheet.columns
    ]
    head = _encode({"name": sheet.name, "title": sheet.title, "columns": columns})
    return head[:-1] + ',"rows":['
