"""Opinions asked of other agencies: whom, how they join, silence; told by packages' own tests."""

import pytest

from madoguchi.procedures.package.trial import run_tests
from madoguchi.procedures.workflow.opinions import (
    ANSWERED,
    ASKED,
    PASSED,
    WITHDRAWN,
    Request,
    joined,
)
from tests.procedures.packages import loaded, package

BODY = """\
data:
  prefectures: {{type: multichoice, label: {{ja: 都道府県, en: Prefectures}}, required: true, options: {{東京都: {{ja: 東京都, en: Tokyo}}, 神奈川県: {{ja: 神奈川県, en: Kanagawa}}}}}}
workflow:
  pattern: permission
  opinions:
    local:
      label: {{ja: 知事の意見, en: Opinion of the governor}}
      to: office("prefecture", prefectures)
      from: [examining]
      within: 14 days
      join: {join}
      overdue: {overdue}
      form:
        stance: {{type: choice, label: {{ja: 意見, en: Stance}}, required: true, options: {{none: {{ja: 異議なし, en: No objection}}, against: {{ja: 反対, en: Against}}}}}}
  actions:
    propose_grant: {{guard: opinions.local.joined, guard_message: {{ja: 意見が届いていません, en: Opinions are missing}}}}
"""


def body(join: str = "all", overdue: str = "wait") -> str:
    return BODY.format(join=join, overdue=overdue)


@pytest.mark.parametrize(
    ("join", "states", "enough"),
    [
        ("all", [], False),
        ("all", [ANSWERED, ASKED], False),
        ("all", [ANSWERED, PASSED], True),
        ("any", [ASKED, ASKED], False),
        ("any", [ASKED, ANSWERED], True),
        ("any", [ASKED, PASSED], False),
        ("any", [PASSED, PASSED], True),
        ("2", [ANSWERED, ASKED, ASKED], False),
        ("2", [ANSWERED, ANSWERED, ASKED], True),
        ("3", [ANSWERED, ANSWERED], True),
        ("all", [WITHDRAWN, WITHDRAWN], False),
        ("all", [ANSWERED, WITHDRAWN], True),
        ("all", [ASKED, WITHDRAWN], False),
        ("2", [ANSWERED, WITHDRAWN, WITHDRAWN], False),
        ("2", [ANSWERED, PASSED, WITHDRAWN], True),
    ],
)
def test_when_enough_opinions_are_in(join: str, states: list[str], enough: bool) -> None:
    block = package(body(join)).machine.opinions["local"]
    assert joined(block, [Request(str(i), state, {}) for i, state in enumerate(states)]) is enough


def test_a_package_tests_its_opinions() -> None:
    tests = """\
tests:
  - name: both answer
    given: {prefectures: [東京都, 神奈川県]}
    run:
      - submit
      - start_examination
      - ask_local
      - answer: {opinion: local, agency: pref-13, form: {stance: none}}
      - answer: {opinion: local, agency: pref-14, form: {stance: against}}
      - propose_grant
      - approve_grant
    expect: {state: granted}
  - name: one is missing
    given: {prefectures: [東京都, 神奈川県]}
    run: [submit, start_examination, ask_local, {answer: {opinion: local, agency: pref-13, form: {stance: none}}}, propose_grant]
    expect: {refused_action: propose_grant}
  - name: asked twice
    given: {prefectures: [東京都]}
    run: [submit, start_examination, ask_local, ask_local]
    expect: {refused_action: ask_local}
"""
    assert told(body() + tests) == []
    silence = """\
tests:
  - name: silence is no objection
    given: {prefectures: [東京都]}
    run: [submit, start_examination, ask_local, {wait: 15 days}, propose_grant]
    expect: {state: approving_grant}
"""
    assert told(body(overdue="pass") + silence) == []
    assert told(body() + silence) != []


def told(text: str) -> list[str]:
    from madoguchi.identity.service import office_of

    return [failure.message for failure in run_tests(package(text), office_of)[1]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("opinions.local.joined", "opinions.loca.joined"), "rule-unknown-entry"),
        (("join: all", "join: most"), "string-pattern-mismatch"),
        (('to: office("prefecture", prefectures)', "choose: [nowhere]"), "unknown-agency"),
        (("within: 14 days", "within: soon"), "string-pattern-mismatch"),
    ],
)
def test_faults_are_told_with_their_line(change: tuple[str, str], code: str) -> None:
    found = loaded(body().replace(*change))
    faults = [fault for fault in found.faults if fault.severity == "error"]
    assert code in [fault.code for fault in faults], [str(fault) for fault in faults]
    assert all(fault.line > 1 for fault in faults)
