"""Files made of the rows (結果のファイル): what to put right, and which arrival number each row got."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.lines import entry_of, messages
from madoguchi.cases.bulk.models import FAULTY, BulkFiling, BulkRow
from madoguchi.cases.bulk.plan import plans_of
from madoguchi.cases.bulk.queries import every_row
from madoguchi.cases.bulk.templates import to_mend
from madoguchi.cases.exports.sheets import text_of
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.procedures.service import Package

HEADS = {
    "line": "ファイルの行 / Line",
    "key": "整理番号 / Your reference",
    "applicant": "申請者 / Applicant",
    "client": "申請者の法人番号 / Corporate number",
    "state": "状態 / State",
    "arrival_number": "到達番号 / Arrival number",
    "arrived_at": "到達日時 / Arrived at",
    "faults": "直すこと / What to put right",
}


async def faults_file(
    session: AsyncSession, bulk: BulkFiling, package: Package, language: str, format: str
) -> bytes:
    """The rows to put right, the reason in front: corrected, the file can be sent back."""
    found = [row async for row in every_row(session, bulk.id, state=FAULTY)]
    said = {place: messages(package, row, language) for place, row in enumerate(found)}
    entries = [entry_of(row) for row in found]
    return await asyncio.to_thread(to_mend, plans_of(package), entries, said, language, format)


async def results_csv(
    session: AsyncSession,
    bulk: BulkFiling,
    package: Package,
    language: str,
    state_name: Callable[[str], str],
) -> AsyncIterator[bytes]:
    """Every row with its arrival number, as CSV for spreadsheets, in pieces."""
    yield BOM + _line(list(HEADS.values()))
    async for row in every_row(session, bulk.id):
        yield _line(_cells(package, row, language, state_name))


def _cells(
    package: Package, row: BulkRow, language: str, state_name: Callable[[str], str]
) -> list[str]:
    return [
        str(row.line),
        row.key,
        row.organisation_name,
        row.client,
        state_name(row.state),
        row.arrival_number or "",
        text_of(row.arrived_at) if row.arrived_at is not None else "",
        " / ".join(messages(package, row, language)),
    ]


def _line(cells: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()
