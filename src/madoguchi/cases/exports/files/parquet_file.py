"""Parquet: typed columns named by stable path, labels in the metadata of each column."""

from collections.abc import Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from madoguchi.cases.exports.sheets import (
    DAY,
    INTEGER,
    LIST,
    MOMENT,
    NUMBER,
    TEXT,
    YEN,
    YES_NO,
    Row,
    Sheet,
)
from madoguchi.kernel.language import pick

# Decimals as filed: up to 12 digits behind the point and 26 before it; integers up to 20 digits.
TYPES = {
    TEXT: pa.string(),
    INTEGER: pa.decimal128(20, 0),
    YEN: pa.int64(),
    NUMBER: pa.decimal128(38, 12),
    DAY: pa.date32(),
    MOMENT: pa.timestamp("us", "Asia/Tokyo"),
    YES_NO: pa.bool_(),
    LIST: pa.list_(pa.string()),
}
GROUP = 4_000  # rows of a row group: what is held in memory


class ParquetFile:
    """One sheet as Parquet."""

    def __init__(self, sheets: Sequence[Sheet], out: IO[bytes]) -> None:
        (sheet,) = sheets
        self._schema = pa.schema(
            [
                pa.field(
                    column.path,
                    TYPES[column.kind],
                    metadata={f"label_{la}": pick(column.label, la) for la in ("ja", "en")},
                )
                for column in sheet.columns
            ]
        )
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")
        self._rows: list[Row] = []

    def write(self, sheet: int, rows: Sequence[Row]) -> None:
        """Add rows; a group of them is written when it is full."""
        self._rows.extend(rows)
        if len(self._rows) >= GROUP:
            self._flush()

    def close(self) -> None:
        """Write the last group and the footer."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = [
            _array(list(cells), field.type)
            for cells, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
        ]
        self._writer.write_table(pa.table(columns, schema=self._schema))
        self._rows = []


def _array(cells: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_decimal(kind):
        # Decimals are kept as text: Arrow reads them without a Decimal for each.
        return pa.array([None if c is None else str(c) for c in cells], pa.string()).cast(kind)
    return pa.array(cells, kind)
