"""Two ways to write one thing are the same; two things are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.registry.comparing import address_key, compare, name_key


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
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京都港区赤坂九丁目９９番９号", "東京都港区赤坂9-99-9"),
        ("東京都港区赤坂九丁目９９番９号 架空ビル１２階", "東京都港区赤坂９－９９－９架空ビル12階"),
        ("宮城県仙台市青葉区本町十二丁目1番地の3", "宮城県仙台市青葉区本町12-1-3"),
        ("大阪府大阪市北区梅田二丁目３番地", "大阪府大阪市北区梅田2‐3"),
        ("茨城県龍ヶ崎市1番地", "茨城県龍ケ崎市１"),
    ],
)
def test_addresses_that_are_one(one: str, other: str) -> None:
    assert address_key(one) == address_key(other)


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
    assert address_key(one) != address_key(other)
    assert name_key("株式会社山田") != name_key("山田株式会社")
    assert name_key("斎藤一") != name_key("斎藤二")


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_any_text_has_a_key_and_is_itself(text: str) -> None:
    assert address_key(text) == address_key(text + " ")
    assert name_key(text) == name_key(" " + text)


def test_only_what_was_filed_is_compared() -> None:
    record = {"name": "株式会社甲", "address": "東京都港区1-1", "representative_name": "甲 一"}
    found = compare({"name": "㈱甲", "address": "", "representative_name": "乙 二"}, record)
    assert [(item.item, item.same) for item in found] == [
        ("name", True),
        ("representative_name", False),
    ]
