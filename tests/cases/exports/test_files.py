"""The formats: what is written is read back unchanged by programs others wrote."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from madoguchi.cases.exports.files import FORMATS
from madoguchi.cases.exports.files.xlsx_file import LAST_ROW, TooManyRows, XlsxFile, sheet_names
from madoguchi.cases.exports.sheets import Column, Row, Sheet

COLUMNS = (
    Column("/name", {"ja": "名称", "en": "Name"}),
    Column("/count", {"ja": "数", "en": "Count"}, "integer"),
    Column("/price", {"ja": "金額", "en": "Price"}, "yen"),
    Column("/volume", {"ja": "容量", "en": "Volume"}, "number"),
    Column("/from", {"ja": "開始日", "en": "From"}, "day"),
    Column("at", {"ja": "日時", "en": "At"}, "moment"),
)
MAIN = Sheet("cases", {"ja": "案件", "en": "Cases"}, COLUMNS)
TABLE = Sheet("tanks", {"ja": "タンク", "en": "Tanks"}, COLUMNS[:2])
ROW: Row = [
    "=1+1",
    12,
    -3000,
    "12.500000000001",
    date(2026, 5, 1),
    datetime(2026, 5, 1, 1, 2, 3, tzinfo=UTC),
]
EMPTY: Row = [None] * 6


def written(format: str, sheets: Sequence[Sheet], *parts: tuple[int, list[Row]]) -> bytes:
    out = io.BytesIO()
    writer = FORMATS[format].writer(sheets, out)
    for sheet, rows in parts:
        writer.write(sheet, rows)
    writer.close()
    return out.getvalue()


def test_csv_opens_in_excel_and_computes_nothing() -> None:
    content = written(
        "csv", [MAIN], (0, [ROW, EMPTY]), (0, [["  -1", None, None, None, None, None]])
    )
    assert content.startswith(b"\xef\xbb\xbf")
    labels, paths, row, empty, last = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert labels[:2] == ["名称 / Name", "数 / Count"]
    assert paths == [column.path for column in COLUMNS]
    assert row == ["'=1+1", "12", "-3000", "12.500000000001", "2026-05-01", "2026-05-01 10:02:03"]
    assert empty == [""] * 6
    assert last[0] == "  -1"


@pytest.mark.parametrize(
    "text", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\r=1"]
)
def test_csv_disarms_every_beginning_of_a_formula(text: str) -> None:
    content = written("csv", [MAIN], (0, [[text, None, None, None, None, None]]))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[2][0] == f"'{text}"


def test_xlsx_keeps_types_and_both_readers_agree() -> None:
    content = written(
        "xlsx", [MAIN, TABLE], (0, [ROW]), (1, [["a", 1]]), (0, [EMPTY]), (1, [["b", 2]])
    )
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["案件", "タンク"]
    cells = book["案件"][3]
    assert cells[0].value == "=1+1"
    assert cells[0].data_type == "s", "text, not a formula"
    assert [cell.value for cell in cells[1:5]] == [12, -3000, 12.500000000001, datetime(2026, 5, 1)]
    assert cells[5].value.replace(microsecond=0) == datetime(2026, 5, 1, 10, 2, 3)
    assert book["案件"]["A1"].value == "名称 / Name"
    assert book["案件"]["A2"].value == "/name"
    assert book["案件"].freeze_panes == "B3"
    read_only = load_workbook(io.BytesIO(content), read_only=True)["案件"]
    assert len(list(read_only.iter_rows())) == 4
    other = (
        CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("タンク").to_python()
    )
    assert other[2:] == [["a", 1.0], ["b", 2.0]]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_text_survives_xlsx_but_control_characters(texts: list[str]) -> None:
    sheet = Sheet("s", {"ja": "s"}, tuple(Column(f"/{n}", {"ja": "x"}) for n in range(len(texts))))
    texts = [t.encode("utf-8", "ignore").decode() for t in texts]
    content = written("xlsx", [sheet], (0, [texts]))
    found = load_workbook(io.BytesIO(content)).active[3]
    for cell, text in zip(found, texts, strict=True):
        kept = (
            "".join(c for c in text if c >= " " or c in "\t\n\r")
            .replace("\ufffe", "")
            .replace("\uffff", "")
        )
        assert (cell.value or "") == kept.replace("\r\n", "\n").replace("\r", "\n")


def test_a_number_too_long_for_a_double_stays_text_in_xlsx() -> None:
    long = "12345678901234567890"
    content = written("xlsx", [MAIN], (0, [[None, long, None, None, date(1868, 1, 1), None]]))
    row = load_workbook(io.BytesIO(content)).active[3]
    assert row[1].value == long
    assert row[4].value == "1868-01-01"


def test_a_full_sheet_says_what_to_do() -> None:
    writer = XlsxFile([TABLE], io.BytesIO())
    writer._next[0] = LAST_ROW
    writer.write(0, [["a", 1]])
    with pytest.raises(TooManyRows) as refused:
        writer.write(0, [["b", 2]])
    assert "CSV" in refused.value.message["ja"]


def test_sheet_names_are_what_spreadsheets_accept() -> None:
    names = sheet_names(["a" * 40, "a" * 40, "設備[1]/2", "", "cases", "CASES"])
    assert len({name.lower() for name in names}) == 6
    assert all(len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)


def test_json_holds_every_sheet_and_leaves_out_what_is_empty() -> None:
    content = json.loads(written("json", [MAIN, TABLE], (0, [ROW]), (1, [["a", 1]]), (0, [EMPTY])))
    main, table = content["sheets"]
    assert main["columns"][0] == {
        "path": "/name",
        "label": {"ja": "名称", "en": "Name"},
        "kind": "text",
    }
    assert main["rows"][0]["/volume"] == "12.500000000001"
    assert main["rows"][0]["at"] == "2026-05-01T01:02:03Z"
    assert main["rows"][1] == {}
    assert table["rows"] == [{"/name": "a", "/count": 1}]


def test_parquet_has_types_labels_and_exact_numbers(tmp_path: object) -> None:
    content = written("parquet", [MAIN, TABLE], (0, [ROW, EMPTY]), (1, [["a", 1]]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["cases.parquet", "tanks.parquet"]
        archive.extractall(str(tmp_path))
    rows = duckdb.sql(
        f'SELECT "/volume", "/from", "/price", epoch("at") FROM \'{tmp_path}/cases.parquet\''
    ).fetchall()
    assert str(rows[0][0]) == "12.500000000001"
    assert rows[0][1:3] == (date(2026, 5, 1), -3000)
    assert rows[0][3] == datetime(2026, 5, 1, 1, 2, 3, tzinfo=UTC).timestamp()
    assert rows[1] == (None, None, None, None)


def test_several_sheets_of_csv_come_in_an_archive() -> None:
    content = written("csv", [MAIN, TABLE], (1, [["a", 1]]), (0, [ROW]), (1, [["b", 2]]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.read("tanks.csv").decode("utf-8-sig").splitlines()[2:] == ["a,1", "b,2"]
