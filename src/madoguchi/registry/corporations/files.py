"""Reading what the National Tax Agency publishes: CSV (Shift_JIS, UTF-8), XML, ZIP of them, Parquet.

Row by row, in constant memory: the full list has more than five million rows. A row that cannot be
read is a `Refused` with its place; what makes the whole file unusable raises FileFault.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from madoguchi.registry.corporations.record import Incoming, Record, checked, read_row
from madoguchi.registry.opening import BadRow, bounded_lines, encoding_of, rows_of, unpacked
from madoguchi.registry.opening import FileFault as FileFault
from madoguchi.registry.opening import Refused as Refused

_BATCH = 10_000
XML_NAMES = (
    "sequenceNumber corporateNumber process correct updateDate changeDate name nameImageId kind "
    "prefectureName cityName streetNumber addressImageId prefectureCode cityCode postCode "
    "addressOutside addressOutsideImageId closeDate closeCause successorCorporateNumber changeCause "
    "assignmentDate latest enName enPrefectureName enCityName enAddressOutside furigana hihyoji"
).split()


def read_file(path: Path) -> Iterator[Incoming | Refused]:
    """The records of a file in their order. FileFault when it is damaged or of no known kind."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet(path)
        return
    with unpacked(path, (".csv", ".xml")) as (file, name):
        if name.lower().endswith(".xml"):
            yield from _xml(file)
        else:
            yield from _csv(file)


def _csv(file: io.BufferedReader) -> Iterator[Incoming | Refused]:
    start = file.peek()
    encoding = encoding_of(start)
    lines = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
    reader = csv.reader(bounded_lines(lines), strict=True)

    def decoded(row: list[str]) -> Incoming:
        if any(0xDC80 <= ord(c) <= 0xDCFF for field in row for c in field):
            raise BadRow(f"bytes that are not {encoding}")
        return read_row(row)

    return rows_of(reader, decoded)


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
