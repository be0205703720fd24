"""Canonical JSON."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.canonical import canonical_json, decimal_text, digest, plain

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | TEXTS
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def test_keys_are_in_utf16_order() -> None:
    """The example of RFC 8785 section 3.2.3: a surrogate pair sorts before U+FB33."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}
    keys = list(json.loads(canonical_json(value)))
    assert keys == ["\r", "1", "\u0080", "ö", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_as_javascript_does() -> None:
    assert canonical_json('\u20ac$\x0f\nA\'B"\\\\"/\x7f') == (
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1.50"), '"1.5"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("-0.00"), '"0"'),
        (Decimal("0.000001"), '"0.000001"'),
        (2**53 - 1, "9007199254740991"),
        (2**53, '"9007199254740992"'),
        (True, "true"),
        (date(2026, 4, 1), '"2026-04-01"'),
        (time(9, 30), '"09:30:00"'),
        (datetime(2026, 4, 1, 9, tzinfo=timezone(timedelta(hours=9))), '"2026-04-01T00:00:00Z"'),
        ((), "[]"),
        ({"b": [1, None], "a": {}}, '{"a":{},"b":[1,null]}'),
    ],
)
def test_values(value: object, written: str) -> None:
    assert canonical_json(value).decode() == written


@pytest.mark.parametrize("value", [1.0, {"a": 0.5}, {1: "a"}, b"x", {1, 2}, object()])
def test_types_without_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize(
    "value",
    [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+9999"), "\ud800", datetime(2026, 4, 1)],
)
def test_values_without_canonical_form(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several kinds of ValueError, one contract
        canonical_json(value)


@given(VALUES)
def test_order_of_keys_does_not_matter(value: object) -> None:
    def turned(item: object) -> object:
        if isinstance(item, dict):
            return {key: turned(item[key]) for key in reversed(item)}
        return [turned(each) for each in item] if isinstance(item, list) else item

    assert digest(turned(value)) == digest(value)


@given(VALUES)
def test_what_is_stored_verifies_as_what_was_given(value: object) -> None:
    stored = plain(value)
    assert canonical_json(stored) == canonical_json(value)
    assert canonical_json(json.loads(json.dumps(stored))) == canonical_json(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_equal_decimals_are_written_equally(number: Decimal) -> None:
    assert Decimal(decimal_text(number)) == number
    assert decimal_text(number * Decimal("1.000")) == decimal_text(+number)
