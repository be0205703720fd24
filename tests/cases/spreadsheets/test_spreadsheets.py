"""Templates and what comes back: every encoding, odd files, hostile files, cells of every type."""

import csv
import io
import random
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from madoguchi.cases.filing.tables.files import report_file, table_file
from madoguchi.cases.filing.tables.loading import REPLACE, combined, load_rows
from madoguchi.cases.spreadsheets.leaves import leaves_of
from madoguchi.cases.spreadsheets.reading import SheetRows, SpreadsheetError, read_book
from madoguchi.procedures.package.load import load
from madoguchi.procedures.service import Field
from tests.cases.filing.office import TRIAL

COLUMNS = """
      kind: {type: choice, label: {ja: 種別, en: Kind}, options: {a: {ja: あ, en: A}, "1": {ja: いち, en: One}}}
      colours: {type: multichoice, label: {ja: 色, en: Colours}, options: {red: {ja: 赤, en: Red}, blue: {ja: 青, en: Blue}}}
      since: {type: date, label: {ja: 設置日, en: Since}}
      spare: {type: boolean, label: {ja: 予備, en: Spare}}
      place: {type: address, label: {ja: 場所, en: Place}}
      code: {type: text, label: {ja: 記号, en: Code}}
"""
PATHS = [
    "/equipment/*/name",
    "/equipment/*/volume",
    "/equipment/*/kind",
    "/equipment/*/colours",
    "/equipment/*/since",
    "/equipment/*/spare",
    "/equipment/*/place/postal_code",
]


def field() -> Field:
    text = TRIAL.read_text().replace(
        "      double:", COLUMNS.rstrip().removeprefix("\n") + "\n      double:"
    )
    loaded = load({"procedure.yaml": text}, "v1")
    assert loaded.package is not None, loaded.faults
    return loaded.package.fields["equipment"]


TABLE = field()


def workbook(rows: list[list[Any]], heads: list[str] | None = None) -> bytes:
    book = Workbook()
    for row in [heads or PATHS, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def read(tmp_path: Path, content: bytes, kind: str = "xlsx") -> list[SheetRows]:
    path = tmp_path / "file"
    path.write_bytes(content)
    media = {"csv": "text/csv", "zip": "application/zip"}.get(kind, "")
    return await read_book(path, media, f"表.{kind}")


def rows_of(book: list[SheetRows]) -> list[dict[str, Any]]:
    return [dict(row) for row in load_rows(book, TABLE, {}, ()).rows]


async def refused(tmp_path: Path, content: bytes, kind: str = "xlsx") -> SpreadsheetError:
    with pytest.raises(SpreadsheetError) as fault:
        load_rows(await read(tmp_path, content, kind), TABLE, {}, ())
    assert fault.value.message["ja"].endswith("。")
    assert "{" not in "".join(fault.value.message.values())
    return fault.value


async def test_cells_of_every_type_become_what_people_would_type(tmp_path: Path) -> None:
    content = workbook(
        [["タンク", 12.5, "あ", "赤、青", date(2026, 4, 1), True, "0010001"],
         [1234567890123, 12, "いち", "Blue", datetime(2026, 4, 1, 10, 30), "いいえ", 2100001],
         ["  名前  ", "千", "なし", "赤;緑", "令和8年4月1日", "○", None]]
    )  # fmt: skip
    first, second, third = rows_of(await read(tmp_path, content))
    assert {k: v for k, v in first.items() if k != "row"} == {
        "name": "タンク",
        "volume": "12.5",
        "kind": "a",
        "colours": ["red", "blue"],
        "since": "2026-04-01",
        "spare": "true",
        "place": {"postal_code": "0010001"},
    }
    assert (second["name"], second["volume"], second["kind"]) == ("1234567890123", "12", "1")
    assert (second["since"], second["spare"]) == ("2026-04-01 10:30:00", "false")
    assert third["volume"] == "千", "what is not understood stays as written"
    assert (third["kind"], third["colours"]) == ("なし", ["red", "緑"])
    assert (third["since"], third["spare"]) == ("令和8年4月1日", "true")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
async def test_csv_in_every_usual_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [
            ["名称 ※必須", "容量", "備考のみ"],
            ["髙圧ガス\n貯槽①", "1,200", "x"],
            ["", "", ""],
            ["表", "3", ""],
        ]
    )
    content = text.getvalue().replace("髙" if encoding == "cp932" else "", "").encode(encoding)
    loaded = load_rows(await read(tmp_path, content, "csv"), TABLE, {}, ())
    assert [row["volume"] for row in loaded.rows] == ["1,200", "3"]
    assert "貯槽①" in loaded.rows[0]["name"]
    assert list(loaded.lines.values()) == [2, 4], "the empty row counts as a line of the file"
    assert loaded.unknown == ("備考のみ",)


