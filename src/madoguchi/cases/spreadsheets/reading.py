"""Reading a spreadsheet somebody sent (読込み): XLSX, CSV, or CSV files in a ZIP."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from madoguchi.documents.crew import Crew, CrewError
from madoguchi.documents.service import Accept
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Texts

MOST_ROWS = 100_000
ACCEPT = Accept(("xlsx", "csv"), 30)
ACCEPT_MANY = Accept(("xlsx", "csv", "zip"), 30)
_SECONDS = 60.0
_crew = Crew("madoguchi.cases.spreadsheets.child", size=1, seconds=_SECONDS)
_TEXTS = Texts.load([Path(__file__).with_name("refusals.toml")])
_KINDS = {"text/csv": "csv", "application/zip": "zip"}

CellText = str | None


@dataclass(frozen=True)
class SheetRows:
    """One sheet: every row from the first on, cells as texts; merged ranges, counted from 0.

    `hidden`: the rows a spreadsheet does not show, counted from 0 (a filter, rows folded away).
    """

    name: str
    rows: Sequence[Sequence[CellText]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden: frozenset[int] = frozenset()


class SpreadsheetError(DomainError):
    """A spreadsheet cannot be read as it is (表計算ファイルの誤り)."""


def spreadsheet_error(code: str, **params: object) -> SpreadsheetError:
    """The error of that code of refusals.toml: what is wrong and what to do."""
    return SpreadsheetError(code, 422, _TEXTS.text(code), params)


async def read_book(
    path: Path, media_type: str, name: str, *, top_only: bool = False
) -> list[SheetRows]:
    """Every visible sheet of a stored file that has been inspected. SpreadsheetError.

    `top_only`: of a ZIP only the CSV files that lie in no folder, or with all others in one.
    """
    order = {
        "path": str(path),
        "kind": _KINDS.get(media_type, "xlsx"),
        "name": name,
        "most_rows": MOST_ROWS,
        "top_only": top_only,
    }
    try:
        answer, body = await _crew.do(order)
    except CrewError as fault:
        raise spreadsheet_error("broken") from fault
    if "refused" in answer:
        code = answer["refused"] if answer["refused"] in _TEXTS else "broken"
        raise spreadsheet_error(code, **answer["params"])
    return [
        SheetRows(
            sheet["name"],
            sheet["rows"],
            [tuple(place) for place in sheet["merged"]],
            frozenset(sheet["hidden"]),
        )
        for sheet in json.loads(body)
    ]
