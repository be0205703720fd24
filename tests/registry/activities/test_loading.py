"""Files of activities: what they are, what is kept of them, again and after a crash; both databases."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from madoguchi.kernel.clock import fixed_clock, system_clock
from madoguchi.kernel.database import Database
from madoguchi.registry.activities import loading
from madoguchi.registry.activities.loading import Taken, load_activities
from madoguchi.registry.activities.models import Activity, ActivityFile, Detail
from madoguchi.registry.activities.queries import details, of_number
from madoguchi.registry.opening import FileFault, Refused
from tests.registry.activities.csv_files import (
    as_file,
    as_text,
    finance,
    patent,
    subsidy,
    workplace,
    zipped,
)
from tests.registry.activities.made import AT, corporations, section
from tests.registry.corporations.records import number


async def count(database: Database, *where: object) -> int:
    async with database.reading() as session:
        query = select(func.count()).select_from(Activity).where(*where)  # type: ignore[arg-type]
        return await session.scalar(query) or 0


async def test_a_file_of_subsidies(database: Database, tmp_path: Path) -> None:
    async with database.session() as session:
        await corporations(session, 3)
        await session.commit()
    path = as_file(tmp_path / "Hojokinjoho_UTF-8.csv", "subsidy", map(subsidy, (1, 2, 99)))
    taken = await load_activities(database, system_clock, path)
    assert (taken.rows, taken.refused, taken.numbers) == (3, 0, 3)
    assert taken.findings == {"number-unknown": 1}
    assert (await load_activities(database, system_clock, path)).again
    async with database.reading() as session:
        (found,) = await of_number(session, number(1))
        assert (found.kind, found.title, found.amount) == (
            "subsidy",
            "省エネ設備の導入1",
            2_500_000,
        )
        assert (found.day, found.updated_on) == (date(2026, 4, 1), date(2026, 6, 1))
        assert (found.ministry, found.source) == ("17", "csv:Hojokinjoho")
        assert section("subsidy", [found]) == [
            {
                "title": "省エネ設備の導入1",
                "amount": "2500000",
                "date_of_approval": "2026-04-01",
                "government_departments": "経済産業省",
            }
        ]
        known = await details(session, number(1))
        assert known["capital_stock"].value == 10_000_000
        assert known["employee_number"].value == 25


async def test_patents_finance_and_workplaces(database: Database, tmp_path: Path) -> None:
    for name, kind, rows in (
        ("a", "patent", [patent()]),
        ("b", "finance", [finance(), finance(period="第11期", sales="6000000000")]),
        ("c", "workplace", [workplace()]),
    ):
        # Renamed files still tell what they are by their own columns.
        await load_activities(database, system_clock, as_file(tmp_path / f"{name}.csv", kind, rows))
    async with database.reading() as session:
        rows_of = {
            kind: [row for row in await of_number(session, number(1)) if row.kind == kind]
            for kind in ("patent", "finance", "workplace")
        }
        (shown,) = section("patent", rows_of["patent"])
        assert shown["title"] == "ＭＡＤＯ＜窓＞"
        assert shown["classifications"] == [{"日本語": "42 科学技術"}]
        assert rows_of["patent"][0].title == "MADO<窓>"
        money = section("finance", rows_of["finance"])
        assert isinstance(money, dict)
        assert {item["period"] for item in money["management_index"]} == {"第10期", "第11期"}
        assert money["major_shareholders"] == [
            {"name_major_shareholders": "窓口商事株式会社", "shareholding_ratio": 0.1234}
        ]
        place = section("workplace", rows_of["workplace"])
        assert isinstance(place, dict)
        assert place["base_infos"]["average_age"] == 46.5
        assert place["women_activity_infos"]["female_share_of_manager"] == 8
        assert place["compatibility_of_childcare_and_work"]["paternity_leave_acquisition_num"] == 3
        figures = {
            row.field: row.figure
            for row in await session.scalars(select(Detail).where(Detail.figure.is_not(None)))
        }
        assert figures == {
            "capital_stock": 10_000_000,
            "net_sales_summary_of_business_results": 6_000_000_000,
            "founding_year": 1925,
            "average_age": 3,
            "month_average_predetermined_overtime_hours": 1,
            "female_workers_proportion": 3,
        }


async def test_interrupted_it_goes_on_where_it_stopped(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PIECE", 5)
    rows = [subsidy(serial) for serial in range(1, 24)] + [subsidy(3)]
    path = as_file(tmp_path / "Hojokinjoho_UTF-8.csv", "subsidy", rows)

    def stop(done: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load_activities(database, system_clock, path, tell=stop)
    assert await count(database) == 10
    seen: list[int] = []
    taken = await load_activities(database, system_clock, path, tell=seen.append)
    assert (seen, taken.rows, taken.numbers) == ([15, 20, 24], 24, 23)
    assert taken.findings["doubled"] == 1
    assert await count(database) == 23
    async with database.reading() as session:
        (kept,) = await session.scalars(select(ActivityFile))
        assert (kept.rows_read, kept.source) == (24, "csv:Hojokinjoho")
        assert kept.finished_at is not None


async def test_rows_that_cannot_be_read_are_told_and_the_rest_is_there(
    database: Database, tmp_path: Path
) -> None:
    good, wrong = subsidy(1), subsidy(2) | {"ID-識別値": "1234567890123"}
    text = as_text("subsidy", [good, wrong, subsidy(4)])
    path = tmp_path / "Hojokinjoho_UTF-8.csv"
    path.write_bytes((text + '"too","few"\r\n').encode("utf-8-sig") + b'"\xff\xfe"\r\n')
    told: list[Refused] = []
    taken = await load_activities(database, system_clock, path, report=told.append)
    assert (taken.rows, taken.refused) == (2, 3)
    assert [item.place for item in told] == [3, 5, 6]
    assert "not a corporate number" in told[0].why


@pytest.mark.parametrize("title", ["a\0b", "\ud800"])
async def test_texts_no_database_keeps_are_refused(
    database: Database, tmp_path: Path, title: str
) -> None:
    path = tmp_path / "record.json"
    patents = [{"title": title}, {"title": "𠮷"}]
    path.write_text(json.dumps({"corporate_number": number(1), "patent": patents}))
    taken = await load_activities(database, system_clock, path)
    assert (taken.refused, await count(database)) == (1, 0)


async def test_taken_in_again_a_row_is_renewed_and_tells_when_it_changed(
    database: Database, tmp_path: Path
) -> None:
    def file(name: str, *rows: dict[str, str]) -> Path:
        return as_file(tmp_path / name, "subsidy", rows)

    first = [subsidy(serial, 更新日時="") for serial in (1, 2, 3)]
    later = fixed_clock(AT.replace(month=12))
    await load_activities(database, fixed_clock(AT), file("a_Hojokinjoho.csv", *first))
    again = [subsidy(1, 更新日時=""), subsidy(2, 更新日時="") | {"法人活動-金額": "7000"}]
    taken = await load_activities(database, later, file("b_Hojokinjoho.csv", *again), complete=True)
    assert taken.withdrawn == 1
    async with database.reading() as session:
        (same,) = await of_number(session, number(1))
        (changed,) = await of_number(session, number(2))
        assert (same.updated_on.month, changed.updated_on.month) == (11, 12)
        assert changed.amount == 7000
        assert await of_number(session, number(3)) == []
    last = fixed_clock(AT.replace(month=12, day=2))
    back = await load_activities(database, last, file("c_Hojokinjoho.csv", *first, *again[:1]))
    assert back.findings["doubled"] == 1
    async with database.reading() as session:
        assert len(await of_number(session, number(3))) == 1


async def test_records_of_the_interface(database: Database, tmp_path: Path) -> None:
    record = {
        "corporate_number": number(1),
        "update_date": "2018-07-18T00:00:00+09:00",
        "capital_stock": 5_000_000,
        "business_items": ["101", "306"],
        "patent": [
            {"patent_type": "商標", "title": "ふわっち", "application_date": "2017-11-17"},
            {"patent_type": "商標", "title": "𠮷", "application_date": "2017-11-17"},
        ],
        "procurement": [{"title": "工事", "amount": 90000000167598800}],
        "finance": {"accounting_standards": None, "major_shareholders": []},
        "workplace_info": {"base_infos": {"average_age": 46.5}},
        "corporation-info": [{"corporation_name": "本社", "insured_number": "25"}],
    }
    quiet = {"corporate_number": number(2), "company_url": "https://example.jp/"}
    path = tmp_path / "records.json"
    path.write_text(json.dumps({"hojin-infos": [record, quiet, {"corporate_number": "1"}]}))
    taken = await load_activities(database, system_clock, path)
    assert (taken.rows, taken.refused, taken.numbers) == (6, 1, 1)
    assert taken.findings == {"amount-impossible": 1, "number-unknown": 6}
    async with database.reading() as session:
        kinds = [row.kind for row in await of_number(session, number(1))]
        assert kinds == ["corporation", "patent", "patent", "procurement", "workplace"]
        known = await details(session, number(1))
        assert known["business_items"].value == ["101", "306"]
        assert known["average_age"].as_of == date(2018, 7, 18)
        assert (await details(session, number(2)))["company_url"].value == "https://example.jp/"
        (order,) = await of_number(session, number(1), ["procurement"])
        assert (order.amount, order.data["amount"]) == (None, 90000000167598800)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"a,b\r\n1,2\r\n", "not the columns"),
        ("a.csv", b"a,a\r\n", "twice"),
        ("a.csv", b"\0\0", "no text"),
        ("a.csv", b"x" * 30_000, "characters"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b"[" * 100_000, "not JSON"),
        ("a.json", b'{"corporate_number": NaN}', "not JSON"),
        ("a.json", b"[1]", "no record"),
        ("a.zip", b"PK\x03\x04", "damaged"),
    ],
)
async def test_files_that_are_none(
    database: Database, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFault, match=why):
        await load_activities(database, system_clock, path)
    assert await count(database) == 0


async def test_names_tell_files_that_have_the_same_columns(
    database: Database, tmp_path: Path
) -> None:
    row = {"ID-識別値": number(1), "キー情報": "k1", "法人活動-活動名称": "えるぼし"}
    unnamed = as_file(tmp_path / "x.csv", "commendation", [row])
    with pytest.raises(FileFault, match="--kind"):
        await load_activities(database, system_clock, unnamed)
    await load_activities(database, system_clock, unnamed, kind="commendation")
    named = as_file(tmp_path / "TodokedeNinteijoho_UTF-8.csv", "certification", [row])
    archive = zipped(tmp_path / "some.zip", named)
    taken = await load_activities(database, system_clock, archive)
    assert taken == Taken(1, 0, {"number-unknown": 1}, 1)
    async with database.reading() as session:
        kinds = {row.kind for row in await of_number(session, number(1))}
    assert kinds == {"certification", "commendation"}


async def test_an_archive_that_unpacks_to_more_than_it_says(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("madoguchi.registry.opening.LARGEST", 10_000)
    path = tmp_path / "Hojokinjoho_UTF-8.zip"
    rows = as_text("subsidy", [subsidy(serial) for serial in range(1, 200)])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Hojokinjoho_UTF-8.csv", rows)
    with pytest.raises(FileFault, match="unpacked"):
        await load_activities(database, system_clock, path)


async def test_real_procurements(database: Database, shared_data: Path) -> None:
    folder = shared_data / "gbizinfo/procurement"
    if not folder.is_dir():
        pytest.skip(f"no procurements at {folder}")
    absurd = await load_activities(
        database, system_clock, folder / "data_procurement_yen_over1G.csv"
    )
    assert (absurd.rows, absurd.findings["amount-impossible"]) == (1817, 2)
    april = await load_activities(database, system_clock, folder / "data_procurement_202004.csv")
    rows = (folder / "data_procurement_202004.csv").read_text("utf-8-sig").splitlines()[1:]
    assert april.rows == len(rows)
    async with database.reading() as session:
        recorded = await session.scalar(select(func.max(Activity.recorded_at)))
        dearest = await session.scalar(select(func.max(Activity.amount)))
    assert await count(database, Activity.recorded_at == recorded) == len(set(rows))
    assert dearest == 76_902_084_807  # 防衛省, not 90,000,000,167,598,800


async def test_a_real_record(database: Database, shared_data: Path) -> None:
    path = shared_data / "gbizinfo/temp_3011101042092.json"
    if not path.is_file():
        pytest.skip(f"no record at {path}")
    taken = await load_activities(database, system_clock, path)
    assert (taken.rows, taken.refused) == (10, 0)
    async with database.reading() as session:
        shown = section("patent", await of_number(session, "3011101042092"))
    titles = {item["title"] for item in shown}
    assert titles == {"ふわっち", "オタマート", "ＩｃｈｉｇｏＪａｍ"}


async def test_the_longest_title_of_the_rarest_characters_is_kept(
    database: Database, tmp_path: Path
) -> None:
    rows = [subsidy(1) | {"法人活動-活動名称": "𠮷" * 5_000}]
    taken = await load_activities(
        database, system_clock, as_file(tmp_path / "Hojokinjoho.csv", "subsidy", rows)
    )
    assert taken.findings["title-long"] == 1
    async with database.reading() as session:
        (found,) = await of_number(session, number(1))
    assert found.title == "𠮷" * 600
    assert found.data["title"] == "𠮷" * 5_000
