"""The pure decisions of identity, and the shipped agencies."""

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.identity.agencies import office_of, shipped_agencies
from madoguchi.identity.rules import (
    NOBODY,
    SYSTEM_ACTOR,
    Actor,
    agencies_where,
    covers,
    may,
    may_file_for,
    safe_return,
)

AGENCIES = sorted(shipped_agencies())


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("meti", "meti", True),
        ("meti", "bureau-kanto", True),
        ("bureau-kanto", "meti", False),
        ("meti", "pref-13", False),
        ("none", "none", True),
        ("none", "meti", False),
        ("mof", "nta", True),
    ],
)
def test_covers(upper, lower, expected):
    assert covers(upper, lower) is expected


@given(
    st.sampled_from(AGENCIES), st.sampled_from(AGENCIES), st.sampled_from(["examiner", "approver"])
)
def test_nobody_may_what_is_not_granted(granted, asked, role):
    actor = Actor("p", "n", "official", grants=frozenset({(granted, "examiner")}))
    assert may(actor, role, asked) == (role == "examiner" and covers(granted, asked))
    assert (asked in agencies_where(actor, "examiner")) == covers(granted, asked)
    assert agencies_where(actor, "approver") == frozenset()
    for other in (NOBODY, SYSTEM_ACTOR):
        assert not may(other, role, asked)
        assert not may_file_for(other, "o", "p")


@pytest.mark.parametrize(
    ("kind", "prefecture", "expected"),
    [
        ("prefecture", "神奈川県", "pref-14"),
        ("prefecture", "神奈川", "pref-14"),
        ("prefecture", "京都", "pref-26"),
        ("prefecture", "東京", "pref-13"),
        ("prefecture", "北海道", "pref-01"),
        ("bureau", "静岡県", "bureau-kanto"),
        ("bureau", "石川県", "bureau-chubu"),
        ("bureau", "福井県", "bureau-kinki"),
        ("bureau", "沖縄県", "bureau-okinawa"),
        ("bureau", "", None),
        ("bureau", "満州", None),
        ("x", "東京都", None),
    ],
)
def test_office_of(kind, prefecture, expected):
    assert office_of(kind, prefecture) == expected


def test_every_prefecture_has_its_office_and_one_bureau():
    records = shipped_agencies().values()
    prefectures = [record for record in records if record.kind == "prefecture"]
    assert [record.id for record in prefectures] == [f"pref-{n:02d}" for n in range(1, 48)]
    for record in prefectures:
        name = record.prefectures[0]
        in_charge = [r for r in records if r.kind == "bureau" and name in r.prefectures]
        assert len(in_charge) == 1
        assert in_charge[0].parent == "meti"
    assert all(record.name["ja"] and record.name["en"] and record.head["ja"] for record in records)
    assert all(record.parent is None or record.parent in shipped_agencies() for record in records)


def test_every_ministry_of_the_survey_is_shipped(shared_data):
    path = shared_data / "procedures/procedures_survey_r6.parquet"
    if not path.is_file():
        pytest.skip(f"the survey of procedures is not at {path}")
    table = pyarrow.parquet.read_table(path, columns=["所管府省庁", "実施府省庁"])
    found = {
        name.strip()
        for column in table.columns
        for cell in set(column.to_pylist())
        for name in (cell or "").split(";")
        if name.strip()
    }
    shipped = {record.name["ja"] for record in shipped_agencies().values()}
    assert found <= shipped


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/account", "/account"),
        ("/desk?x=1&y=2", "/desk?x=1&y=2"),
        ("/a/b#c", "/a/b#c"),
        (None, "/"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\\b", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/a\nLocation: x", "/"),
        ("\\/evil", "/"),
        ("/sign-out", "/"),
        ("/sign-in?return=/x", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_safe_return(path, kept):
    assert safe_return(path) == kept


@given(st.text())
def test_a_return_path_is_always_within_the_service(text):
    kept = safe_return(text)
    assert kept.startswith("/")
    assert not kept.startswith(("//", "/\\"))
    assert not any(ord(character) <= 0x20 for character in kept)
