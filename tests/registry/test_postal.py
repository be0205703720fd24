"""Postal codes: the quirks of KEN_ALL, the shipped sample, looking up; on both databases."""

from pathlib import Path

import pytest

from madoguchi.kernel.database import Database
from madoguchi.registry import service
from madoguchi.registry.postal import PostalFileError, read_ken_all, town_name


def line(code: str, prefecture: str, city: str, town: str) -> str:
    return f'01101,"060  ","{code}","ｶﾅ","ｶﾅ","ｶﾅ","{prefecture}","{city}","{town}",0,0,0,0,0,0\r\n'


KEN_ALL = (
    line("0600000", "北海道", "札幌市中央区", "以下に掲載がない場合")
    + line("0600042", "北海道", "札幌市中央区", "大通西（１～１９丁目）")
    + line("0287917", "岩手県", "九戸郡洋野町", "種市第５０地割～第７０地割（大沢、城内、滝沢、")
    + line("0287917", "岩手県", "九戸郡洋野町", "角浜）")
    + line("1000301", "東京都", "利島村", "利島村一円")
    + line("5220317", "滋賀県", "犬上郡多賀町", "一円")
    + line("4980000", "愛知県", "弥富市", "以下に掲載がない場合")
    + line("4980000", "三重県", "桑名郡木曽岬町", "以下に掲載がない場合")
)


@pytest.mark.parametrize(
    ("town", "name"),
    [
        ("以下に掲載がない場合", ""),
        ("大手町の次に番地がくる場合", ""),
        ("渡町（１番地）", "渡町"),
        ("梅田大阪マルビル（１４階）", "梅田大阪マルビル"),
        ("利島村一円", ""),
        ("一円", "一円"),
        ("丸の内", "丸の内"),
    ],
)
def test_town_names(town: str, name: str) -> None:
    assert town_name(town) == name


def test_a_name_over_two_lines_is_one_place() -> None:
    places = [place for place in read_ken_all(KEN_ALL) if place[0] == "0287917"]
    assert places == [("0287917", "岩手県", "九戸郡洋野町", "種市第５０地割～第７０地割")]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
async def test_loading(database: Database, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "KEN_ALL.CSV"
    path.write_bytes(KEN_ALL.replace("～", "から").encode(encoding))
    async with database.session() as session:
        await service.load_shipped_postal_codes(session)
        assert await service.load_postal_codes(session, path) == 7
        await session.commit()
        both = await service.lookup_postal_code(session, "4980000")
        assert [(place.prefecture, place.street) for place in both] == [
            ("三重県", ""),
            ("愛知県", ""),
        ]
        assert await service.lookup_postal_code(session, "1000013") == []


@pytest.mark.parametrize("content", [b"", b"a,b,c\r\n", b"\x80\xff\xfe"])
async def test_another_file_changes_nothing(
    database: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    async with database.session() as session:
        await service.load_shipped_postal_codes(session)
        with pytest.raises(PostalFileError):
            await service.load_postal_codes(session, path)
        assert await service.lookup_postal_code(session, "1000013")


async def test_the_shipped_sample(database: Database) -> None:
    async with database.session() as session:
        assert await service.load_shipped_postal_codes(session) >= 120
        assert await service.load_shipped_postal_codes(session) == 0
        await session.commit()
        [place] = await service.lookup_postal_code(session, "1000013")
        assert place == service.PostalPlace("1000013", "東京都", "千代田区", "霞が関")
