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
    found = loaded(body)
    assert found.package is not None
    own = (
        "workflow:\n  states:\n    draft: {label: {ja: 下書き, en: D}}\n    filed: {label: {ja: 受付, en: F}}\n"
        "    lost: {label: {ja: 迷子, en: L}}\n  actions:\n"
        "    submit: {label: {ja: 出す, en: S}, by: applicant, from: [draft], to: filed}\n"
    )
    codes = [fault.code for fault in loaded(own + body, kind="notification").faults]
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


LISTS = """\
lists:
  places: {no: {ja: 一, en: One}, se: {ja: 二, en: Two}}
data:
  a: {type: choice, label: {ja: あ, en: A}, options: places}
  t: {type: table, label: {ja: 表, en: T}, columns: {b: {type: choice, label: {ja: い, en: B}, options: places}}}
"""


def test_fields_may_share_a_list_of_options() -> None:
    found = loaded(LISTS).package
    assert found is not None
    assert [*(found.fields["a"].spec.options or {})] == ["no", "se"]
    assert found.fields["t"].columns["b"].spec.options == found.fields["a"].spec.options
    assert ("unknown-list", 14) in told(LISTS.replace("A}, options: places", "A}, options: towns"))


def test_rules_that_many_fields_share_are_compiled_once() -> None:
    fields = "".join(
        f"  f{n}: {{type: text, label: {{ja: い, en: B}}, relevant: a > 3}}\n" for n in range(3)
    )
    found = loaded("data:\n" + FIELD + fields).package
    assert found is not None
    assert found.fields["f0"].relevant is found.fields["f2"].relevant


@pytest.mark.parametrize(
    ("workflow", "said"),
    [
        ("  actions: {start_examination: {by: exmainer}}\n", "did you mean “examiner”?"),
        ("  with: {approver: aproover}\n", "did you mean “approver”?"),
        (
            "  opinions:\n    fire: {label: {ja: 意見, en: O}, choose: [pref-13], from: [examining],"
            " role: exminer}\n",
            "did you mean “examiner”?",
        ),
        (
            "  routes:\n    r: {steps: [{id: a, label: {ja: 長, en: C}, role: zzz, proxy: depty}]}\n"
            "  actions: {approve_grant: {route: r}}\n",
            "the roles are examiner,",
        ),
    ],
)
def test_a_role_nobody_can_have_is_a_fault(workflow: str, said: str) -> None:
    body = "data:\n" + FIELD + "workflow:\n  pattern: permission\n" + workflow
    found = [fault for fault in loaded(body).faults if fault.code == "unknown-role"]
    assert found, [str(fault) for fault in loaded(body).faults]
    assert said in found[0].message
    assert len({fault.message for fault in found}) == len(found), "each once"


def test_a_field_for_a_role_nobody_can_have_is_a_fault() -> None:
    field = "  n: {type: text, label: {ja: い, en: B}, visible_to: [examinr]}\n"
    assert ("unknown-role", 13) in told("data:\n" + FIELD + field)
