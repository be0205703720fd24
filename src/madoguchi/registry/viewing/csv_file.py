"""What was published of a corporation as a CSV for spreadsheets (法人活動情報のCSV)."""

import csv
import io
from collections.abc import Iterable, Iterator

from madoguchi.kernel.csv_text import harmless
from madoguchi.registry.activities.kinds import KINDS
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.activities.provenance import provenance
from madoguchi.registry.viewing.acts import Shown, shown

COLUMNS = (
    "法人番号",
    "種類",
    "件名",
    "日付",
    "金額（円）",
    "府省",
    "対象",
    "出典",
    "更新日",
    "取得日",
)


def csv_lines(rows: Iterable[Activity]) -> Iterator[str]:
    """The file line by line, with the mark that tells spreadsheets it is UTF-8."""
    yield "\ufeff" + _line(COLUMNS)
    for row in rows:
        (act,) = shown([row])
        yield _line((row.number, KINDS[row.kind], *_cells(row, act)))


def _cells(row: Activity, act: Shown) -> tuple[str, ...]:
    return (
        harmless(act.title),
        act.day.isoformat() if act.day else "",
        "" if act.amount is None else str(act.amount),
        harmless(act.department),
        harmless(act.target),
        provenance(row.source, None, None).source,
        act.updated_on.isoformat(),
        act.acquired_on.isoformat(),
    )


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
