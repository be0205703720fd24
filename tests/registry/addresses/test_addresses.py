"""Addresses as people write them: split, found on the map, or honestly not; on both databases."""

from decimal import Decimal
from pathlib import Path

import pytest

import madoguchi.registry
from madoguchi.identity.service import NOBODY
from madoguchi.kernel.database import Database
from madoguchi.registry.addresses import api
from madoguchi.registry.addresses.folding import fold_place
from madoguchi.registry.addresses.service import Level, locate
from madoguchi.registry.addresses.splitting import split_numbers
from madoguchi.registry.addresses.towns import AddressFileError, load_towns
from tests.messages.site import site

LIST = """prefecture,city,town,koaza,lat,lng
東京都,千代田区,霞が関一丁目,,35.673945,139.752558
東京都,千代田区,霞が関二丁目,,35.675551,139.750413
東京都,千代田区,一番町,,35.688217,139.741654
東京都,千代田区,外神田十丁目,,35.7,139.76
東京都,府中市,宮町一丁目,,35.67,139.48
広島県,府中市,元町,,34.57,133.23
北海道,札幌市中央区,北一条西二丁目,,43.063,141.353
愛知県,海部郡大治町,大字三本木,屋形,35.17,136.82
愛知県,海部郡大治町,大字三本木,,35.18,136.83
京都府,京都市中京区,二条殿町,,35.011,135.759
石川県,金沢市,文字町,,36.5,136.6
千葉県,鎌ケ谷市,道野辺,,35.75,140.01
"""


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("霞が関一丁目", "霞ヶ関１丁目"),
        ("霞が関一丁目", "霞ケ関 1丁目"),
        ("大字三本木字屋形", "三本木屋形"),
        ("北一条西二丁目", "北1条西2丁目"),
        ("鎌ケ谷市", "鎌ヶ谷市"),
        ("三ノ宮町", "三の宮町"),
        ("澤田", "沢田"),
        ("二十三番町", "23番町"),
    ],
)
def test_one_key(left: str, right: str) -> None:
    assert fold_place(left) == fold_place(right)


@pytest.mark.parametrize(
    ("left", "right"), [("文字町", "文町"), ("一丁目", "十一丁目"), ("東町", "西町")]
)
def test_different_places(left: str, right: str) -> None:
    assert fold_place(left) != fold_place(right)


@pytest.mark.parametrize(
    ("rest", "chome", "block", "number", "building"),
    [
        ("-3-1", "", "3", "1", ""),
        ("３番１号", "", "3", "1", ""),
        ("三番一号", "", "3", "1", ""),
        ("1-2-3", "1", "2", "3", ""),
        ("１丁目２番３号　霞ビル５階", "1", "2", "3", "霞ビル5階"),
        ("12番地", "", "12", "", ""),
        ("12番地の3", "", "12", "3", ""),
        ("12の3", "", "12", "3", ""),
        ("5-10 サンハイツ201号室", "", "5", "10", "サンハイツ201号室"),
        ("", "", "", "", ""),
        ("霞ビル", "", "", "", "霞ビル"),
        ("9999999", "", "", "", "9999999"),
    ],
)
def test_numbers(rest: str, chome: str, block: str, number: str, building: str) -> None:
    found = split_numbers(rest)
    assert (found.chome, found.block, found.number, found.building) == (
        chome,
        block,
        number,
        building,
    )


