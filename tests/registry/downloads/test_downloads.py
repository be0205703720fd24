"""gBizINFO's files as its clients fetch them: what came in goes out as it came; both databases."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from httpx import Response

from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.registry.activities import columns as c
from madoguchi.registry.activities.kinds import DOWNLOAD_SETS
from madoguchi.registry.activities.loading import load_activities
from madoguchi.registry.activities.publishing import Told, publish
from madoguchi.registry.downloads import endpoints, sending
from tests.registry.activities.csv_files import as_file, finance, patent, subsidy, workplace
from tests.registry.activities.made import AT
from tests.registry.corporations.records import number
from tests.registry.programs.site import add_corporations, client, make_app
from tests.web.leaving import left

CLOCK = fixed_clock(AT)


async def post(database: Database, path: str, **form: str) -> Response:
    async with client(make_app(database)) as program:
        return await program.post(path, data=form)


async def fetched(database: Database, downfile: int) -> tuple[str, list[dict[str, str]]]:
    """The name of the file in the archive and its rows, read as gbizinfo-lod does."""
    form = {"downfile": str(downfile), "downtype": "zip", "downenc": "UTF-8"}
    answer = await post(database, "/hojin/Download", **form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        (name,) = archive.namelist()
        text = archive.read(name).decode("utf-8")
    assert text.startswith("\ufeff")
    return name, list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("page", [1, 2, 1000])
async def test_what_came_in_goes_out_word_for_word(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(sending, "PAGE", page)
    await add_corporations(database)
    odd = subsidy(3) | {"法人活動-金額": "単価契約", "名称-表記": "旧社名", c.TITLE: "-195℃冷凍庫"}
    wide = subsidy(5) | {
        c.DAY: "令和8年4月1日",
        c.TITLE: '"引用", 改行\nと=SUM(A1)',
        c.AMOUNT: "1,000",
    }
    files = {
        "subsidy": [subsidy(1), subsidy(2), odd, wide, subsidy(1) | {c.KEY: "2026_401_99999"}],
        "procurement": [
            {c.NUMBER: number(1), c.KEY: "p1", c.TITLE: "工事", c.AMOUNT: "90000000167598800"},
            {c.NUMBER: number(1), c.KEY: "p2", c.TITLE: "単価", c.AMOUNT: "1,000.0"},
        ],
        "patent": [patent(1), patent(2) | {c.CLASSES[1]: "35 広告"}],
        "finance": [finance(), finance(period="第11期", sales="△500")],
        "workplace": [workplace(), workplace(2) | {"職場情報-従業員の平均年齢": "四十"}],
        "certification": [
            {c.NUMBER: number(1), c.KEY: "c1", c.TITLE: "えるぼし", "備考-種別": "x"}
        ],
        "commendation": [{c.NUMBER: number(2), c.KEY: "h1", c.TITLE: "表彰", "備考-種別": "注"}],
    }
    for item in DOWNLOAD_SETS:
        path = as_file(tmp_path / f"{item.name}_UTF-8.csv", item.kind, files[item.kind])
        await load_activities(database, CLOCK, path)
    for item in DOWNLOAD_SETS:
        name, rows = await fetched(database, item.number)
        assert name == f"{item.name}_UTF-8.csv"
        assert tuple(rows[0]) == c.columns_of(item.kind)
        given = [
            {column: row.get(column, "") for column in c.columns_of(item.kind)}
            for row in files[item.kind]
        ]
        assert sorted(map(list, map(dict.values, rows))) == sorted(
            map(list, map(dict.values, given))
        ), item.kind


async def test_of_other_sources_the_columns_are_filled(database: Database, tmp_path: Path) -> None:
    await add_corporations(database)
    told = Told(
        source="register:aids",
        key=f"{number(1)}_E1",
        number=number(1),
        kind="subsidy",
        title="省エネルギー補助金",
        day=AT.date(),
        department="経済産業省",
        link="/registers/aids/1",
        amount=2_500_000,
        target="照明",
        standing="効力停止中",
    )
    async with database.session() as session:
        await publish(session, told, AT)
        await session.commit()
    record = {
        "corporate_number": number(1),
        "patent": [{"title": "蓋", "classifications": [{"コード値": "42", "コード名": "類", "日本語": "科学"}]}],
        "finance": {
            "fiscal_year_cover_page": "第10期",
            "major_shareholders": [{"name_major_shareholders": "甲", "shareholding_ratio": 0.5}],
            "management_index": [
                {"period": "第10期", "net_sales_summary_of_business_results": 5},
                {"period": "第9期", "net_sales_summary_of_business_results": 4},
            ],
        },
    }  # fmt: skip
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record))
    await load_activities(database, CLOCK, path)
    _, (aid,) = await fetched(database, 2)
    expected = {
        "ID-識別値": number(1),
        "名称-表記": "株式会社みなと化学",
        "住所-都道府県": "東京都",
        "キー情報": "E1",
        "法人活動-活動名称": "省エネルギー補助金",
        "法人活動-金額": "2500000",
        "法人活動-状況名称": "効力停止中",
        "更新日時": "2026-11-01T00:00:00",
        "公表組織-名称表記": "経済産業省",
    }
    assert expected.items() <= aid.items()
    _, (thing,) = await fetched(database, 4)
    assert (thing["特許-分類1-表記"], thing["法人活動-活動名称"]) == ("42類 科学", "蓋")
    _, periods = await fetched(database, 5)
    assert [(row["財務情報-回次"], row["財務情報-売上高"]) for row in periods] == [
        ("第10期", "5"),
        ("第9期", "4"),
    ]
    assert len({row["キー情報"] for row in periods}) == 2
    assert all(row["キー情報"].startswith(number(1)) for row in periods)
    assert periods[0]["株主情報1-発行済株式総数に対する所有株式数の割合"] == "0.5"


async def test_the_basic_list_and_chosen_corporations(database: Database) -> None:
    await add_corporations(database)
    name, rows = await fetched(database, 7)
    assert name == "Kihonjoho_UTF-8.csv"
    # Neither one that must not be found nor one that was withdrawn.
    assert [(row["法人番号"], row["法人名"]) for row in rows] == [
        (found, title)
        for found, title in sorted(
            [(number(1), "株式会社みなと化学"), (number(2), "青葉商事株式会社")]
        )
    ]
    asked = ",".join([number(2), number(4), number(9), number(1), number(2)])
    answer = await post(
        database, "/hojin/OutputCSV", csvdata="00", output="U", hojinBangoList=asked
    )
    lines = answer.text.splitlines()
    records = list(csv.DictReader(lines[1:]))  # as the client does: the first line is skipped
    assert [row["ID-識別値"] for row in records] == [number(2), number(1)]
    assert records[1]["名称[日本語表記]-表記"] == "株式会社みなと化学"
    assert records[1]["住所[日本語表記]-市区町村コード"] == "13101"
    assert (records[1]["組織種別"], records[1]["区分-処理表記"]) == ("301", "01")
    assert records[0]["活動状況-説明"] == "清算の結了等"


@pytest.mark.parametrize(
    ("path", "form", "item"),
    [
        ("Download", {"downtype": "zip", "downenc": "UTF-8"}, "downfile"),
        ("Download", {"downfile": "8", "downtype": "zip", "downenc": "UTF-8"}, "downfile"),
        ("Download", {"downfile": "０", "downtype": "zip", "downenc": "UTF-8"}, "downfile"),
        ("Download", {"downfile": "9" * 5000, "downtype": "zip", "downenc": "UTF-8"}, "downfile"),
        ("Download", {"downfile": "1", "downtype": "tar", "downenc": "UTF-8"}, "downtype"),
        ("Download", {"downfile": "1", "downtype": "zip", "downenc": "\0"}, "downenc"),
        ("OutputCSV", {"csvdata": "00", "output": "U", "hojinBangoList": ""}, "hojinBangoList"),
        ("OutputCSV", {"csvdata": "00", "output": "U", "hojinBangoList": "1"}, "hojinBangoList"),
        (
            "OutputCSV",
            {"csvdata": "00", "output": "U", "hojinBangoList": ",".join([number(1)] * 1001)},
            "hojinBangoList",
        ),
        ("OutputCSV", {"csvdata": "01", "output": "U", "hojinBangoList": number(1)}, "csvdata"),
    ],
)
async def test_wrong_forms_are_told(
    database: Database, path: str, form: dict[str, str], item: str
) -> None:
    answer = await post(database, f"/hojin/{path}", **form)
    assert answer.status_code == 400
    assert [error["item"] for error in answer.json()["errors"]] == [item]


async def test_other_forms_doubled_parameters_and_other_methods(database: Database) -> None:
    async with client(make_app(database)) as program:
        doubled = await program.post(
            "/hojin/Download",
            content=b"downfile=1&downfile=2&downtype=zip&downenc=UTF-8",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        parts = await program.post("/hojin/Download", files={"downfile": b"x"})
        long = await program.post("/hojin/Download", data={"downfile": "1" * 30_000})
        looked = await program.get("/hojin/Download")
        below = await program.post("/hojin/Download/x", data={"downfile": "1"})
    assert [doubled.status_code, parts.status_code, long.status_code] == [400] * 3
    assert {looked.status_code, below.status_code} <= {404, 405}


async def test_only_a_few_are_sent_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "_sending", {object(), object()})
    answer = await post(database, "/hojin/Download", downfile="1", downtype="zip", downenc="UTF-8")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


async def test_a_place_is_free_again_when_the_reader_goes_away(database: Database) -> None:
    parts = endpoints._counted(sending.zipped("a.csv", sending.basic_csv(database)))
    await anext(parts)
    assert len(endpoints._sending) == 1
    await parts.aclose()
    assert endpoints._sending == set()


async def test_who_leaves_is_no_fault_of_ours(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert await left(make_app(database), "/hojin/Download", b"downfile=1", form) == [400]
    assert not caplog.records
