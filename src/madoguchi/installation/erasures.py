"""Writing the list of erasures for an auditor, as CSV or as JSON lines."""

import csv
import json
from collections.abc import Collection, Mapping
from typing import IO, Any, Literal

from madoguchi.cases.retention.auditing import COLUMNS, erasures
from madoguchi.kernel.canonical import plain
from madoguchi.kernel.csv_text import BOM, harmless
from madoguchi.kernel.database import create_database
from madoguchi.settings import Settings

Form = Literal["csv", "jsonl"]


async def write_erasures(out: IO[str], states: Collection[str], form: Form) -> int:
    """Write every erasure in these states, oldest first; how many. Constant memory."""
    database = create_database(Settings().url)
    lines, count = csv.writer(out), 0
    if form == "csv":
        out.write(BOM.decode())
        lines.writerow(COLUMNS)
    try:
        async for row in erasures(database, states):
            count += 1
            value: Mapping[str, Any] = plain(row)
            if form == "csv":
                lines.writerow([_cell(value[name]) for name in COLUMNS])
            else:
                out.write(f"{json.dumps(value, ensure_ascii=False)}\n")
    finally:
        await database.dispose()
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, dict):
        return " ".join(f"{name}={number}" for name, number in sorted(value.items()))
    return harmless(str(value))
