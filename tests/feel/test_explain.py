"""Explanations: which conditions decided, in words, and what would settle the unknown."""

from datetime import date
from typing import Any

import pytest

from madoguchi import feel

SCOPE = {
    "capacity": feel.NUMBER,
    "gas": feel.STRING,
    "licensed": feel.BOOLEAN,
    "start": feel.DATE,
    "filed_on": feel.DATE,
    "rows": feel.ListType(feel.ContextType({"n": feel.NUMBER})),
}
LABELS = {
    "capacity": {"ja": "処理能力", "en": "capacity"},
    "licensed": {"ja": "免許がある", "en": "licensed"},
    "rows.n": {"ja": "設備の数", "en": "number of equipment"},
}


def told(text: str, context: dict[str, Any]) -> feel.Explanation:
    return feel.explain(feel.compile(text, SCOPE), context, LABELS)


CASES = [
    (
        "capacity >= 300",
        {"capacity": 200},
        False,
        "処理能力（200）は300未満です。",
        "capacity (200) is less than 300.",
    ),
    (
        "capacity >= (if licensed then 300 else 100)",
        {"capacity": 200, "licensed": False},
        True,
        "処理能力（200）はif licensed then 300 else 100（100）以上です。",
        "capacity (200) is at least if licensed then 300 else 100 (100).",
    ),
    (
        'gas in ("helium", "nitrogen")',
        {"gas": "propane"},
        False,
        "gas（「propane」）は「helium」、「nitrogen」のいずれでもありません。",
        "gas (“propane”) is none of “helium”, “nitrogen”.",
    ),
    (
        'start >= filed_on + duration("P20D")',
        {"start": date(2026, 4, 10), "filed_on": date(2026, 4, 1)},
        False,
        'start（2026-04-10）はfiled_on + duration("P20D")（2026-04-21）より前です。',
        'start (2026-04-10) is before filed_on + duration("P20D") (2026-04-21).',
    ),
    ("licensed", {"licensed": True}, True, "「免許がある」に当たります。", "“licensed”: yes."),
    (
        "capacity between 1 and 5",
        {"capacity": 9},
        False,
        "処理能力（9）は1以上5以下の範囲外です。",
        "capacity (9) is outside 1 to 5.",
    ),
    (
        "capacity in [1..5)",
        {"capacity": 5},
        False,
        "処理能力（5）は1以上5未満の範囲外です。",
        "capacity (5) is outside 1 to less than 5.",
    ),
    (
        "some r in rows satisfies r.n > 3",
        {"rows": [{"n": 1}, {"n": 4}]},
        True,
        "rowsの2件目が「r.n > 3」に当たります。",
        "Item 2 of rows satisfies “r.n > 3”.",
    ),
    (
        "every r in rows satisfies r.n > 3",
        {"rows": [{"n": 5}, {"n": 4}]},
        True,
        "rowsのすべてが「r.n > 3」に当たります。",
        "All of rows satisfy “r.n > 3”.",
    ),
    (
        'not(gas != "helium")',
        {"gas": "helium"},
        True,
        "gas（「helium」）は「helium」です。",
        "gas (“helium”) is “helium”.",
    ),
]


@pytest.mark.parametrize(("text", "context", "value", "ja", "en"), CASES)
def test_words(text: str, context: dict[str, Any], value: bool, ja: str, en: str) -> None:
    found = told(text, context)
    assert (found.value, found.message, found.missing) == (value, {"ja": ja, "en": en}, ())


ABSENT = [  # what is true or false for now, and the absent data that may change it
    ("gas = null", {}, True, [("gas",)]),
    ('gas = "helium"', {}, False, [("gas",)]),
    ('gas = "helium" and capacity > 1', {"capacity": 0}, False, []),
    ('gas = "helium" or capacity > 1', {"capacity": 2}, True, []),
    ("capacity between 1 and 5 or licensed", {"licensed": True}, True, []),
    ("if licensed then capacity > 3 else capacity > 1", {"capacity": 5}, True, []),
    ("if licensed then capacity > 3 else capacity > 1", {"capacity": 2}, True, [("licensed",)]),
    ("if licensed then capacity > 3 else gas = null", {"licensed": False}, True, [("gas",)]),
    ("(if licensed then capacity else 1) > 2", {"licensed": False}, False, []),
    ("some r in rows satisfies r.n > 3", {"rows": [{"n": 5}, {}]}, True, []),
    ("some r in rows satisfies r.n > 3", {"rows": [{"n": 1}, {}]}, None, [("rows", "n")]),
    ("every r in rows satisfies r.n > 3", {"rows": [{"n": 1}, {}]}, False, []),
    ("count(rows) > 3", {}, None, [("rows",)]),
    ("capacity + 1 > null", {}, None, [("capacity",)]),
]


@pytest.mark.parametrize(("text", "context", "value", "missing"), ABSENT)
def test_what_may_change_the_answer(
    text: str, context: dict[str, Any], value: bool | None, missing: list[tuple[str, ...]]
) -> None:
    found = told(text, context)
    assert (found.value, list(found.missing)) == (value, missing)


def test_only_what_decided_is_told() -> None:
    rule = 'capacity >= 100 and licensed and gas != "x"'
    found = told(rule, {"capacity": 200, "licensed": False, "gas": "y"})
    assert [r.text for r in found.reasons] == ["licensed"]
    found = told("capacity > 100 or licensed", {"capacity": 200, "licensed": True})
    assert [r.outcome for r in found.reasons] == [True, True]
    found = told("not(capacity > 100 or licensed)", {"capacity": 200, "licensed": False})
    assert [(r.text, r.outcome) for r in found.reasons] == [("capacity > 100", True)]


def test_missing_data_that_would_settle_it() -> None:
    rule = "capacity >= 100 and licensed and start > filed_on"
    found = told(rule, {"capacity": 200, "start": date(2026, 4, 1)})
    assert found.value is None
    assert found.missing == (("licensed",), ("filed_on",))
    assert found.reasons[0].message["ja"] == (
        "免許があるが未入力のため、「licensed」かどうか分かりません。"
    )
    assert told(rule, {"capacity": 1}).missing == ()


def test_a_missing_entry_of_a_row_is_named() -> None:
    found = told("sum(rows.n) > 3", {"rows": [{"n": 1}, {"n": None}]})
    assert (found.value, found.missing) == (None, (("rows", "n"),))
    assert "設備の数" in found.message["ja"]


def test_a_chosen_branch_is_told_with_its_condition() -> None:
    found = told("if licensed then capacity > 300 else capacity > 100", {"capacity": 200})
    assert [(r.text, r.outcome) for r in found.reasons] == [
        ("licensed", None),
        ("capacity > 100", True),
    ]
