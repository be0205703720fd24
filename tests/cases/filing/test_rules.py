"""The pure parts: reading what a form sends, what may be edited, what changed, strict JSON."""

import contextlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.cases.api.body import strict_json
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.correct import changes
from madoguchi.cases.filing.editing import editable
from madoguchi.cases.filing.entering import (
    add_row,
    copy_row,
    read_page,
    remove_row,
    rows_of,
    value_at,
)
from madoguchi.cases.filing.prefilling import as_entered
from madoguchi.procedures.package.load import load
from tests.cases.filing.office import TRIAL

PACKAGE = load({"procedure.yaml": TRIAL.read_text()}, "v1").package
assert PACKAGE is not None
FIELDS = PACKAGE.fields
TABLE = FIELDS["equipment"]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["/kind", "/colours", "/site/city", "/equipment/r1/name", "row:/equipment", "shown", "/total"]
)


def anything(pointer: str) -> bool:
    return True


@given(
    st.dictionaries(st.sampled_from([*FIELDS]), JSON),
    st.dictionaries(
        NAMES | st.text(max_size=8), st.lists(st.text(max_size=8), min_size=1, max_size=3)
    ),
)
def test_reading_never_breaks_and_touches_only_what_was_sent(
    entered: dict[str, Any], sent: dict[str, list[str]]
) -> None:
    read = read_page(FIELDS.values(), sent, entered, anything)
    for name, field in FIELDS.items():
        shown = sent.get("shown", [])
        touched = any(f"/{name}" == key or key.startswith(f"/{name}/") for key in [*sent, *shown])
        if not touched and not field.parts:
            assert read.get(name) == entered.get(name)
    assert read.get("total") == entered.get("total")  # calculated: never taken from a form


def test_unticked_boxes_count_as_answers_only_when_they_were_shown() -> None:
    before = {"colours": ["red"], "promise": "true", "kind": "a"}
    assert read_page(FIELDS.values(), {}, before, anything) == before
    sent = {"shown": ["/colours", "/promise"]}
    assert read_page(FIELDS.values(), sent, before, anything) == {"kind": "a"}


def test_hidden_columns_and_rows_keep_their_values() -> None:
    before = {"equipment": [{"row": "a", "name": "x", "volume": "1"}, {"row": "b", "name": "y"}]}
    sent = {
        "shown": ["/equipment"],
        "row:/equipment": ["b", "a", "../bad", "b"],
        "/equipment/a/volume": ["2"],
    }
    assert read_page(FIELDS.values(), sent, before, anything)["equipment"] == [
        {"row": "b", "name": "y"},
        {"row": "a", "name": "x", "volume": "2"},
    ]


def test_a_locked_table_keeps_its_rows_but_open_cells_change() -> None:
    before = {"equipment": [{"row": "a", "name": "x", "volume": "1"}]}
    sent = {
        "shown": ["/equipment"],
        "row:/equipment": ["new"],
        "/equipment/a/volume": ["2"],
        "/equipment/a/name": ["changed"],
    }
    may_edit = editable(True, ["/equipment/a/volume"], [], [])
    rows = read_page(FIELDS.values(), sent, before, may_edit)["equipment"]
    assert rows == [{"row": "a", "name": "x", "volume": "2"}]


@pytest.mark.parametrize(
    ("correction", "points", "opened", "faulty", "pointer", "expected"),
    [
        (False, ["/a"], [], [], "/b", True),
        (True, [], [], [], "/b", True),
        (True, ["/a"], [], [], "/b", False),
        (True, ["/a"], ["/b"], [], "/b/c", True),
        (True, ["/a"], [], ["/b"], "/b", True),
        (True, ["/a/b"], [], [], "/a", False),
        (True, ["/a/b"], [], [], "/a/b/c", True),
        (True, ["/ab"], [], [], "/a", False),
    ],
)
def test_what_may_be_edited(
    correction: bool,
    points: list[str],
    opened: list[str],
    faulty: list[str],
    pointer: str,
    expected: bool,
) -> None:
    assert editable(correction, points, opened, faulty)(pointer) is expected


def test_rows_are_added_copied_and_removed_without_losing_their_ids() -> None:
    one = add_row({}, TABLE, {"name": "x"})
    first = one["equipment"][0]["row"]
    two = copy_row(one, TABLE, first)
    assert [row["name"] for row in two["equipment"]] == ["x", "x"]
    assert len({row["row"] for row in two["equipment"]}) == 2
    left = remove_row(two, TABLE, first)["equipment"]
    assert [row["row"] for row in left] == [two["equipment"][1]["row"]]


@given(JSON)
def test_rows_of_anything(raw: Any) -> None:
    assert all(isinstance(row["row"], str) for row in rows_of(raw))


@given(st.dictionaries(st.text(min_size=1, max_size=4), JSON, max_size=4))
def test_nothing_changes_between_equal_filings(data: dict[str, Any]) -> None:
    assert changes(data, data) == []


def test_changes_name_rows_by_their_ids() -> None:
    before = {"a": 1, "t": [{"row": "x", "n": 1}, {"row": "y", "n": 2}]}
    after = {"b": 2, "t": [{"row": "y", "n": 3}, {"row": "x", "n": 1}]}
    found = {(c["pointer"], c["before"], c["after"]) for c in changes(before, after)}
    assert found == {("/a", 1, None), ("/b", None, 2), ("/t/y/n", 2, 3)}
    assert value_at(after, "/t/y/n") == 3


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("started", date(2026, 4, 1), "2026-04-01"),
        ("amount", Decimal("12000.00"), "12000"),
        ("urgent", False, False),
        ("colours", ["red"], ["red"]),
        ("site", {"city": "川崎市", "odd": 1}, {"city": "川崎市"}),
        ("site", "text", None),
        ("email", {"id": "x"}, "x"),
    ],
)
def test_known_values_as_they_would_be_typed(name: str, value: object, expected: object) -> None:
    assert as_entered(FIELDS[name], value) == expected


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(CaseError):  # any other exception would be a 500
        strict_json(raw)


def test_fractions_are_exact() -> None:
    assert strict_json(b'{"a": 0.1, "b": 1e3}') == {"a": Decimal("0.1"), "b": Decimal("1e3")}