async def test_headings_may_stand_lower_be_labels_or_paths(tmp_path: Path) -> None:
    content = workbook(
        [
            [None],
            ["作成 2026-04-01"],
            ["Ｖｏｌｕｍｅ", "名称 / Name"],
            ["/equipment/*/volume", "/equipment/*/name"],
            [3, "A"],
        ],
        ["設備の一覧"],
    )
    (row,) = rows_of(await read(tmp_path, content))
    assert (row["name"], row["volume"]) == ("A", "3")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (workbook([["a", "b"]], ["x", "y"]), "no_heading"),
        (workbook([]), "no_rows"),
        (workbook([["", None]]), "no_rows"),
        (workbook([["a"]], ["名称"]), "column_missing"),
        (workbook([["a", 1, "b"]], ["名称", "容量", "Name"]), "column_twice"),
        (workbook([["x"]])[:-200], "broken"),
        (workbook([["x"]])[:300], "broken"),
        (b"", "broken"),
        (b"PK\x03\x04" + b"\0" * 500, "broken"),
    ],
)
async def test_files_that_cannot_be_read_say_what_to_do(
    tmp_path: Path, content: bytes, code: str
) -> None:
    assert (await refused(tmp_path, content)).code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('名称,容量\n"閉じていない,1\n次,2\n'.encode(), "broken_csv"),
        ("名称,容量\n".encode() + b'"' + b"a" * 60_000 + b'",1', "cell_too_long"),
        (b"\x00\x01\x02", "unreadable_text"),
        (b"\x81", "unreadable_text"),
        (b"\xff\xfe\x00", "unreadable_text"),
        ("名称" + ",x" * 1500 + "\n", "too_wide"),
    ],
)
async def test_broken_csv_names_the_line(tmp_path: Path, content: Any, code: str) -> None:
    content = content.encode() if isinstance(content, str) else content
    assert (await refused(tmp_path, content, "csv")).code == code


async def test_merged_cells_are_named(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(workbook([["a", 1], [None, 2], ["b", 3]])))
    book.active.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    fault = await refused(tmp_path, out.getvalue())
    assert fault.code == "merged"
    assert "A2:A3" in fault.message["ja"]


async def test_merged_titles_above_the_headings_do_no_harm(tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(workbook([["名称", "容量"], ["a", 1]], ["設備の一覧", ""])))
    book.active.merge_cells("A1:B1")
    out = io.BytesIO()
    book.save(out)
    assert len(rows_of(await read(tmp_path, out.getvalue()))) == 1


async def test_formulas_without_a_kept_result_or_with_an_error_are_named(tmp_path: Path) -> None:
    fault = await refused(tmp_path, workbook([["a", 1], ["=A2", 2]]))
    assert fault.code == "formula"
    assert "A3" in fault.message["ja"]
    cell = b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    content = _patched(workbook([["a", 1]]), b'<c r="B2" t="n"><v>1</v></c>', cell)
    fault = await refused(tmp_path, content)
    assert (fault.code, "B2" in fault.message["ja"]) == ("formula", True)
    kept = b'<c r="B2" t="n"><f>1+1</f><v>2</v></c>'
    content = _patched(workbook([["a", 1]]), b'<c r="B2" t="n"><v>1</v></c>', kept)
    assert rows_of(await read(tmp_path, content))[0]["volume"] == "2"


async def test_a_cell_at_the_far_corner_is_refused_not_allocated(tmp_path: Path) -> None:
    content = _patched(
        workbook([["a", 1]]), b"</sheetData>",
        b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>',
    )  # fmt: skip
    assert (await refused(tmp_path, content)).code in ("broken", "too_wide", "too_many_cells")
    assert rows_of(await read(tmp_path, workbook([["a", 1]]))), "the reader goes on"


async def test_a_hundred_thousand_rows_get_a_clear_answer(tmp_path: Path) -> None:
    lines = "\n".join(f"a{n},1" for n in range(100_001))
    fault = await refused(tmp_path, f"名称,容量\n{lines}".encode(), "csv")
    assert fault.code == "too_many_rows"
    assert "100,000" in fault.message["ja"]
    lines = "\n".join(f"a{n},1" for n in range(30_000))
    fault = await refused(tmp_path, f"名称,容量\n{lines}".encode(), "csv")
    assert (fault.code, "20,000" in fault.message["ja"]) == ("too_many_rows", True)


