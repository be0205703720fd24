"""What is published of an applicant beside its account and its facts: by table."""

from datetime import date
from typing import Any

import pytest

from madoguchi.cases.environment import known_of
from madoguchi.cases.published import SOURCE, says_the_same
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.service import Fact
from tests.registry.corporations.records import incoming, number

OWN = {
    "number": number(1),
    "name": "株式会社窓口1",
    "kana": "カブシキガイシャマドグチ",
    "address": "東京都千代田区霞が関1-3-1 窓口ビル5階",
    "representative_name": "窓口 一郎",
}
LINK = {"ja": "登記情報連携", "en": "Registry information link"}


def record(**fields: Any) -> Record:
    return incoming(1, updated="2026-06-01", **fields).record


def answered(day: date, value: Any = "answered") -> dict[str, Fact]:
    return {"registration": Fact(value, LINK, day)}


@pytest.mark.parametrize(
    ("part", "text", "same"),
    [
        ("name", "株式会社窓口１", True),
        ("name", "株式会社 窓口1", True),
        ("name", "窓口株式会社", False),
        ("name", None, False),
        ("kana", "マドグチ", True),
        ("kana", "カブシキガイシャマドグチ", True),
        ("kana", "マド", False),
        ("address", "東京都千代田区霞が関1-3-1", True),
        ("address", "東京都千代田区霞が関１丁目３番１号　窓口ビル", True),
        ("address", "東京都千代田区霞が関1-3-2", False),
        ("address", "", False),
    ],
)
def test_the_same_in_other_signs(part: str, text: str | None, same: bool) -> None:
    assert says_the_same(text, part, record()) is same


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        (None, {}),
        (record(), {"kind": "株式会社", "status": "active"}),
        (
            record(name="株式会社新窓口"),
            {"name": "株式会社新窓口", "kind": "株式会社", "status": "active"},
        ),
        (
            record(street="霞が関２丁目１番", kind="305"),
            {
                "address": "東京都千代田区霞が関２丁目１番",
                "kind": "合同会社",
                "status": "active",
            },
        ),
        (
            record(closed="2026-05-20", cause="01", process="21", kana=""),
            {"kind": "株式会社", "status": "closed"},
        ),
    ],
)
def test_what_rules_know_of_the_organisation(found: Record | None, changed: dict[str, str]) -> None:
    account = {"organisation": OWN, "person": {}, "agent": False}
    assert known_of(account, {}, found)["account"]["organisation"] == {**OWN, **changed}


def test_a_person_has_no_record() -> None:
    account = {"organisation": None, "person": {"name": "窓口 一郎"}, "agent": False}
    assert known_of(account, {}, None)["account"] == account


CLOSED = record(closed="2026-05-20", cause="01", process="21")


@pytest.mark.parametrize(
    ("facts", "found", "known"),
    [
        ({}, None, {}),
        ({}, record(), {"corporation": SOURCE, "registration": SOURCE}),
        ({}, CLOSED, {"corporation": SOURCE}),
        # What the registry information link answered holds more: it stays.
        (answered(date(2020, 1, 1)), record(), {"corporation": SOURCE, "registration": LINK}),
        (answered(date(2020, 1, 1)), None, {"registration": LINK}),
        # What is newer is believed.
        (answered(date(2026, 5, 31)), CLOSED, {"corporation": SOURCE}),
        (answered(date(2026, 6, 2)), CLOSED, {"corporation": SOURCE, "registration": LINK}),
        (answered(date(2026, 6, 2), None), record(), {"corporation": SOURCE}),
        (
            answered(date(2026, 5, 1), None),
            record(),
            {"corporation": SOURCE, "registration": SOURCE},
        ),
        (answered(date(2026, 6, 2), None), None, {}),
    ],
)
def test_what_is_known(
    facts: dict[str, Fact], found: Record | None, known: dict[str, dict[str, str]]
) -> None:
    account = {"organisation": OWN, "person": {}, "agent": False}
    rules = known_of(account, facts, found)
    assert rules["facts"].keys() == known.keys()
    for name, source in known.items():
        told = rules["source_of"](f'known("{name}")', "")
        assert told is not None
        assert told.label == source


@pytest.mark.parametrize(
    ("rule", "part", "source", "instead"),
    [
        ("account.organisation", "", SOURCE, None),
        ("account.organisation", "name", SOURCE, "株式会社窓口1"),
        ("account.organisation", "address", SOURCE, None),
        ("account.organisation", "representative_name", {"ja": "アカウントの登録情報"}, None),
        ("account.organisation.name", "", SOURCE, "株式会社窓口1"),
        ("account.organisation.kind", "", SOURCE, None),
        ("account.organisation.representative_name", "", {"ja": "アカウントの登録情報"}, None),
        ("account.person", "name", {"ja": "アカウントの登録情報"}, None),
        ("previous(1)", "", None, None),
    ],
)
def test_where_it_comes_from(
    rule: str, part: str, source: dict[str, str] | None, instead: str | None
) -> None:
    account = {"organisation": OWN, "person": {}, "agent": False}
    found = known_of(account, {}, record(name="株式会社新窓口"))["source_of"](rule, part)
    if source is None:
        assert found is None
        return
    assert found.label["ja"] == source["ja"]
    assert found.instead == instead
    assert found.as_of == (date(2026, 6, 1) if source is SOURCE else None)
