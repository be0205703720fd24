"""Files of activities: which of gBizINFO's they are, and their rows one by one, in constant memory.

CSV in the vocabulary edition, the simple list of procurements, JSON records of the interface, each
also within a ZIP. A row that cannot be read is `Refused` with its place.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from madoguchi.registry.activities import columns as c
from madoguchi.registry.activities import procurements, records, vocabulary
from madoguchi.registry.activities.kinds import DOWNLOAD_SETS
from madoguchi.registry.activities.published import Published, storable
from madoguchi.registry.opening import (
    BadRow,
    FileFault,
    Refused,
    bounded_lines,
    encoding_of,
    rows_of,
    unpacked,
)

LARGEST_JSON = 64 << 20  # one record with 6,353 patents has 3 MB
_ENDINGS = (".csv", ".json")
_DEEPEST = "nested too deep"

Row = Published | Refused


class Opened(NamedTuple):
    """A file that was understood: the source its rows are of, and the rows."""

    source: str
    rows: Iterator[Row]


@contextmanager
def opened(path: Path, kind: str = "") -> Iterator[Opened]:
    """A file of activities. FileFault when it is damaged, or of no known kind.

    Files of notifications, commendations and procurements have the same columns: their name tells
    which it is (TodokedeNinteijoho_UTF-8.csv), or `kind` when it was renamed.
    """
    with unpacked(path, _ENDINGS) as (file, name):
        if name.lower().endswith(".json"):
            yield Opened("json:gbizinfo", _json(file))
            return
        encoding = encoding_of(file.peek())
        lines = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
        reader = csv.reader(bounded_lines(lines), strict=True)
        header = _header(reader)
        source, read = _format(header, f"{path.name} {name}", kind)
        yield Opened(source, _csv(reader, header, read))


def _header(reader: Any) -> list[str]:
    try:
        header = [name.strip("\ufeff ") for name in next(reader)]
    except StopIteration:
        raise FileFault("the file is empty") from None
    except csv.Error as fault:
        raise FileFault(f"not CSV: {fault}") from fault
    if len(set(header)) != len(header):
        raise FileFault("a column stands in it twice")
    return header


def _format(
    header: list[str], name: str, kind: str
) -> tuple[str, Callable[[Mapping[str, str]], Published]]:
    if set(procurements.COLUMNS) - {"joint_signatures"} <= set(header):
        return "csv:procurement", procurements.read_row
    if not {c.NUMBER, c.KEY, c.TITLE} <= set(header) and "職場情報-企業規模" not in header:
        raise FileFault("these are not the columns of a file of activities")
    kind = vocabulary.kind_by(header) or kind or _named(name)
    known = next((item for item in DOWNLOAD_SETS if item.kind == kind), None)
    if known is None:
        raise FileFault("its columns are those of several kinds: say which with --kind")
    return f"csv:{known.name}", lambda row: vocabulary.read_row(known.kind, row)


def _named(name: str) -> str:
    return next((item.kind for item in DOWNLOAD_SETS if item.name.lower() in name.lower()), "")


def _csv(
    reader: Any, header: list[str], read: Callable[[Mapping[str, str]], Published]
) -> Iterator[Row]:
    def whole(row: list[str]) -> Published:
        if len(row) != len(header):
            raise BadRow(f"{len(row)} columns instead of {len(header)}")
        return storable(read(dict(zip(header, row, strict=True))))

    return rows_of(reader, whole)


def _json(file: io.BufferedReader) -> Iterator[Row]:
    text = file.read(LARGEST_JSON + 1)
    if len(text) > LARGEST_JSON:
        raise FileFault(f"records of more than {LARGEST_JSON} bytes in one file")
    try:
        answer: Any = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise FileFault(f"not JSON: {str(fault) or _DEEPEST}") from fault
    place = 0
    found = records.records_in(answer)
    while True:
        try:
            record = next(found, None)
        except BadRow as fault:
            raise FileFault(str(fault)) from fault
        if record is None:
            return
        try:
            for row in records.read_record(record):
                place += 1
                yield storable(row)
        except (BadRow, RecursionError) as fault:
            yield Refused(place, str(fault) or _DEEPEST)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")
