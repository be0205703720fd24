"""Two ways to write one thing are the same; two things are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.registry.comparing import compare, person_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈱山田酸素", "株式会社山田酸素"),
        ("（株）山田　酸素", "株式会社山田酸素"),
        ("ﾔﾏﾀﾞｶﾞｽ有限会社", "ヤマダガス(有)".replace("(有)", "有限会社")),
        ("髙﨑 太郎", "高崎太郎"),
        ("渡邊　花子", "渡辺花子"),
        ("ＡＢＣ株式会社", "abc株式会社"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    assert same("name", one, other)
    assert same("representative_name", one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京都港区赤坂九丁目９９番９号", "東京都港区赤坂9-99-9"),
        ("東京都港区赤坂九丁目９９番９号 架空ビル１２階", "東京都港区赤坂９－９９－９架空ビル12階"),
        ("宮城県仙台市青葉区本町十二丁目1番地の3", "宮城県仙台市青葉区本町12-1-3"),
        ("大阪府大阪市北区梅田二丁目３番地", "大阪府大阪市北区梅田2‐3"),
        ("茨城県龍ヶ崎市1番地", "茨城県龍ケ崎市１"),
        ("東京都千代田区霞が関1-3-1", "東京都千代田区霞ヶ関一丁目３番１号"),
        ("福島県相馬郡飯舘村大字伊丹沢１", "福島県相馬郡飯舘村伊丹沢1番地"),
    ],
)
def test_addresses_that_are_one(one: str, other: str) -> None:
    assert same("address", one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京都港区赤坂1-11", "東京都港区赤坂11-1"),
        ("東京都港区赤坂1-1", "東京都港区赤坂1-1-1"),
        ("東京都港区一番町1", "東京都港区二番町1"),
        ("大阪市北区梅田1丁目", "大阪市北区梅田2丁目"),
    ],
)
def test_addresses_that_are_not(one: str, other: str) -> None:
    assert not same("address", one, other)


def test_names_that_are_not() -> None:
    assert not same("name", "株式会社山田", "山田株式会社")
    assert not same("representative_name", "斎藤一", "斎藤二")


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_has_a_key_and_is_itself(text: str) -> None:
    assert not text or same("address", text, text + " ")
    assert not text or same("name", " " + text, text)
    assert person_key(text) == person_key(" " + text)


def test_only_what_was_filed_is_compared() -> None:
    record = {"name": "株式会社甲", "address": "東京都港区1-1", "representative_name": "甲 一"}
    found = compare({"name": "㈱甲", "address": "", "representative_name": "乙 二"}, record)
    assert [(item.item, item.same) for item in found] == [
        ("name", True),
        ("representative_name", False),
    ]


def same(item: str, filed: str, registered: str) -> bool:
    """Whether what was filed counts as what the registry holds."""
    [found] = compare({item: filed}, {item: registered})
    return found.same
