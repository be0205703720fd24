"""Corporate numbers, postal codes, telephones, e-mail."""

from contextlib import suppress
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.japanese import (
    JapaneseInputError,
    corporate_number_check_digit,
    format_postal_code,
    format_telephone,
    is_corporate_number,
    parse_corporate_number,
    parse_email,
    parse_postal_code,
    parse_telephone,
)

DIGITS = "0123456789"


@pytest.mark.parametrize(
    "number",
    [
        "7000012050002",
        "1130001011420",
        "3011101042092",
        "6120001005484",
        "1180301018771",
        "4000020182079",
        "8700150000003",
    ],
)
def test_real_corporate_numbers(number: str) -> None:
    assert is_corporate_number(number)
    wide = f"{number[0]}-{number[1:5]} {number[5:]}".translate(
        str.maketrans(DIGITS, "０１２３４５６７８９")
    )
    assert parse_corporate_number(wide) == number


@pytest.mark.parametrize(
    "number",
    ["1234567891011", "1234567891022", "1234567891033", "1234567890123", "0123456789123"],
)
def test_invented_corporate_numbers(number: str) -> None:
    assert not is_corporate_number(number)
    with pytest.raises(JapaneseInputError) as caught:
        parse_corporate_number(number)
    assert caught.value.code == "corporate_number_check_digit"


@given(
    st.text(alphabet=DIGITS, min_size=12, max_size=12), st.integers(1, 12), st.sampled_from(DIGITS)
)
def test_most_wrong_digits_are_found(base: str, place: int, other: str) -> None:
    """The law's formula misses only 0 against 9 and their doubles (sums modulo 9)."""
    number = f"{corporate_number_check_digit(base)}{base}"
    assert is_corporate_number(number)
    changed = number[:place] + other + number[place + 1 :]
    same = (int(other) - int(number[place])) % 9 == 0
    assert is_corporate_number(changed) == same


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("700001205000", "corporate_number_length"),
        ("70000120500021", "corporate_number_length"),
        ("T7000012050002", "corporate_number_invoice"),
        ("Ｔ７０００012050002", "corporate_number_invoice"),
        ("国税庁", "corporate_number_format"),
        ("700001205000²", "corporate_number_format"),
        ("７００００１２０５０００٢", "corporate_number_format"),
    ],
)
def test_corporate_numbers_refused(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_corporate_number(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "base", ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"]
)
def test_check_digit_of_something_else(base: str) -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        corporate_number_check_digit(base)


@pytest.mark.parametrize(
    "text", ["100-8977", "１００−８９７７", "〒100-8977", "1008977", "100ー8977", " 100 8977"]
)
def test_postal_codes(text: str) -> None:
    assert parse_postal_code(text) == "1008977"
    assert format_postal_code(parse_postal_code(text)) == "100-8977"


@pytest.mark.parametrize(
    "text", ["100-897", "10-08977", "東京", "100-89777", "100--8977", "٠٠٠٠٠٠٠"]
)
def test_postal_codes_refused(text: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_postal_code(text)
    assert caught.value.code == "postal_code_format"


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [
        ("03-3501-1511", "0335011511", "03-3501-1511"),
        ("０３（３５０１）１５１１", "0335011511", "03-3501-1511"),
        ("+81 3 3501 1511", "0335011511", "03-3501-1511"),
        ("+81(0)90-1234-5678", "09012345678", "090-1234-5678"),
        ("090ー1234ー5678", "09012345678", "090-1234-5678"),
        ("0120-444-444", "0120444444", "0120-444-444"),
        ("0570-064-064", "0570064064", "0570-064-064"),
        ("0800-123-4567", "08001234567", "0800-123-4567"),
        ("050-1234-5678", "05012345678", "050-1234-5678"),
        ("0422-12-3456", "0422123456", "0422123456"),
        ("+1 202-555-0100", "+12025550100", "+12025550100"),
    ],
)
def test_telephones(text: str, number: str, shown: str) -> None:
    assert parse_telephone(text) == number
    assert format_telephone(number) == shown


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("3501-1511", "telephone_format"),
        ("110", "telephone_format"),
        ("00-1234-5678", "telephone_format"),
        ("内線12", "telephone_format"),
        ("()", "telephone_format"),
        ("+", "telephone_format"),
        ("+0123456789", "telephone_format"),
        ("03-3501-151", "telephone_length"),
        ("090-1234-567", "telephone_length"),
        ("03-3501-15111", "telephone_length"),
    ],
)
def test_telephones_refused(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_telephone(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Taro.Yamada+x@Example.JP", "Taro.Yamada+x@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        (" taro@example.jp\u200b", "taro@example.jp"),
        ("abc..def.@docomo.ne.jp", "abc..def.@docomo.ne.jp"),
        ("a@xn--wgv71a119e.jp", "a@xn--wgv71a119e.jp"),
    ],
)
def test_email(text: str, address: str) -> None:
    assert parse_email(text) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("taro", "email_format"),
        ("taro@localhost", "email_format"),
        ("a@b@c.jp", "email_format"),
        ("a@-b.jp", "email_format"),
        ("a@b..jp", "email_format"),
        ("x" * 65 + "@example.jp", "email_format"),
        ("太郎@example.jp", "email_characters"),
        ("taro @example.jp", "email_characters"),
        ("a@example.jp\nBcc: b@example.jp", "email_characters"),
        ("x" * 250 + "@example.jp", "email_too_long"),
        ("<a@example.jp>", "email_format"),
    ],
)
def test_email_refused(text: str, code: str) -> None:
    with pytest.raises(JapaneseInputError) as caught:
        parse_email(text)
    assert caught.value.code == code


@given(st.text(max_size=30) | st.text(alphabet="0１２+-ー()@.aａ〒 \n", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_corporate_number, parse_postal_code, parse_telephone, parse_email):
        with suppress(JapaneseInputError):
            assert parse(text).isascii()


def test_every_number_of_the_real_change_feed(shared_data: Path) -> None:
    file = shared_data / "nta" / "changes_2026_06_07.parquet"  # file date, then the 30 fields
    table = pyarrow.parquet.read_table(file, columns=["column02"])
    numbers = {str(number) for number in table.column(0).to_pylist()}
    assert len(numbers) > 50_000
    assert [number for number in numbers if not is_corporate_number(number)] == []
