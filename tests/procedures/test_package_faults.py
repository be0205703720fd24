"""Faults of packages: each is found, at its line, with a sentence that helps."""

import pytest

from madoguchi.procedures.package.source import read_yaml
from tests.procedures.packages import loaded

FIELD = "  a: {type: integer, label: {ja: あ, en: A}}\n"


def told(body: str, **options: str) -> list[tuple[str, int]]:
    return [
        (fault.code, fault.line)
        for fault in loaded(body, **options).faults
        if fault.severity == "error"
    ]


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("data:\n" + FIELD + "  b: {type: integr, label: {ja: い, en: B}}\n", "unknown-type", 13),
        (
            "data:\n" + FIELD + "  b: {type: text, label: {ja: い, en: B}, min: 3}\n",
            "key-not-for-type",
            13,
        ),
        ("data:\n" + FIELD + "  b: {type: choice, label: {ja: い, en: B}}\n", "no-options", 13),
        ("data:\n" + FIELD + "  b: {type: text, labell: x}\n", "extra-forbidden", 13),
        (
            "data:\n" + FIELD + "  b: {type: integer, label: {ja: い, en: B}, calculate: a + c}\n",
            "rule-unknown-name",
            13,
        ),
        (
            "data:\n"
            + FIELD
            + '  b: {type: boolean, label: {ja: い, en: B}, calculate: a > "x"}\n',
            "rule-operand-type",
            13,
        ),
        (
            "data:\n  b: {type: integer, label: {ja: い, en: B}, calculate: c}\n"
            "  c: {type: integer, label: {ja: う, en: C}, calculate: b}\n",
            "cycle",
            12,
        ),
        (
            "data:\n" + FIELD + "  today: {type: date, label: {ja: い, en: B}}\n",
            "reserved-name",
            13,
        ),
        (
            "data:\n" + FIELD + "checks:\n  - {on: z, must: a > 1, message: {ja: い, en: B}}\n",
            "unknown-field",
            14,
        ),
        (
            "data:\n" + FIELD + "pages: [{id: p, title: {ja: い, en: B}, fields: []}]\n",
            "no-page",
            12,
        ),
        (
            "data:\n" + FIELD + "letters: {granted: {template: x.html, title: {ja: い, en: B}}}\n",
            "no-template",
            13,
        ),
        (
            "data:\n" + FIELD + "decisions: {d: {inputs: {a: a}, outputs: [d], rules: [['1']]}}\n",
            "table-width",
            13,
        ),
    ],
)
def test_a_fault_is_found_at_its_line(body: str, code: str, line: int) -> None:
    # The head of tests/procedures/packages.py takes the first lines: the count starts behind it.
    found = told(body)
    assert code in [each for each, _ in found]
    assert (code, line) in found


def test_a_misspelt_name_gets_a_suggestion() -> None:
    body = "data:\n  capacity: {type: integer, label: {ja: あ, en: A}}\nfees:\n"
    body += "  - {id: f, label: {ja: い, en: B}, amount: capasity * 2}\n"
    messages = [fault.message for fault in loaded(body).faults if fault.code == "rule-unknown-name"]
    assert len(messages) == 1
    assert "capacity" in messages[0]


def test_a_notification_cannot_be_refused() -> None:
    assert "notification-refused" in [
        code for code, _ in told("data:\n" + FIELD, kind="notification", pattern="permission")
    ]
    assert told("data:\n" + FIELD, kind="notification", pattern="notice") == []


def test_a_state_nobody_reaches_and_one_nobody_leaves() -> None:
    body = "data:\n" + FIELD
    head = "workflow: {pattern: notice}"
    found = loaded(body)
    assert found.package is not None
    own = (
        "workflow:\n  states:\n    draft: {label: {ja: 下書き, en: D}}\n    filed: {label: {ja: 受付, en: F}}\n"
        "    lost: {label: {ja: 迷子, en: L}}\n  actions:\n"
        "    submit: {label: {ja: 出す, en: S}, by: applicant, from: [draft], to: filed}\n"
    )
    from madoguchi.procedures.package.load import load
    from tests.procedures.packages import HEAD

    text = HEAD.format(kind="notification", pattern="notice").replace(head, own) + body
    codes = [fault.code for fault in load({"procedure.yaml": text}, "v1").faults]
    assert "unreachable" in codes
    assert "dead-end" in codes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "[",
        "a: [1, 2",
        "\x00",
        "a: &b 1\nc: *b",
        "? [a]: b",
        "a: !!python/object:os.system x",
        "- " * 500,
    ],
)
def test_no_text_makes_the_reader_raise(text: str) -> None:
    from madoguchi.procedures.package.load import load

    assert load({"procedure.yaml": text}, "v1").package is None
    read_yaml(text, "x")


def test_a_packages_own_tests_must_hold() -> None:
    from madoguchi.procedures.package.trial import run_tests

    body = (
        "data:\n" + FIELD + "tests:\n  - {name: wrong, given: {a: 1}, expect: {values: {a: 2}}}\n"
    )
    found = loaded(body).package
    assert found is not None
    count, failures = run_tests(found, lambda kind, prefecture: None)
    assert count == 1
    assert [failure.test for failure in failures] == ["wrong"]


TABLE = """data:
  a: {type: integer, label: {ja: あ, en: A}}
decisions:
  d:
    hit: %s
    inputs: {a: a}
    outputs: [d]
    rules: [['< 10', '1'], ['[5..20]', '2']]
"""


def test_gaps_and_overlaps_of_a_decision_table_are_told() -> None:
    found = {fault.code: fault for fault in loaded(TABLE % "unique").faults}
    assert found["table-overlap"].severity == "error"
    assert "[5..10)" in found["table-overlap"].message
    assert "> 20" in found["table-gap"].message
    assert found["table-gap"].severity == "warning"
    assert "table-overlap" not in {fault.code for fault in loaded(TABLE % "first").faults}
