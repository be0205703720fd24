"""Importing the survey (調査結果の取込み): a Parquet file replaces the whole catalogue of rows.

The file is checked before anything changes; then one transaction deletes and inserts, so that
readers see the old catalogue until the new one is complete, and a second import gives the same.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Table, delete, insert

from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.kernel.database import Database
from madoguchi.procedures.catalogue.editions import new_edition
from madoguchi.procedures.catalogue.errors import CatalogueError, not_a_survey
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.survey import (
    ALL_TEXT,
    COLUMNS,
    COUNT_COLUMNS,
    NEEDED,
    RATE_COLUMN,
    to_entry,
)

BATCH = 5_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportResult:
    """How many procedures were imported, and in how many seconds."""

    count: int
    seconds: float

    def __str__(self) -> str:
        return f"{self.count} procedures imported in {self.seconds:.1f} s"


async def import_survey(
    database: Database,
    path: Path,
    progress: Progress = lambda done, total: None,
    *,
    agencies: Mapping[str, str] | None = None,
    clock: Clock = system_clock,
) -> ImportResult:
    """Replace the catalogue's rows (also the sample's) with those of a survey file.

    `agencies` maps the survey's ministry names to agency ids. `progress(done, total)` is called
    after each batch. Raises CatalogueError, with nothing changed, when the file is missing, is no
    Parquet, lacks a column, has one of another type, an empty needed cell or a 手続ID twice.
    """
    started = time.monotonic()
    total = await asyncio.to_thread(check, path)
    table: Table = CatalogueEntry.__table__  # type: ignore[assignment]
    done = 0
    async with database.session() as session:
        connection = await session.connection()
        await connection.execute(delete(table))
        for batch in _batches(path):
            entries = await asyncio.to_thread(_entries, batch, agencies or {})
            await connection.execute(insert(table), entries)
            done += len(entries)
            progress(done, total)
        await new_edition(session, "entries", done, path.name, clock)
        await session.commit()
    return ImportResult(done, time.monotonic() - started)


def check(path: Path) -> int:
    """Number of rows of a survey file fit to be imported; CatalogueError when it is not."""
    try:
        with pq.ParquetFile(path) as file:
            _check_schema(file.schema_arrow)
            needed = file.read(columns=list(NEEDED))
    except FileNotFoundError:
        raise not_a_survey(
            {"ja": f"ファイルがありません: {path}", "en": f"There is no such file: {path}"}
        ) from None
    except (pa.ArrowException, OSError) as fault:
        raise not_a_survey(
            {
                "ja": f"Parquet形式のファイルとして読めません: {path.name}",
                "en": f"It cannot be read as Parquet: {path.name}",
            }
        ) from fault
    _check_rows(needed)
    return int(needed.num_rows)


def _check_schema(schema: pa.Schema) -> None:
    missing = [column for column in COLUMNS if column not in schema.names]
    if missing:
        raise _fault("足りない列があります", "Columns are missing", missing)
    wrong = [column for column in COLUMNS if not _fits(column, schema.field(column).type)]
    if wrong:
        raise _fault("型の違う列があります", "Columns have another type", wrong)


def _fits(column: str, kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_null(kind):
        return column not in NEEDED
    if column in COUNT_COLUMNS:
        return bool(pa.types.is_integer(kind))
    if column == RATE_COLUMN:
        return bool(
            pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
        )
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_rows(needed: pa.Table) -> None:
    if not needed.num_rows:
        raise not_a_survey({"ja": "1件も入っていません。", "en": "It holds no rows."})
    for column in NEEDED:
        for row, value in enumerate(needed.column(column).to_pylist(), start=1):
            if value is None or not value.strip():
                raise _fault("空の欄があります", "A cell is empty", [f"{column}: {row}"])
    seen: set[str] = set()
    for entry_id in needed.column("手続ID").to_pylist():
        if entry_id in seen or len(entry_id) > 40:
            raise _fault(
                "手続IDが重複しているか長すぎます", "An ID recurs or is too long", [entry_id]
            )
        seen.add(entry_id)


def _fault(ja: str, en: str, names: list[str]) -> CatalogueError:
    listed = "、".join(names[:10])
    return not_a_survey({"ja": f"{ja}: {listed}", "en": f"{en}: {listed}"})


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(BATCH, columns=list(COLUMNS))


def _entries(batch: pa.RecordBatch, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = batch.to_pylist()
    for row in rows:
        for column in ALL_TEXT:
            # PostgreSQL cannot store NUL, and no name needs it.
            if row[column] is not None and "\0" in row[column]:
                row[column] = row[column].replace("\0", "")
    return [to_entry(row, agencies) for row in rows]
