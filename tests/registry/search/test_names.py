"""Names as people type them, and how what is found is explained and ordered; on both databases."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.search.asked import Asked, Found
from madoguchi.registry.search.service import search
from tests.registry.corporations.records import number
from tests.registry.search.indexed import indexed, known

COMPANIES = (
    {"name": "株式会社渡辺商店", "kana": "ワタナベショウテン"},
    {"name": "増田株式会社", "kana": "マスダ", "street": "霞が関１丁目３番１号"},
    {"name": "東京増田工業株式会社", "kana": "トウキョウマスダコウギョウ"},
    {"name": "有限会社増田", "kind": "302", "closed": "2026-01-05", "cause": "01"},
    {"name": "トヨタ自動車株式会社", "prefecture": "愛知県", "prefecture_code": "23", "city": "豊田市",
     "city_code": "211", "street": "トヨタ町１番地", "kana": "トヨタジドウシャ"},
    {"name": "株式会社サーバーワークス", "kana": "サーバーワークス"},
    {"name": "株式会社ｊｉｇ．ｊｐ", "kana": "ジグジェイピー"},
    {"name": "有限会社齋藤鐵工所", "kind": "302", "kana": "サイトウテッコウショ"},
    {"name": "鱗株式会社", "kana": "ウロコ"},
    {"name": "株式会社増田", "hidden": "1"},
)  # fmt: skip


async def ask(database: Database, **asked: object) -> Found:
    async with database.reading() as session:
        return await search(session, Asked(**asked))  # type: ignore[arg-type]


async def found(database: Database, text: str) -> list[tuple[int, str]]:
    """The serials found, in order, and why."""
    answer = await ask(database, text=text)
    assert answer.total == len(answer.hits)
    assert not answer.limited
    return [(int(hit.number[7:]), hit.match) for hit in answer.hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("渡邊商店", (1, "core")),
        ("渡邉商店", (1, "core")),
        ("(株)渡辺商店", (1, "exact")),
        ("㈱渡辺商店", (1, "exact")),
        ("渡辺商店株式会社", (1, "core")),
        ("わたなべしょうてん", (1, "kana")),
        ("わたなべ", (1, "kana")),
        ("斉藤鉄工所", (8, "core")),
        ("サーバワークス", (6, "core")),
        ("さーばー", (6, "part")),
        ("JIG.JP", (7, "core")),
        ("ｊｉｇ", (7, "part")),
        ("鱗", (9, "core")),
        ("会社鱗", None),
        ("会社渡辺", (1, "part")),
        ("社渡", (1, "part")),
        ("店", (1, "part")),
        ("トヨタ 豊田市", (5, "part")),
        ("愛知県豊田市 トヨタ自動車", (5, "core")),
        ("増田 霞ヶ関1-3-1", (2, "core")),
        ("愛知県豊田市トヨタ町1番地", (5, "address")),
        (number(5), (5, "number")),
        (number(5)[1:], (5, "number")),
        ("Ｔ" + number(5), (5, "number")),
        ("・", None),
        ('"増田" OR 渡辺', None),
        ("name:増田*", None),
        ("\ud800", None),
        ("増\0田", (2, "core")),
        ("\ud800増田", (2, "core")),
        ("\ue000増田", (2, "core")),
    ],
)
async def test_as_people_type(
    database: Database, tmp_path: Path, text: str, first: tuple[int, str] | None
) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    answers = await found(database, text)
    assert (answers[0] if answers else None) == first


async def test_closer_before_open_before_closed_and_hidden_never(
    database: Database, tmp_path: Path
) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    assert await found(database, "増田") == [(2, "core"), (4, "core"), (3, "part")]
    assert await found(database, "有限会社増田") == [(4, "exact"), (2, "core")]
    assert await ask(database, text=number(10)) == Found((), 0)


async def test_a_former_name_finds(database: Database, tmp_path: Path) -> None:
    async with database.session() as session:
        await known(session, {"name": "株式会社旧社名"})
        await session.commit()
    renamed = {"name": "株式会社新社名", "process": "11", "updated": "2026-06-02"}
    await indexed(database, tmp_path, renamed)
    assert await found(database, "旧社名") == [(1, "former")]
    assert await found(database, "旧社") == [(1, "former")]
    assert await found(database, "新社名") == [(1, "core")]


async def test_what_cannot_be_asked_is_told(database: Database, tmp_path: Path) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    page = await ask(database, text="増田", limit=1)
    for wrong in (
        {"text": "あ" * 201},
        {"name": "あ" * 201},
        {"limit": 0},
        {"text": "増田", "after": "x"},
        {"text": "渡辺", "after": page.after},
        {"text": "増田", "after": page.after + "\ud800"},
    ):
        with pytest.raises(RegistryError) as fault:
            await ask(database, **wrong)
        assert fault.value.status == 422


async def test_without_an_index_numbers_and_whole_names_are_found(database: Database) -> None:
    async with database.session() as session:
        await known(session, *COMPANIES)
        await session.commit()
    by_name = await ask(database, text="株式会社jig.jp")
    assert [hit.number for hit in by_name.hits] == [number(7)]
    assert by_name.limited
    assert [hit.match for hit in (await ask(database, text=number(7))).hits] == ["number"]
    assert await ask(database, text=number(10)) == Found((), 0, limited=True)
