"""Reading the files the National Tax Agency publishes, whole and damaged."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from madoguchi.registry.corporations.files import XML_NAMES, FileFault, Refused, read_file
from madoguchi.registry.corporations.record import Incoming
from tests.registry.corporations.records import as_csv, number, row

ROWS = [row(serial, sequence=serial) for serial in (1, 2, 3)]


def names(path: Path) -> list[str]:
    return [
        item.record.name if isinstance(item, Incoming) else item.why for item in read_file(path)
    ]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def as_xml(rows: list[list[str]]) -> bytes:
    body = "".join(
        "<corporation>"
        + "".join(
            f"<{name}>{value}</{name}>" for name, value in zip(XML_NAMES, columns, strict=True)
        )
        + "</corporation>"
        for columns in rows
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><corporations><count>3</count>{body}</corporations>'.encode()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("readme.txt", "説明")
    return out.getvalue()


EXPECTED = ["株式会社窓口1", "株式会社窓口2", "株式会社窓口3"]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_csv_in_any_of_its_encodings(tmp_path: Path, encoding: str) -> None:
    assert names(written(tmp_path / "diff.csv", as_csv(ROWS, encoding))) == EXPECTED


def test_xml_and_archives(tmp_path: Path) -> None:
    assert names(written(tmp_path / "diff.xml", as_xml(ROWS))) == EXPECTED
    assert names(written(tmp_path / "a.zip", zipped("diff.csv", as_csv(ROWS)))) == EXPECTED
    assert names(written(tmp_path / "b.zip", zipped("diff.xml", as_xml(ROWS)))) == EXPECTED


def test_parquet_of_newest_states(tmp_path: Path) -> None:
    table = pa.table(
        {
            "corporate_number": [number(1), number(2), "123"],
            "process": [1, 21, 1],
            "update_date": [date(2026, 6, 1)] * 3,
            "name": ["甲", "乙", "丙"],
            "kind": ["301", "305", "301"],
            "search_excluded": [False, True, False],
        }
    )
    pq.write_table(table, tmp_path / "all.parquet")
    one, two, three = read_file(tmp_path / "all.parquet")
    assert isinstance(one, Incoming)
    assert (one.record.name, one.record.process, one.record.sequence) == ("甲", "01", 0)
    assert isinstance(two, Incoming)
    assert two.record.hidden
    assert three == Refused(3, "not a corporate number: '123'")


def test_a_broken_row_is_told_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    content = as_csv([ROWS[0], row(2, number="1234567890123"), ROWS[2]])
    found = list(read_file(written(tmp_path / "diff.csv", content)))
    assert [type(item) for item in found] == [Incoming, Refused, Incoming]
    assert found[1] == Refused(2, "not a corporate number: '1234567890123'")


def test_bytes_of_another_encoding_spoil_their_row_only(tmp_path: Path) -> None:
    content = (
        as_csv(ROWS[:1] * 50, "utf-8") + as_csv(ROWS[1:2], "cp932") + as_csv(ROWS[2:], "utf-8")
    )
    path = written(tmp_path / "diff.csv", b"x" * 0 + as_csv(ROWS[:1] * 90, "utf-8") + content)
    found = list(read_file(path))
    assert isinstance(found[-1], Incoming)
    assert [item.why for item in found if isinstance(item, Refused)] == [
        "bytes that are not utf-8-sig"
    ]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.zip", zipped("diff.csv", as_csv(ROWS))[:-40], "cut off"),
        ("a.zip", zipped("diff.txt", as_csv(ROWS)), "0 files"),
        ("a.zip", b"", "damaged"),
        ("a.xml", as_xml(ROWS)[:-30], "cut off"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;', "cut off"),
        ("a.csv", b"\x00\x01" * 5_000, "no text"),
        ("a.csv", b"a" * 30_000, "characters"),
        ("a.parquet", b"PAR1 nothing", "damaged"),
    ],
)
def test_what_cannot_be_used_is_a_fault(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(FileFault, match=why):
        list(read_file(written(tmp_path / name, content)))


def test_a_parquet_file_of_something_else(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1]}), tmp_path / "x.parquet")
    with pytest.raises(FileFault, match="columns are missing"):
        list(read_file(tmp_path / "x.parquet"))


def test_a_cut_row_is_refused(tmp_path: Path) -> None:
    found = list(read_file(written(tmp_path / "a.csv", as_csv(ROWS)[:-20])))
    assert isinstance(found[-1], Refused)
