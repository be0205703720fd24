"""What agrees between a description and a record, by table."""

import pytest

from madoguchi.registry.matching.evidence import Described, compare, place_level
from tests.registry.corporations.records import incoming

HERE = incoming(1).record  # 東京都千代田区霞が関１丁目３番１号


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("東京都千代田区霞が関１丁目３番１号", "lot"),
        ("千代田区霞が関1-3-1", "lot"),
        ("東京都千代田区霞ヶ関一丁目3番1号　経済産業省別館", "lot"),
        ("東京都千代田区霞が関１－３－１－１２０１", "lot"),
        ("東京都千代田区霞が関1-2-8", "block"),
        ("東京都千代田区霞が関３丁目", "town"),
        ("東京都千代田区霞が関", "town"),
        ("東京都千代田区大手町1-3-1", "city"),
        ("東京都千代田区", "city"),
        ("東京都港区霞が関1-3-1", "prefecture"),
        ("大阪府大阪市北区霞が関1-3-1", "elsewhere"),
        ("", "unknown"),
    ],
)
def test_how_far_an_address_agrees(address: str, level: str) -> None:
    assert place_level(address, HERE) == level


def test_a_county_may_be_left_out_and_abroad_says_nothing() -> None:
    village = HERE._replace(prefecture="岐阜県", city="不破郡垂井町", street="大字表佐字中道５番地")
    assert place_level("垂井町表佐中道5", village) == "lot"
    abroad = HERE._replace(prefecture="", city="", street="", abroad="1 Main Street")
    assert place_level("東京都千代田区霞が関1-3-1", abroad) == "unknown"


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("㈱渡邉鐵工所", "same"),
        ("渡辺鉄工所株式会社", "moved"),
        ("渡辺鉄工所", "moved"),
        ("渡辺鉄工所労働組合", "form"),
        ("株式会社渡辺製作所", "former"),
        ("わたなべてっこうじょ", "kana"),
        ("株式会社渡辺鉄工所ホールディングス", "similar"),
        ("株式会社山田商店", "other"),
    ],
)
def test_how_a_name_agrees(name: str, level: str) -> None:
    now = HERE._replace(name="株式会社渡辺鉄工所", kana="ワタナベテッコウジョ")
    before = now._replace(name="株式会社渡辺製作所", kana="ワタナベセイサクショ")
    assert compare(Described(name), [now, before]).name == level


def test_an_address_left_still_speaks() -> None:
    moved = HERE._replace(city="港区", street="芝公園１丁目５番３０号", city_code="103")
    found = compare(Described("株式会社窓口1", "千代田区霞が関1-3-1"), [moved, HERE])
    assert (found.place, found.former_place) == ("lot", True)


def test_what_is_not_said_neither_agrees_nor_differs() -> None:
    found = compare(Described("株式会社窓口1"), [HERE])
    assert (found.place, found.english, found.postal_code) == ("unknown", None, None)
    said = compare(
        Described("株式会社窓口1", english_name="Madoguchi Inc.", postal_code="1000014"),
        [HERE._replace(english_name="ＭＡＤＯＧＵＣＨＩ　Ｉｎｃ．")],
    )
    assert (said.english, said.postal_code) == (True, False)
