"""Numbers as people type them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.japanese import (
    JapaneseInputError,
    parse_decimal,
    parse_integer,
    parse_money,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("１，２３４．５", "1234.5"),
        ("1234.50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1、234", "1234"),
        ("0", "0"),
        ("-0", "0"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+3", "3"),
        ("－３", "-3"),
        ("−3", "-3"),
        ("ー３", "-3"),
        ("‐3", "-3"),
        ("―3", "-3"),
        ("–3", "-3"),
        ("ｰ3", "-3"),
        ("△1,000", "-1000"),
        ("▲１，０００", "-1000"),
        (" \u200b12\u3000", "12"),
        ("9" * 20, "9" * 20),
    ],
)
def test_numbers(text: str, number: str) -> None:
    parsed = parse_decimal(text)
    assert parsed == Decimal(number)
    assert parsed.as_tuple() == Decimal(number).as_tuple()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" ", "empty"),
        ("abc", "number_format"),
        ("1.2.3", "number_format"),
        ("--3", "number_format"),
        ("-", "number_format"),
        (".", "number_format"),
        ("1 234", "number_format"),
        ("1_000", "number_format"),
        ("0x10", "number_format"),
        ("10²", "number_format"),
        ("①", "number_format"),
        ("½", "number_format"),
        ("٣", "number_format"),
        ("12,34", "number_grouping"),
        ("1234,567", "number_grouping"),
        ("1,234,", "number_grouping"),
        ("1,,234", "number_grouping"),
        ("1e3", "number_exponent"),
        ("1E309", "number_exponent"),
        ("１ｅ３０９", "number_exponent"),
        ("1e-5", "number_exponent"),
        ("nan", "number_not_finite"),
        ("NaN", "number_not_finite"),
        ("sNaN123", "number_not_finite"),
        ("Infinity", "number_not_finite"),
        ("-inf", "number_not_finite"),
        ("∞", "number_not_finite"),
        ("3万", "number_unit"),
        ("三千", "number_unit"),
        ("9" * 21, "number_too_long"),
        ("0." + "1" * 21, "number_too_long"),
        ("1" * 100_000, "number_too_long"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    for parse in (parse_decimal, parse_integer, parse_money):
        with pytest.raises(JapaneseInputError) as caught:
            parse(text)
        assert caught.value.code == code
        assert "{" not in caught.value.message["ja"] + caught.value.message["en"]


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15
    )
)
def test_every_written_number_is_read(number: Decimal) -> None:
    wide = str.maketrans("0123456789,.-", "０１２３４５６７８９，．－")
    for text in (f"{number:f}", f"{number:,f}", f"{number:,f}".translate(wide)):
        assert parse_decimal(text) == number


@given(
    st.text(max_size=20) | st.text(alphabet="0123456789０９,，.．-−eE万円￥¥金也△ ", max_size=12)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_decimal, parse_integer, parse_money):
        with suppress(JapaneseInputError):
            assert Decimal(parse(text)).is_finite()


def test_integers() -> None:
    assert parse_integer("１，２３４") == 1234
    assert parse_integer("3.0") == 3
    with pytest.raises(JapaneseInputError) as caught:
        parse_integer("3.5")
    assert caught.value.code == "integer_fraction"


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("1200", 1200),
        ("1,200円", 1200),
        ("１，２００円", 1200),
        ("￥1,200", 1200),
        ("¥1200", 1200),
        ("\\1,200", 1200),
        ("￥1,200-", None),
        ("金1,200円也", 1200),
        ("￥ 1200 円", 1200),
        ("△500", -500),
        ("-￥500", -500),
        ("￥-500", -500),
        ("1200 yen", 1200),
        ("0", 0),
        ("100.0", 100),
    ],
)
def test_money(text: str, yen: int | None) -> None:
    if yen is None:
        with pytest.raises(JapaneseInputError):
            parse_money(text)
    else:
        assert parse_money(text) == yen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3万", "number_unit"),
        ("3万円", "number_unit"),
        ("三万円", "number_unit"),
        ("100.5", "money_fraction"),
        ("円", "number_format"),
        ("￥", "number_format"),
        ("1" + "0" * 15, "number_too_long"),
        ("$5", "number_format"),
        ("--5", "number_format"),
        ("12￥3", "number_format"),
        ("1" + " " * 100_000 + "円", "number_format"),
        ("-￥-5", "number_format"),
    ],
)
def test_money_refused(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_money(text)
    assert caught.value.code == code
