"""One key for all ways to write a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.registry.corporations.names import _variants, fold_name, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("渡邉商店", "渡辺商店"),
        ("渡邊商店", "渡辺商店"),
        ("株式会社髙島屋", "高島屋株式会社"),
        ("日本製鐵㈱", "日本製鉄株式会社"),
        ("（株）ａｂｃ", "ABC(株)"),
        ("エム・シー・エー", "エムシーエー"),
        ("キヤノン", "キャノン"),
        ("富士ゼロツクス", "富士ゼロックス"),
        ("サーバー管理", "サーバ管理"),
        ("ヴィーナス", "ビーナス"),
        ("さくら工業", "サクラ工業"),
        ("ﾄﾖﾀ自動車", "トヨタ自動車"),
        ("葛\U000e0100城", "葛城"),
        ("Ｋ－ＭＡＸ", "k−max"),
        ("斎藤商事", "齋藤商事"),
        ("斉藤商事", "斎藤商事"),
        ("學校法人國士舘", "学校法人国士館"),
        ("ＮＰＯ法人みどり", "特定非営利活動法人みどり"),
        ("Ａ．Ｂ　Ｃ", "abc"),
        ("塚本", "塚本"),
    ],
)
def test_two_ways_to_write_one_name(one: str, other: str) -> None:
    assert name_key(one).core == name_key(other).core


@pytest.mark.parametrize(
    ("one", "other"),
    [("大阪商事", "大坂商事"), ("岡本", "丘本"), ("東京", "京東"), ("田中", "田申"), ("一", "二")],
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert name_key(one).core != name_key(other).core


@pytest.mark.parametrize(
    ("name", "core", "form", "place"),
    [
        ("株式会社窓口", "窓口", "株式会社", "before"),
        ("窓口株式会社", "窓口", "株式会社", "after"),
        ("一般社団法人窓口", "窓口", "一般社団法人", "before"),
        ("医療法人社団窓口会", "窓口会", "医療法人社団", "before"),
        ("窓口協同組合", "窓口", "協同組合", "after"),
        ("窓口", "窓口", "", ""),
        ("株式会社", "株式会社", "", ""),
        ("", "", "", ""),
    ],
)
def test_the_legal_form_is_taken_out(name: str, core: str, form: str, place: str) -> None:
    assert name_key(name) == (core, form, place)


@given(st.text(max_size=30))
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = fold_name(text)
    assert fold_name(folded) == folded


def test_no_variant_is_folded_to_one_that_is_folded_again() -> None:
    assert not {chr(code) for code in _variants()} & set(_variants().values())