CASES = [
    ("東京都千代田区霞が関１丁目３番１号", Level.TOWN, "霞が関一丁目", "3-1", ""),
    (
        "東京都千代田区霞ヶ関1-3-1 経済産業省別館",
        Level.TOWN,
        "霞が関一丁目",
        "3-1",
        "経済産業省別館",
    ),
    ("千代田区霞ケ関二丁目1の2", Level.TOWN, "霞が関二丁目", "1-2", ""),
    ("東京都千代田区霞が関3-1-1", Level.CITY, "", "", "霞が関3-1-1"),
    ("東京都千代田区一番町5", Level.TOWN, "一番町", "5", ""),
    ("東京都千代田区外神田10-2-3", Level.TOWN, "外神田十丁目", "2-3", ""),
    ("札幌市中央区北1条西2丁目4-1", Level.TOWN, "北一条西二丁目", "4-1", ""),
    ("北海道札幌市中央区北一条西二丁目", Level.TOWN, "北一条西二丁目", "", ""),
    ("愛知県大治町三本木字屋形10番地", Level.KOAZA, "大字三本木", "10", ""),
    ("愛知県海部郡大治町大字三本木20", Level.TOWN, "大字三本木", "20", ""),
    ("京都府京都市中京区烏丸通御池上る二条殿町538", Level.TOWN, "二条殿町", "538", ""),
    ("千葉県鎌ヶ谷市道野辺1", Level.TOWN, "道野辺", "1", ""),
    ("東京都", Level.PREFECTURE, "", "", ""),
    ("府中市元町1", Level.NOTHING, "", "", "府中市元町1"),  # there are two: never guessed
    ("広島県府中市元町1", Level.TOWN, "元町", "1", ""),
    ("サンフランシスコ", Level.NOTHING, "", "", "サンフランシスコ"),
    ("", Level.NOTHING, "", "", ""),
]


@pytest.fixture
async def towns(database: Database, tmp_path: Path) -> Database:
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    async with database.session() as session:
        assert await load_towns(session, [path]) == LIST.count("\n") - 1
        await session.commit()
    return database


async def test_found_as_far_as_it_is_known(towns: Database) -> None:
    async with towns.reading() as session:
        for written, level, town, block, building in CASES:
            found = await locate(session, written)
            gif = found.gif()
            assert (found.level, found.town, gif["cityBlock"]) == (level, town, block), written
            assert gif["buildingNameEtc"] == building, written
            assert (found.latitude is not None) == (level >= Level.TOWN), written


async def test_the_middle_of_the_town(towns: Database) -> None:
    async with site(towns, madoguchi.registry, [api.router], NOBODY) as client:
        found = (
            await client.get("/api/v1/addresses", params={"address": "千代田区霞が関1-3-1"})
        ).json()
        empty = await client.get("/api/v1/addresses", params={"address": ""})
        long = await client.get("/api/v1/addresses", params={"address": "あ" * 301})
        strange = await client.get(
            "/api/v1/addresses", params={"address": "東京都\u202e千代田区\ufffd一"}
        )
    assert found == {
        "localGovernmentCode": "",
        "prefecture": "東京都",
        "cityAndCounty": "千代田区",
        "streetAddress": "霞が関一丁目",
        "cityBlock": "3-1",
        "buildingNameEtc": "",
        "fullAddress": "千代田区霞が関1-3-1",
        "latitude": "35.673945",
        "longitude": "139.752558",
        "matchLevel": "town",
    }
    assert (empty.status_code, long.status_code, strange.status_code) == (422, 422, 200)


async def test_files_that_are_none_change_nothing(towns: Database, tmp_path: Path) -> None:
    for name, content in {
        "a.csv": "x,y\n1,2\n",
        "b.csv": "prefecture,city,town,lat,lng\n東京都,千代田区,一番町,95,1\n",
        "c.json": '{"a": 1}',
        "d.csv": "",
        "e.json": "[1]",
    }.items():
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        async with towns.session() as session:
            with pytest.raises(AddressFileError):
                await load_towns(session, [path])
    async with towns.reading() as session:
        assert (await locate(session, "東京都千代田区一番町")).latitude == Decimal("35.688217")


async def test_the_api_files_of_geolonia(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "東京都"
    folder.mkdir()
    (folder / "千代田区.json").write_text(
        '[{"town": "一番町", "koaza": "", "lat": 35.6, "lng": 139.7}]'
    )
    async with database.session() as session:
        await load_towns(session, [folder / "千代田区.json"])
        found = await locate(session, "東京都千代田区一番町8番地")
    assert (found.level, found.numbers.block) == (Level.TOWN, "8")
