"""Normalising, kana, repertoire, searching."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.japanese import (
    JapaneseInputError,
    bigrams,
    hiragana_to_katakana,
    is_kana,
    katakana_to_hiragana,
    normalise,
    normalise_line,
    outside_jis_x_0213,
    parse_kana,
    search_key,
)
from madoguchi.kernel.japanese.normalising import fold


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("ｶﾞｷﾞｸﾞ ﾊﾟ ｳﾞ", "ガギグ パ ヴ"),
        ("か\u3099は\u309a", "がぱ"),
        ("ｱﾞ", "ア\u3099"),
        ("ﾞ", "\u309b"),
        ("（株）窓口！", "（株）窓口！"),
        ("10～20", "10〜20"),
        ("1－2−3‐4–5", "1-2-3-4-5"),
        ("ラーメン―うまい―", "ラーメン―うまい―"),
        ("　山田　太郎　", "山田 太郎"),
        ("a\u00a0b\tc", "a b c"),
        ("a\u200b\ufeff\u202e\u0000\u0007b", "ab"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\ud800x", "x"),
        ("塚\ufa10﨑髙", "塚\ufa10﨑髙"),
        ("㈱①²", "㈱①²"),
        ("e\u0301", "é"),
        ("⽇本", "日本"),
        ("辻\U000e0100", "辻\U000e0100"),
        ("￥100", "¥100"),
        ("", ""),
    ],
)
def test_normalise(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    for function in (normalise, normalise_line, fold):
        once = function(text)
        assert function(once) == once
        once.encode("utf-8")  # can be stored
        assert "\0" not in once


@given(st.text(alphabet="ｶﾞﾟか\u3099\u309a \n\r\t\u200b\ufeff\u0085\u0301e\ufa10-ー", max_size=12))
def test_normalising_hard_characters_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert normalise_line(normalise_line(text)) == normalise_line(text)


def test_normalise_line_makes_one_line() -> None:
    assert normalise_line("東京都\r\n\r\n 千代田区　　霞が関") == "東京都 千代田区 霞が関"


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("ヤマダ タロウ", True),
        ("やまだたろう", True),
        ("シャープ・ペンシル", True),
        ("ヴァイオリン", True),
        ("ヷ", True),
        ("", False),
        (" ", False),
        ("山田", False),
        ("ﾔﾏﾀﾞ", False),
        ("yamada", False),
        ("ヤマダ　タロウ", False),
    ],
)
def test_is_kana(text: str, yes: bool) -> None:
    assert is_kana(text) is yes


def test_kana_are_read_from_either_syllabary_and_width() -> None:
    assert parse_kana("ﾔﾏﾀﾞ　たろう") == "ヤマダ タロウ"
    assert parse_kana("らーめん-") == "ラーメンー"
    for text, characters in (("山田タロウ", "山田"), ("ヤマダ2", "2")):
        with pytest.raises(JapaneseInputError) as caught:
            parse_kana(text)
        assert caught.value.params["characters"] == characters
    with pytest.raises(JapaneseInputError, match="empty"):
        parse_kana("　")


@given(st.text(alphabet=[chr(code) for code in range(0x3041, 0x3097)]))
def test_kana_there_and_back(text: str) -> None:
    assert katakana_to_hiragana(hiragana_to_katakana(text)) == text
    assert is_kana(hiragana_to_katakana(text)) == bool(text)


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("窓口 Counter 123 ~\\ \n\t", []),
        ("髙橋", ["髙"]),
        ("山﨑塚𠮟", []),
        ("か゚き゚", []),
        ("①㈱℡éÅ〜～－∥―—", []),
        ("￥¥￠￡￢", []),
        ("đĦĲŴ", ["Ħ", "Ĳ", "Ŵ"]),  # JIS X 0212 has these
        ("\uf900", ["\uf900"]),
        ("辻\U000e0100さん", ["辻\U000e0100"]),
        ("葛\ufe00", ["葛\ufe00"]),
        ("👍🏽と👍", ["👍🏽", "👍"]),
        ("\ue000\uf8ff", ["\ue000", "\uf8ff"]),
        ("한국", ["한", "국"]),
        ("ｱ", ["ｱ"]),
        ("\x07\x9f", ["\x07", "\x9f"]),
        ("\ud800", ["\ud800"]),
        ("髙髙", ["髙"]),
        ("", []),
    ],
)
def test_outside_jis_x_0213(text: str, outside: list[str]) -> None:
    assert outside_jis_x_0213(text) == outside


def test_repertoire_is_that_of_the_published_table(shared_data: Path) -> None:
    """Project X0213's mapping table, both ways: nothing of it is missing, nothing else is in."""
    table = (shared_data / "mj" / "jisx0213-2004-8bit-std.txt").read_text(encoding="ascii")
    written = re.findall(r"^0x\w+\tU\+([0-9A-F+]+)\t#(.*)", table, re.MULTILINE)
    inside = {"".join(chr(int(code, 16)) for code in codes.split("+")) for codes, _ in written}
    inside = {character for character in inside if character.isprintable() or character == "\u3000"}
    others = re.findall(r"(?:Fullwidth|Windows)\s*: U\+([0-9A-F]+)", table)
    twins = {chr(int(code, 16)) for code in others} | set("—⦅⦆")
    assert len(inside) > 11_000
    assert [character for character in inside | twins if outside_jis_x_0213(character)] == []
    rest = (chr(code) for code in (*range(0xA1, 0xD800), *range(0xE000, 0x30000)))
    known = inside | twins | {"\u00ad"}
    assert [c for c in rest if c not in known and not outside_jis_x_0213(c)] == []


@given(st.text(max_size=30))
def test_repertoire_never_fails(text: str) -> None:
    assert all(character in text for character in outside_jis_x_0213(text))


def test_search_key_makes_writings_equal() -> None:
    ways = ["ソニー・グループ", "そにーぐるーぷ", "ｿﾆｰ ｸﾞﾙｰﾌﾟ", "ソニ－　グル―プ"]
    assert {search_key(way) for way in ways} == {"ソニーグループ"}
    assert search_key("㈱jig.jp") == search_key("（株）ＪＩＧ．ＪＰ")


def test_bigrams() -> None:
    assert bigrams("窓口サービス") == ["窓口", "口サ", "サー", "ービ", "ビス"]
    assert bigrams("ああああ") == ["アア"]
    assert bigrams("窓") == ["窓"]
    assert bigrams("　") == []
