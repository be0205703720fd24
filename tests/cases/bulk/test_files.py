"""Filings written into a file and read back: the same filings, of every package; files gone wrong."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from madoguchi.cases.bulk.entries import Entry, read_entries
from madoguchi.cases.bulk.plan import CLIENT, KEY, plans_of
from madoguchi.cases.bulk.templates import filled, template, to_mend
from madoguchi.cases.spreadsheets.reading import SpreadsheetError, read_book
from madoguchi.identity.service import office_of
from madoguchi.kernel.canonical import plain
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.package.given import attached_by
from madoguchi.procedures.package.load import load
from madoguchi.procedures.service import Package
from tests.cases.filing.office import TRIAL
from tests.filings import PLACES, example, package

MEDIA = {"csv": "text/csv", "zip": "application/zip"}


def trial() -> Package:
    loaded = load({"procedure.yaml": TRIAL.read_text()}, "v1")
    assert loaded.package is not None
    return loaded.package


TRIED = trial()
PLANS = plans_of(TRIED)


async def entries(
    folder: Path, content: bytes, kind: str = "xlsx", plans: Any = PLANS
) -> list[Entry]:
    path = folder / f"file.{kind}"
    path.write_bytes(content)
    return list(read_entries(await read_book(path, MEDIA.get(kind, ""), path.name), plans).entries)


def without_row_ids(data: Any) -> Any:
    if isinstance(data, list):
        return [without_row_ids(item) for item in data]
    if isinstance(data, dict):
        return {name: without_row_ids(value) for name, value in data.items() if name != "row"}
    return data


@pytest.mark.parametrize("name", PLACES)
async def test_a_filing_of_every_package_survives_the_spreadsheet(
    name: str, tmp_path: Path
) -> None:
    case = example(package(name))
    environment = case.environment(office_of)
    attached = attached_by(case.package, case.test, case.entered, environment)
    plans = plans_of(case.package)
    names = {place: [ref.name for ref in refs] for place, refs in attached.items()}
    tables = [plan.name for plan in plans[1:]]
    sent = [
        Entry(3, "A-1", "", case.entered, names),
        Entry(4, "", "7000012050002", case.entered, names),
    ]
    expected = evaluate(case.package, case.entered, attached, environment)
    assert expected.valid
    for kind, language in (("xlsx", "ja"), ("csv", "en")):
        content = filled(plans, sent, language, kind)
        form = "zip" if kind == "csv" and tables else kind
        first, second = await entries(tmp_path, content, form, plans)
        assert (first.key, first.client, second.client) == ("A-1", "", "7000012050002")
        for entry in (first, second):
            files = {place: attached[_same(place, case.entered, attached)] for place in entry.files}
            assert len(files) == len(names)
            found = evaluate(case.package, entry.entered, files, replace(environment))
            assert found.errors == ()
            assert without_row_ids(plain(found.data)) == without_row_ids(plain(expected.data))
            assert found.fees == expected.fees


def _same(place: str, entered: dict[str, Any], attached: Any) -> str:
    """The place as the example names it: rows are numbered anew by the file."""
    if place in attached:
        return place
    _, table, row, rest = place.split("/", 3)
    return f"/{table}/{entered[table][int(row[1:]) - 1]['row']}/{rest}"


def book(**sheets: list[list[Any]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


HEADS = ["メール", "金額", "開始日", "種類", "整理番号", "誓約する", "所在地 都道府県"]
HEADS += ["/site/city", "/site/street", "計画書", "登記事項証明書"]
ROW = ["a@example.jp", "１２，０００", "令和8年6月1日", "あ", "A-1", "○", "神奈川県", "川崎市"]
ROW += ["1-1", "計画.pdf、図.pdf", "x.pdf"]
TABLE = ["整理番号", "容量", "名称 ※必須"]


def fresh(**change: Any) -> list[Any]:
    return [change.get(head, cell) for head, cell in zip(HEADS, ROW, strict=True)]


async def test_columns_in_any_order_by_label_or_path_in_any_width(tmp_path: Path) -> None:
    heads = ["ｅ－ｍａｉｌ" if h == "メール" else h for h in HEADS]
    content = book(
        いろいろ=[["作成者: 山田"], heads, ROW, [], fresh(整理番号="Ｂ－２")],
        設備=[TABLE, ["a-1", "12.5", "タンク"], ["B-2", 3, "槽"], ["A-1", "7", "管"]],
        メモ=[["関係のない紙", "x"]],
    )
    first, second = await entries(tmp_path, content)
    assert (first.line, second.line) == (3, 5)
    assert first.entered["kind"] == "a"
    assert first.files == {"plan": ["計画.pdf", "図.pdf"], "certificate": ["x.pdf"]}
    assert first.entered["equipment"] == [
        {"volume": "12.5", "name": "タンク", "row": "r1"},
        {"volume": "7", "name": "管", "row": "r2"},
    ]
    assert [row["name"] for row in second.entered["equipment"]] == ["槽"]


async def test_the_empty_template_has_hints_that_are_not_read(tmp_path: Path) -> None:
    for language in ("ja", "en"):
        content = template(PLANS, language, "xlsx")
        pages = load_workbook(io.BytesIO(content))
        first = pages.worksheets[0]
        assert first["A2"].value == KEY.path
        assert first["B2"].value == CLIENT.path
        assert str(first["A3"].value).startswith("#")
        assert first.data_validations.dataValidation
        with pytest.raises(SpreadsheetError) as fault:
            await entries(tmp_path, content)
        assert fault.value.code == "no_rows"
    assert zipfile.ZipFile(io.BytesIO(template(PLANS, "ja", "csv"))).namelist() == [
        "filings.csv",
        "equipment.csv",
    ]


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ({"x": [["a", "b"], [1, 2]]}, "no_heading"),
        ({"申請": [HEADS]}, "no_rows"),
        ({"申請": [HEADS[:1], ROW[:1]]}, "column_missing"),
        ({"申請": [[*HEADS, "E-mail"], [*ROW, "b"]]}, "column_twice"),
        ({"申請": [HEADS, ROW, fresh(メール="b@example.jp")]}, "key_twice"),
        ({"申請": [HEADS, ROW], "設備": [TABLE, ["A-9", 1, "x"]]}, "no_such_key"),
        ({"申請": [HEADS, ROW], "設備": [TABLE, [None, 1, "x"]]}, "no_such_key"),
        ({"申請": [HEADS, ROW], "設備": [TABLE[1:], [1, "x"]]}, "column_missing"),
        ({"一": [HEADS, ROW], "二": [HEADS, ROW]}, "sheet_twice"),
        ({"申請": [HEADS, *([fresh(整理番号=None)] * 10_001)]}, "too_many_rows"),
    ],
)
async def test_what_would_lose_something_is_refused(
    tmp_path: Path, sheets: dict[str, Any], code: str
) -> None:
    with pytest.raises(SpreadsheetError) as fault:
        await entries(tmp_path, book(**sheets))
    assert fault.value.code == code
    assert "{" not in "".join(fault.value.message.values())


async def test_merged_and_hidden_cells(tmp_path: Path) -> None:
    made = load_workbook(io.BytesIO(book(申請=[HEADS, ROW, fresh(整理番号="2")])))
    made["申請"].row_dimensions[3].hidden = True
    out = io.BytesIO()
    made.save(out)
    assert [entry.hidden for entry in await entries(tmp_path, out.getvalue())] == [False, True]
    made["申請"].merge_cells("A2:A3")
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(SpreadsheetError) as fault:
        await entries(tmp_path, out.getvalue())
    assert fault.value.code == "merged"


async def test_what_looks_like_a_formula_is_text_both_ways(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","y")'
    sent = [Entry(3, "A", "", {"email": evil, "remarks": "+81\n@次の行", "amount": "-1"})]
    made = to_mend(PLANS, sent, {0: ["=直してください"]}, "ja", "csv")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        text = archive.read("filings.csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert f"'{evil}" in cells
    assert not any(cell.startswith(("=", "+", "@", "-")) for cell in cells)
    for kind in ("xlsx", "csv"):
        content = to_mend(PLANS, sent, {0: ["=直してください"]}, "ja", kind)
        (entry,) = await entries(tmp_path, content, "zip" if kind == "csv" else kind)
        assert {**entry.entered} == {**sent[0].entered}
