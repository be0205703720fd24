"""Descriptions and the corporations they mean, asked of the record, on both databases."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from madoguchi.registry.matching.evidence import Described
from madoguchi.registry.matching.service import Matched, match
from tests.registry.search.indexed import indexed

OSAKA = {
    "prefecture": "大阪府", "prefecture_code": "27", "city": "大阪市北区", "city_code": "127",
    "street": "梅田１丁目１番３号",
}  # fmt: skip
COMPANIES = (
    {"name": "株式会社アシスト"},
    {"name": "株式会社アシスト", **OSAKA},
    {"name": "アシスト労働組合", "kind": "499"},
    {"name": "株式会社渡辺鉄工所", "kana": "ワタナベテッコウジョ"},
    {"name": "株式会社渡辺鉄工所", "hidden": "1", **OSAKA},
    {"name": "株式会社みなと化学工業"},
)  # fmt: skip


async def of(database: Database, name: str, address: str = "") -> tuple[str, list[int]]:
    """The decision, and the serials of the candidates."""
    async with database.reading() as session:
        found: Matched = await match(session, Described(name, address))
    return found.decision, [int(one.record.number[7:]) for one in found.candidates]


async def test_name_and_address_find_the_one(database: Database, tmp_path: Path) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    assert (await of(database, "㈱アシスト", "千代田区霞ヶ関1-3-1 ビル5F"))[0] == "link"
    assert (await of(database, "㈱アシスト", "千代田区霞ヶ関1-3-1 ビル5F"))[1][0] == 1
    decision, candidates = await of(database, "株式会社アシスト", "大阪市北区梅田1-1-3")
    assert (decision, candidates[0]) == ("link", 2)
    assert (await of(database, "渡邉鐵工所㈱", "東京都千代田区霞が関一丁目三番"))[1] == [4]


async def test_a_name_alone_offers_all_and_links_none(database: Database, tmp_path: Path) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    decision, candidates = await of(database, "株式会社アシスト")
    assert decision == "possible"
    assert set(candidates) >= {1, 2}


async def test_nobody_is_said_to_be_nobody(database: Database, tmp_path: Path) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    assert await of(database, "株式会社どこにもない", "東京都千代田区霞が関1-3-1") == ("none", [])


async def test_what_search_must_not_find_is_no_candidate(
    database: Database, tmp_path: Path
) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    _, candidates = await of(database, "株式会社渡辺鉄工所", "大阪府大阪市北区梅田1-1-3")
    assert 5 not in candidates


async def test_a_former_name_at_the_address(database: Database, tmp_path: Path) -> None:
    renamed = {
        "serial": 1,
        "sequence": 2,
        "process": "11",
        "name": "株式会社ミナト",
        "updated": "2026-06-02",
    }
    await indexed(database, tmp_path, {"name": "株式会社渡辺製作所"}, renamed)
    decision, candidates = await of(database, "渡辺製作所", "千代田区霞が関1-3-1")
    assert (decision, candidates) == ("link", [1])


@pytest.mark.parametrize("name", ["", " ", "株式会社", "*", '"AND"', "𠮷" * 200])
async def test_names_that_say_nothing(database: Database, tmp_path: Path, name: str) -> None:
    await indexed(database, tmp_path, *COMPANIES)
    assert (await of(database, name, "東京都千代田区霞が関1-3-1"))[0] in ("none", "possible")