async def test_damaged_files_are_read_or_refused_in_words(tmp_path: Path) -> None:
    """Half uploads, bytes that changed on the way, one kind under the name of another."""
    dice = random.Random(20260501)
    sheet = workbook([["タンク", 12.5, "あ", "赤", date(2026, 4, 1), True, "0010001"]] * 20)
    text = "名称,容量\r\n" + "タンク,3\r\n" * 20
    wholes = [("xlsx", sheet), ("csv", text.encode("cp932")), ("csv", text.encode("utf-16"))]
    damaged = [("csv", sheet), ("xlsx", text.encode()), ("zip", sheet), ("zip", text.encode())]
    for kind, whole in wholes * 10:
        spoiled = bytearray(whole[: dice.randrange(len(whole))] if dice.random() < 0.5 else whole)
        for _ in range(dice.randrange(1, 20) if spoiled else 0):
            spoiled[dice.randrange(len(spoiled))] = dice.randrange(256)
        damaged.append((kind, bytes(spoiled)))
    said = []
    for kind, content in damaged:
        try:
            load_rows(await read(tmp_path, content, kind), TABLE, {}, ())
        except SpreadsheetError as fault:
            said.append(fault.message)
    assert len(said) > 10
    assert all(message["ja"] and message["en"] for message in said)


async def test_csv_files_in_an_archive(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("フォルダ/設備.csv", "名称,容量\na,1\n".encode("cp932"))
        archive.writestr("readme.txt", "x")
    book = await read(tmp_path, out.getvalue(), "zip")
    assert [sheet.name for sheet in book] == ["設備"]
    assert len(rows_of(book)) == 1


@pytest.mark.parametrize("format", ["xlsx", "csv"])
async def test_a_table_survives_its_own_file(tmp_path: Path, format: str) -> None:
    rows = [
        {"row": "r1", "name": "=1+1", "volume": "12.5", "kind": "1", "colours": ["red", "blue"],
         "since": "2026-04-01", "spare": "true", "place": {"postal_code": "0010001", "city": "川崎市"},
         "code": "007"},
        {"row": "r9", "name": "@x\n二行目", "volume": "なし", "kind": "?", "spare": "false"},
    ]  # fmt: skip
    content = table_file(TABLE, rows, {}, "ja", format)
    assert rows_of(await read(tmp_path, content, format)) == rows


async def test_the_template_is_empty_offers_lists_and_reads_back(tmp_path: Path) -> None:
    content = table_file(TABLE, [], {}, "ja", "xlsx")
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["設備", "書き方", "選択肢"]
    assert book["選択肢"].sheet_state == "hidden"
    lists = [v for v in book["設備"].data_validations.dataValidation if v.type == "list"]
    assert len(lists) == 3, "kind, spare and the prefecture"
    assert [row.value for row in book["選択肢"]["A"]][:2] == ["あ", "いち"]
    assert (await refused(tmp_path, content)).code == "no_rows"
    assert not any(leaf.path.endswith("double") for leaf in leaves_of(TABLE.columns.values()))


async def test_a_report_comes_back_corrected(tmp_path: Path) -> None:
    from madoguchi.cases.filing.tables.faults import RowFault

    rows = [{"row": f"r{n}", "name": f"a{n}", "volume": "?"} for n in range(3)]
    fault = RowFault(4, 2, "r1", {"ja": "容量"}, "?", {"ja": "数字で", "en": "A number"}, "error")
    content = report_file(TABLE, rows, [fault], {}, "ja")
    sheet = load_workbook(io.BytesIO(content))["設備"]
    assert [cell.value for cell in sheet[3]][:3] == ["数字で", "r1", "a1"]
    loaded = load_rows(await read(tmp_path, content), TABLE, {}, [row["row"] for row in rows])
    assert [dict(row) for row in loaded.rows] == [rows[1]]
    assert loaded.unknown == ()


def test_rows_named_again_keep_what_the_file_has_no_column_for() -> None:
    old = [{"row": "r1", "name": "a", "volume": "1", "code": "X"}, {"row": "r2", "name": "b"}]
    book = [
        SheetRows(
            "s",
            [["行ID(変更しないでください)", "名称", "容量"], ["r1", "c", None], [None, "d", "2"]],
        )
    ]
    loaded = load_rows(book, TABLE, {}, ["r1", "r2"])
    rows, lines = combined(old, loaded, REPLACE)
    assert rows[0] == {"row": "r1", "name": "c", "code": "X"}
    assert rows[1]["row"] not in ("r1", "r2")
    assert lines["r1"] == 2
    more, lines = combined(old, loaded, "append")
    assert len(more) == 4
    assert len({row["row"] for row in more}) == 4
    assert sorted(lines.values()) == [2, 3]


@given(st.lists(st.lists(st.text(max_size=20), max_size=12), max_size=12))
def test_no_sheet_of_texts_breaks_the_matching(cells: list[list[str]]) -> None:
    book = [SheetRows("s", [[cell or None for cell in row] for row in cells])]
    try:
        loaded = load_rows(book, TABLE, {}, ())
    except SpreadsheetError:
        return
    assert len(loaded.rows) == len(loaded.lines)


def _patched(content: bytes, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                assert old in data, data
                data = data.replace(old, new)
            target.writestr(name, data)
    return out.getvalue()
