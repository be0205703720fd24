"""Writing sheets as files, one file of this folder a format.

A writer is made with sheets and an open binary file, takes rows sheet by sheet in any order, and
completes the file when it is closed. CSV and Parquet hold one sheet a file: several are zipped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from madoguchi.cases.exports.files.archive import Archive, MakeWriter, Writer
from madoguchi.cases.exports.files.csv_file import CsvFile
from madoguchi.cases.exports.files.json_file import JsonFile
from madoguchi.cases.exports.files.parquet_file import ParquetFile
from madoguchi.cases.exports.files.xlsx_file import MOST_ROWS, XlsxFile
from madoguchi.cases.exports.sheets import Sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Format:
    """A file format: ending, media type, its writer.

    `readable`: cells are for people (labels of options), not for programs (their keys).
    `single`: a file holds one sheet, several are zipped. `most_rows`: how many a sheet can hold.
    """

    name: str
    media_type: str
    make: MakeWriter
    readable: bool
    single: bool = False
    most_rows: int | None = None

    def writer(self, sheets: Sequence[Sheet], out: IO[bytes]) -> Writer:
        """A writer of these sheets."""
        if self._zipped(len(sheets)):
            return Archive(self.make, self.name, sheets, out)
        return self.make(sheets, out)

    def ending(self, sheets: int) -> str:
        """The ending of a file with so many sheets."""
        return f"{self.name}.zip" if self._zipped(sheets) else self.name

    def media(self, sheets: int) -> str:
        """The media type of a file with so many sheets."""
        return "application/zip" if self._zipped(sheets) else self.media_type

    def _zipped(self, sheets: int) -> bool:
        return self.single and sheets > 1


PARQUET = "application/vnd.apache.parquet"
FORMATS: Mapping[str, Format] = {
    "xlsx": Format("xlsx", XLSX, XlsxFile, readable=True, most_rows=MOST_ROWS),
    "csv": Format("csv", "text/csv; charset=utf-8", CsvFile, readable=True, single=True),
    "json": Format("json", "application/json", JsonFile, readable=False),
    "parquet": Format("parquet", PARQUET, ParquetFile, readable=False, single=True),
}
