"""One spelling of what people write in many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.procedures.catalogue.words import (
    MOST_CHARACTERS,
    MOST_WORDS,
    bigrams,
    clean,
    fold,
    likeness,
    runs,
    split,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＮＡＣＣＳ", "naccs"),
        ("ｶﾞｽ", "ガス"),
        ("がす", "ガス"),
        ("第五条", "第5条"),
        ("第二十一条の三", "第21条の三"),
        ("第二百四号", "第204号"),
        ("第５条第１項", "第5条第1項"),
        ("医薬品、医療機器等", "医薬品医療機器等"),
        ("国家公安委員会・警察庁", "国家公安委員会警察庁"),
        ("霞ヶ関", "霞ケ関"),
        ("E−GOV", "e-gov"),
        ("高圧　ガス", "高圧ガス"),
    ],
)
def test_spellings_that_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert fold("第5条") != fold("第6条")
    assert fold("カ") != fold("ガ")


@given(st.text())
def test_folding_twice_changes_nothing_for_cleaned_text(text: str) -> None:
    once = fold(clean(text))
    assert not any(sign.isspace() for sign in once)
    assert fold("ひら") == fold("ヒラ")
    assert len(split(text)) <= MOST_WORDS
    assert sum(map(len, split(text * 20))) <= MOST_CHARACTERS * 20
    assert "\0" not in clean(text)


def test_runs_leave_the_hiragana_between() -> None:
    assert runs("高圧ガスの製造を始めたい") == ["高圧", "ガス", "製造", "始"]
    assert runs("e-gov") == ["e-gov"]
    assert runs("ひらがな") == []


@given(st.text(min_size=2), st.text(min_size=2))
def test_likeness_is_symmetric_and_between_0_and_1(one: str, other: str) -> None:
    score = likeness(bigrams(one), bigrams(other))
    assert 0 <= score <= 1
    assert score == likeness(bigrams(other), bigrams(one))
    assert likeness(bigrams(one), bigrams(one)) == 1
