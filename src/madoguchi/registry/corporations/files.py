"""Reading what the National Tax Agency publishes: CSV (Shift_JIS, UTF-8), XML, ZIP of them, Parquet.

Row by row, in constant memory: the full list has more than five million rows. A row that cannot be
read is a `Refused` with its place; what makes the whole file unusable raises FileFault.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from lxml import etree

from madoguchi.registry.corporations.record import BadRow, Incoming, Record, checked, read_row

LARGEST = 8 << 30  # unpacked; the full list has some 1.5 GB
_LONGEST_LINE = 20_000
_BATCH = 10_000
XML_NAMES = (
    "sequenceNumber corporateNumber process correct updateDate changeDate name nameImageId kind "
    "prefectureName cityName streetNumber addressImageId prefectureCode cityCode postCode "
    "addressOutside addressOutsideImageId closeDate closeCause successorCorporateNumber changeCause "
    "assignmentDate latest enName enPrefectureName enCityName enAddressOutside furigana hihyoji"
).split()


@dataclass(frozen=True)
class Refused:
    """A row that is no record: its place in the file (lines of CSV from 1) and why."""

    place: int
    why: str


class FileFault(ValueError):
    """The file as a whole cannot be used; the message says why, in English."""


def read_file(path: Path) -> Iterator[Incoming | Refused]:
    """The records of a file in their order. FileFault when it is damaged or of no known kind."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet(path)
        return
    with _unpacked(path) as (file, name):
        if name.lower().endswith(".xml"):
            yield from _xml(file)
        else:
            yield from _csv(file)


@contextmanager
def _unpacked(path: Path) -> Iterator[tuple[io.BufferedReader, str]]:
    """The file itself, or the one file of records within an archive."""
    try:
        if not zipfile.is_zipfile(path):
            if path.suffix.lower() == ".zip":
                raise FileFault("the archive is damaged or cut off")
            with path.open("rb") as file:
                yield file, path.name
            return
        with zipfile.ZipFile(path) as archive:
            inside = [
                item
                for item in archive.infolist()
                if item.filename.lower().endswith((".csv", ".xml"))
            ]
            if len(inside) != 1:
                raise FileFault(f"{len(inside)} files of records in the archive instead of one")
            if inside[0].file_size > LARGEST:
                raise FileFault(f"unpacked it has {inside[0].file_size} bytes")
            with archive.open(inside[0]) as file:
                yield io.BufferedReader(_Bounded(file)), inside[0].filename
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as fault:
        raise FileFault(f"the archive is damaged or cut off: {fault}") from fault


class _Bounded(io.RawIOBase):
    """A stream that ends with a fault where it becomes larger than it said (a bomb)."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._read = file, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._file.read(len(buffer))
        self._read += len(part)
        if self._read > LARGEST:
            raise FileFault(f"unpacked it has more than {LARGEST} bytes")
        buffer[: len(part)] = part
        return len(part)


def _csv(file: io.BufferedReader) -> Iterator[Incoming | Refused]:
    start = file.peek()
    encoding = _encoding(start)
    lines = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
    reader = csv.reader(_bounded_lines(lines), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            yield Refused(reader.line_num, f"not CSV: {fault}")
            continue
        if not row:
            continue
        try:
            if any(0xDC80 <= ord(c) <= 0xDCFF for field in row for c in field):
                raise BadRow(f"bytes that are not {encoding}")
            yield read_row(row)
        except BadRow as fault:
            yield Refused(reader.line_num, str(fault))


def _bounded_lines(lines: io.TextIOWrapper) -> Iterator[str]:
    while line := lines.readline(_LONGEST_LINE):
        if len(line) >= _LONGEST_LINE:
            raise FileFault(f"a line of more than {_LONGEST_LINE} characters: this is no such CSV")
        yield line


def _encoding(start: bytes) -> str:
    """UTF-8 (with or without a mark) or Shift_JIS, by how it starts, which may end amid a character."""
    if b"\0" in start:
        raise FileFault("this is no text")
    for encoding in ("utf-8-sig", "cp932"):
        for cut in range(4):
            try:
                start[: len(start) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return "cp932"  # a damaged row or two: they are reported, the others read


def _xml(file: io.BufferedReader) -> Iterator[Incoming | Refused]:
    found = etree.iterparse(
        file, events=("end",), tag="corporation", resolve_entities=False, no_network=True
    )
    place = 0
    try:
        for _, element in found:
            place += 1
            row = [(element.findtext(name) or "") for name in XML_NAMES]
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            try:
                yield read_row(row)
            except BadRow as fault:
                yield Refused(place, str(fault))
    except etree.XMLSyntaxError as fault:
        raise FileFault(f"the XML is damaged or cut off: {fault}") from fault


def _parquet(path: Path) -> Iterator[Incoming | Refused]:
    """A Parquet file with our own columns: the newest state of each corporation."""
    from pyarrow import ArrowException, ArrowInvalid
    from pyarrow.parquet import ParquetFile

    try:
        file = ParquetFile(path)
        missing = {"corporate_number", "process", "update_date", "name"} - set(
            file.schema_arrow.names
        )
        if missing:
            raise FileFault(f"columns are missing: {', '.join(sorted(missing))}")
        place = 0
        for batch in file.iter_batches(_BATCH):
            for row in batch.to_pylist():
                place += 1
                try:
                    yield Incoming(checked(_of_parquet(row)), latest=True)
                except BadRow as fault:
                    yield Refused(place, str(fault))
    except (ArrowInvalid, ArrowException, OSError) as fault:
        raise FileFault(f"the Parquet file is damaged: {fault}") from fault


def _of_parquet(row: dict[str, Any]) -> Record:
    def text(name: str) -> str:
        return row.get(name) or ""

    if row["update_date"] is None:
        raise BadRow("no update date")
    return Record(
        number=text("corporate_number"),
        updated_on=row["update_date"],
        sequence=0,
        process=f"{row['process']:02}" if row["process"] is not None else "",
        corrected=bool(row.get("corrected")),
        changed_on=row.get("change_date"),
        name=text("name"),
        name_image=text("name_image_id"),
        kind=text("kind"),
        prefecture=text("prefecture_name"),
        city=text("city_name"),
        street=text("street_number"),
        address_image="",
        prefecture_code=text("prefecture_code"),
        city_code=text("city_code"),
        postal_code=text("post_code"),
        abroad=text("address_outside"),
        abroad_image="",
        closed_on=row.get("close_date"),
        close_cause=text("close_cause"),
        successor=text("successor"),
        change_cause=text("change_cause"),
        assigned_on=row.get("assignment_date"),
        english_name=text("en_name"),
        english_prefecture="",
        english_city="",
        english_abroad="",
        kana=text("furigana"),
        hidden=bool(row.get("search_excluded")),
    )
