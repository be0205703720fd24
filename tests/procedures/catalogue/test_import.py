"""Importing the survey, the sample and packages: stored, found, replaced, refused."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from madoguchi.procedures.catalogue import importer, service
from madoguchi.procedures.catalogue.errors import CatalogueError
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.sample import sample_rows
from madoguchi.procedures.catalogue.survey import COLUMNS, RATE_COLUMN, to_row
from tests.procedures.catalogue.conftest import ROWS, survey_row, write_survey


async def found(database: Any, text: str = "", **filters: list[str]) -> list[str]:
    async with database.reading() as session:
        listing = await service.search_page(session, service.Query(text, filters), 100)
    assert listing.total == len(listing.cards)
    return [card.id for card in listing.cards]


async def stored(database: Any) -> list[dict[str, Any]]:
    async with database.reading() as session:
        rows = (await session.execute(select(CatalogueEntry).order_by(CatalogueEntry.id))).scalars()
        return [
            {column.name: getattr(row, column.name) for column in CatalogueEntry.__table__.columns}
            for row in rows
        ]


async def test_every_column_comes_back_as_it_was(filled: Any) -> None:
    back = {row["手続ID"]: row for row in map(to_row, await stored(filled))}
    assert len(back) == len(ROWS)
    for row in ROWS:
        for column in COLUMNS:
            if column == RATE_COLUMN:
                assert float(back[row["手続ID"]][column]) == round(row[column], 2)
            else:
                assert back[row["手続ID"]][column] == row[column], column


async def test_importing_again_gives_the_same(filled: Any, survey: Path) -> None:
    before = await stored(filled)
    steps: list[tuple[int, int]] = []
    result = await importer.import_survey(filled, survey, lambda *step: steps.append(step))
    assert await stored(filled) == before
    assert result.count == 6
    assert steps == [(6, 6)]
    assert str(result).startswith("6 procedures imported in ")


async def test_another_file_replaces_all_and_searches_see_it(filled: Any, tmp_path: Path) -> None:
    assert await found(filled, "旅券") == ["DP14"]
    other = write_survey(tmp_path / "other.parquet", [survey_row(手続ID="77", 手続名="船の登録")])
    await importer.import_survey(filled, other)
    assert await found(filled) == ["77"]
    assert await found(filled, "旅券") == []


async def test_agencies_are_noted(database: Any, survey: Path) -> None:
    await importer.import_survey(database, survey, agencies={"経済産業省": "meti"})
    agencies = {row["id"]: row["agency"] for row in await stored(database)}
    assert agencies["10"] == "meti"
    assert agencies["DP14"] is None
    async with database.session() as session:
        await service.set_agencies(session, {"外務省": "mofa"})
        assert await service.ministries(session) == ["外務省", "経済産業省", "総務省"]
        await session.commit()
    assert {row["id"]: row["agency"] for row in await stored(database)}["DP14"] == "mofa"


def broken(tmp_path: Path) -> dict[str, Path]:
    good = pq.read_table(write_survey(tmp_path / "good.parquet", ROWS))
    tables = {
        "missing": good.drop_columns(["手続名", "総手続件数"]),
        "type": good.set_column(
            good.schema.get_field_index("総手続件数"), "総手続件数", pa.array(["x"] * 6)
        ),
        "name_type": good.set_column(
            good.schema.get_field_index("手続名"), "手続名", pa.array(range(6))
        ),
        "empty": good.slice(0, 0),
        "twice": pa.concat_tables([good, good]),
    }
    for name, table in tables.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
    write_survey(tmp_path / "blank.parquet", [*ROWS[:2], survey_row(手続ID="9", 手続名=None)])
    (tmp_path / "text.parquet").write_text("手続ID,手続名\n1,届出\n", encoding="utf-8")
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "good.parquet").read_bytes()[:-30])
    (tmp_path / "folder.parquet").mkdir()
    return {path.stem: path for path in tmp_path.glob("*.parquet")} | {"absent": tmp_path / "no"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing", "手続名、総手続件数"),
        ("type", "総手続件数"),
        ("name_type", "手続名"),
        ("empty", "1件も"),
        ("twice", "10"),
        ("blank", "手続名: 3"),
        ("text", "Parquet"),
        ("cut", "Parquet"),
        ("folder", "Parquet"),
        ("absent", "ありません"),
    ],
)
async def test_a_bad_file_is_refused_and_changes_nothing(
    filled: Any, tmp_path: Path, name: str, says: str
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    with pytest.raises(CatalogueError) as refused:
        await importer.import_survey(filled, broken(folder)[name])
    assert says in refused.value.message["ja"]
    assert refused.value.status == 422
    assert len(await found(filled)) == len(ROWS)


async def test_the_sample_fills_an_empty_catalogue_only(database: Any, survey: Path) -> None:
    async with database.session() as session:
        assert await service.load_sample(session) == len(sample_rows())
        await session.commit()
    async with database.session() as session:
        assert await service.load_sample(session) == len(sample_rows())
        assert (await service.edition(session)).is_sample
        await session.commit()
    assert len(await found(database)) == len(sample_rows())
    assert "sample-03" in await found(database, "引っ越し")
    assert "sample-30" in await found(database, "ガソリンスタンド")
    await importer.import_survey(database, survey)
    async with database.session() as session:
        assert await service.load_sample(session) == 0
        assert await session.scalar(select(func.count(CatalogueEntry.id))) == len(ROWS)


def test_the_sample_is_varied() -> None:
    rows = sample_rows()
    assert len({row["id"] for row in rows}) == len(rows) >= 40
    assert len({row["ministry"] for row in rows}) >= 10
    assert {row["kind"] for row in rows} == {
        "application",
        "notification",
        "report",
        "declaration",
        "other",
    }


async def index(database: Any, **given: Any) -> None:
    about: dict[str, Any] = {
        "procedure_id": "gas",
        "digest": "sha256:1",
        "kind": "application",
        "title": {"ja": "高圧ガス製造許可申請", "en": "High-pressure gas"},
        "summary": {"ja": "許可", "en": "Permission"},
    }
    async with database.session() as session:
        await service.index_package(session, **(about | given))
        await session.commit()


async def test_a_package_is_found_first_and_takes_over_from_its_rows(filled: Any) -> None:
    await index(
        filled, catalogue_ids=["10", "later"], keywords=["ボンベ"], standard_period="30 days"
    )
    assert await found(filled, "高圧ガス") == ["gas", "10", "11", "12"]
    assert await found(filled, "ぼんべ") == ["gas"]
    assert await found(filled, "HIGH-pressure") == ["gas"]
    assert await found(filled, structured=["yes"]) == ["gas", "10"]
    assert await found(filled, event=["新しい事業の開始"]) == ["gas", "10"]
    assert await found(filled, ministry=["経済産業省"], profession=["行政書士"]) == ["gas", "10"]
    async with filled.reading() as session:
        assert await service.procedure_serving(session, "10") == "gas"
        assert await service.procedure_serving(session, "11") is None


async def test_a_new_version_replaces_and_removal_removes(filled: Any) -> None:
    await index(filled, keywords=["ボンベ"])
    await index(filled, digest="sha256:2", keywords=["容器"], life_events=["moving"])
    assert await found(filled, "ボンベ") == []
    assert await found(filled, "容器", event=["引越し"]) == ["gas"]
    async with filled.session() as session:
        await service.remove_package(session, "gas")
        await service.remove_package(session, "never-there")
        await session.commit()
    assert await found(filled, "容器") == []


async def test_what_is_rolled_back_is_not_found(filled: Any) -> None:
    async with filled.session() as session:
        await service.index_package(
            session,
            procedure_id="gone",
            digest="sha256:1",
            kind="report",
            title={"ja": "幻の報告", "en": "Phantom"},
            summary={"ja": "", "en": ""},
        )
        listing = await service.search_page(session, service.Query("幻"))
        assert [card.id for card in listing.cards] == ["gone"]
        await session.rollback()
    assert await found(filled, "幻") == []


@pytest.mark.parametrize("text", ["a\0b", "あ" * 10_000, "%", "_", "\ud800", "''; DROP TABLE x"])
async def test_any_text_is_answered(filled: Any, text: str) -> None:
    async with filled.reading() as session:
        listing = await service.search_page(session, service.Query(text, {"law": [text]}))
        assert listing.total == 0
        with pytest.raises(CatalogueError):
            await service.entry(session, text)
