"""Checking raw rows agrees with the journal's own `verify`, whatever stands in the columns."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.kernel.database.columns import read_json, write_json
from madoguchi.kernel.journal import Entry, verify
from madoguchi.kernel.journal.checking import leaf_of
from madoguchi.kernel.journal.leaf import entry_content, leaf_hash
from madoguchi.kernel.journal.service import entry_row

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
ROWS = st.builds(
    entry_row,
    subject=TEXT,
    seq=st.integers(1, 2**31 - 1),
    action=TEXT,
    actor=TEXT,
    on_behalf_of=st.none() | TEXT,
    at=st.datetimes(
        min_value=datetime(1000, 1, 1),
        timezones=st.just(UTC),
    ),
    payload=st.dictionaries(TEXT, JSON, max_size=4),
)
NAMES = [column.name for column in Entry.__table__.columns]
GARBAGE = st.none() | st.integers() | TEXT | st.binary(max_size=4) | JSON.map(write_json)


def as_sqlite(row: dict[str, Any]) -> list[Any]:
    at = row["at"].replace(tzinfo=None).isoformat(" ", "microseconds")
    return [*({**row, "at": at, "payload": write_json(row["payload"])}[name] for name in NAMES)]


def as_postgresql(row: dict[str, Any]) -> list[Any]:
    """JSONB sorts keys by length and puts spaces behind colons and commas."""
    payload = json.dumps(dict(sorted(row["payload"].items())[::-1]), ensure_ascii=False)
    return [*({**row, "payload": payload}[name] for name in NAMES)]


@given(ROWS)
def test_what_was_written_is_whole_on_both_databases(row: dict[str, Any]) -> None:
    for stored in (as_sqlite(row), as_postgresql(row)):
        assert leaf_of(stored) == (bytes.fromhex(row["leaf_hash"]), True)


@given(ROWS)
def test_what_was_erased_is_whole_and_half_an_erasure_is_not(row: dict[str, Any]) -> None:
    stored = as_sqlite(row)
    payload, salt = NAMES.index("payload"), NAMES.index("salt")
    for gone in ([payload], [salt], [payload, salt]):
        left = [None if place in gone else value for place, value in enumerate(stored)]
        assert leaf_of(left) == (bytes.fromhex(row["leaf_hash"]), len(gone) == 2)


@given(ROWS, st.sampled_from(NAMES), GARBAGE)
def test_any_other_column_is_seen_as_the_reference_sees_it(
    row: dict[str, Any], name: str, value: object
) -> None:
    stored = as_sqlite(row)
    if stored[NAMES.index(name)] == value:
        return
    stored[NAMES.index(name)] = value
    leaf, whole = leaf_of(stored)
    assert whole == _reference(stored)
    if leaf is not None and name not in ("payload", "salt", "leaf_hash"):
        assert leaf.hex() != row["leaf_hash"] or whole


@given(ROWS, st.sampled_from(NAMES), st.data())
def test_a_changed_character_is_seen(row: dict[str, Any], name: str, data: st.DataObject) -> None:
    stored = as_sqlite(row)
    place = NAMES.index(name)
    text = stored[place]
    if isinstance(text, int):
        stored[place] = text ^ 1
    elif text:
        at = data.draw(st.integers(0, len(text) - 1))
        changed = chr(ord(text[at]) ^ 1)
        stored[place] = text[:at] + changed + text[at + 1 :]
    else:
        stored[place] = "x"
    assert leaf_of(stored)[1] == _reference(stored)
    if name != "payload" or _parsed(stored[place]) != row["payload"]:
        assert not leaf_of(stored)[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("at", "no moment"),
        ("at", None),
        ("payload", "[" * 100_000),
        ("payload", '{"n": 1e999999999999999999}'),
        ("payload", "{} {}"),
        ("salt", "no digits"),
        ("seq", "one"),
        ("leaf_hash", None),
        ("subject", b"\xff"),
    ],
)
def test_what_cannot_be_read_is_not_whole(name: str, value: object) -> None:
    row = entry_row(
        subject="case:1",
        action="filed",
        actor="u1",
        at=datetime(2026, 4, 1, tzinfo=UTC),
        payload={},
    )
    stored = as_sqlite(row)
    stored[NAMES.index(name)] = value
    assert leaf_of(stored)[1] is False


def _parsed(text: object) -> object:
    try:
        return read_json(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _reference(stored: list[Any]) -> bool:
    values = dict(zip(NAMES, stored, strict=True))
    try:
        values["at"] = datetime.fromisoformat(values["at"]).replace(tzinfo=UTC)
        values["payload"] = None if values["payload"] is None else read_json(values["payload"])
        entry = Entry(**values)
        return verify(entry) and leaf_hash(entry_content(entry)) == entry.leaf_hash
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        return False
