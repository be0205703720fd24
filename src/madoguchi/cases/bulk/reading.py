"""Reading what was uploaded (読込み): a workbook, a CSV file, or a ZIP with attachments beside it."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from madoguchi.cases.bulk.entries import Read, read_entries
from madoguchi.cases.bulk.plan import plans_of
from madoguchi.cases.bulk.shelf import book_in
from madoguchi.cases.spreadsheets.reading import SheetRows, read_book, spreadsheet_error
from madoguchi.documents.inspect.archive import Budget, open_archive, stream_entry
from madoguchi.documents.refusals import Refusal, refused
from madoguchi.documents.service import Accept
from madoguchi.procedures.service import Package

ACCEPT = Accept(("xlsx", "csv", "zip"), 20)
ZIP = "application/zip"


async def read_upload(path: Path, media_type: str, name: str, package: Package) -> Read:
    """The filings of a stored file. SpreadsheetError, DocumentError, CaseError say what to do."""
    book = await _book(path, media_type, name)
    return await asyncio.to_thread(read_entries, book, plans_of(package))


async def _book(path: Path, media_type: str, name: str) -> Sequence[SheetRows]:
    if media_type != ZIP:
        return await read_book(path, media_type, name)
    with tempfile.TemporaryDirectory(prefix="madoguchi-bulk-") as folder:
        inner = Path(folder) / "book.xlsx"
        try:
            found = await asyncio.to_thread(_unpacked, path, inner)
        except Refusal as fault:
            raise refused(fault, name) from fault
        if found == "xlsx":
            return await read_book(inner, "", name)
    if found == "csv":
        return await read_book(path, media_type, name, top_only=True)
    raise spreadsheet_error("no_sheet")


def _unpacked(path: Path, inner: Path) -> str:
    """Unpack the workbook of a ZIP; "xlsx", "csv" when there are CSV files instead, or ""."""
    with path.open("rb") as file, open_archive(file) as archive:
        workbook, csv = book_in(archive)
        if workbook is None:
            return "csv" if csv else ""
        with inner.open("wb") as out:
            for part in stream_entry(archive, workbook, Budget()):
                out.write(part)
        return "xlsx"
