"""Every workflow pattern, played by a small package with the clock moved by hand."""

import textwrap

import pytest

from madoguchi.procedures.package.trial import run_tests
from madoguchi.procedures.workflow.draw import as_text
from madoguchi.procedures.workflow.machine import pattern_names
from tests.procedures.packages import loaded, package

KINDS = {
    "certification": "application",
    "declaration": "declaration",
    "incident": "report",
    "internal": "internal",
    "notice": "notification",
    "periodic-report": "report",
    "permission": "application",
    "publication": "internal",
    "registration": "application",
    "waiting-notice": "notification",
}
PLAN = "data:\n  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}\n"
REPORT = """\
data:
  known_on: {type: date, label: {ja: 知った日, en: Known on}, required: true}
  cause: {type: text, label: {ja: 原因, en: Cause}, relevant: phase != "first", required: phase = "detail"}
  measures: {type: text, label: {ja: 対策, en: Measures}, relevant: phase = "measures", required: true}
"""


def played(body: str, tests: str, pattern: str, kind: str = "notification") -> list[str]:
    """What the tests of a small package complain of."""
    made = package(
        body + "tests:\n" + textwrap.indent(textwrap.dedent(tests), "  "),
        kind=kind,
        pattern=pattern,
    )
    count, failures = run_tests(made, lambda kind, prefecture: None)
    assert count
    return [failure.message for failure in failures]


def test_every_pattern_is_tried_here() -> None:
    assert set(KINDS) == set(pattern_names())


@pytest.mark.parametrize(("pattern", "kind"), KINDS.items())
def test_a_pattern_is_sound_and_told_in_both_languages(pattern: str, kind: str) -> None:
    made = loaded(
        PLAN + ("who: official\n" if kind == "internal" else ""), kind=kind, pattern=pattern
    )
    assert made.package is not None, made.faults
    machine, messages = made.package.machine, made.package.messages
    for labelled in (*machine.states.values(), *machine.actions.values()):
        assert {"ja", "en"} <= labelled.label.keys(), labelled.name
        assert labelled.help is None or {"ja", "en"} <= labelled.help.keys()
    for action in machine.actions.values():
        for form in action.form.values():
            assert {"ja", "en"} <= dict(form.label).keys(), (action.name, form.name)
        for effect, key in action.effects:
            assert effect != "message" or key in messages, f"{action.name}: no message {key}"
    assert all(
        {"ja", "en"} <= dict(text).keys() for m in messages.values() for text in (m.subject, m.body)
    )
    assert as_text(machine, "en")


@pytest.mark.parametrize(
    "pattern",
    [name for name, kind in KINDS.items() if kind in ("notification", "report", "declaration")],
)
def test_what_is_no_application_cannot_be_refused(pattern: str) -> None:
    """行政手続法 第37条: the duty is fulfilled on arrival."""
    machine = package(PLAN, kind=KINDS[pattern], pattern=pattern).machine
    assert "refused" not in {state.outcome for state in machine.states.values()}


def test_the_waiting_period_ends_with_its_thirtieth_day() -> None:
    tests = """\
        - name: nobody acts
          given: {plan: a}
          today: 2026-04-01T23:59:59
          run:
            - submit
            - expect: {state: waiting, act_by: "2026-05-01"}
            - until: 2026-05-01T23:59:59
            - expect: {state: waiting}
            - until: 2026-05-02
          expect: {state: may_start, outcome: accepted, said: [waiting_begun, may_start]}
        - name: corrected, it waits anew
          given: {plan: a}
          today: 2026-04-01
          run:
            - submit
            - wait: 10 days
            - request_correction: {points: [/plan], reason: 図面がありません, due: 2026-04-20}
            - expect: {state: correction, act_by: "2026-04-20"}
            - until: 2026-06-01
            - resubmit: {plan: b}
            - expect: {state: waiting, act_by: "2026-07-01", late: true}
          expect: {state: waiting}
        - name: shortened
          given: {plan: a}
          today: 2026-04-01
          run: [submit, {shorten: {start_on: 2026-04-10}}, {expect: {act_by: "2026-04-09"}}, {until: 2026-04-10}]
          expect: {state: may_start}
        - name: extended with reasons, in time
          given: {plan: a}
          today: 2026-04-01
          run:
            - submit
            - until: 2026-05-01T10:00:00
            - extend: {start_on: 2026-06-01, reasons: 検討に時間を要するため。}
            - until: 2026-05-31
            - expect: {state: waiting}
            - until: 2026-06-01
          expect: {state: may_start}
        - name: an extension forgotten by a correction
          given: {plan: a}
          today: 2026-04-01
          run:
            - submit
            - extend: {start_on: 2026-09-01, reasons: 検討に時間を要するため。}
            - request_correction: {points: [/plan], reason: 図面がありません}
            - wait: 1 day
            - resubmit
          expect: {state: waiting, act_by: "2026-05-02"}
        - name: too late to extend
          given: {plan: a}
          today: 2026-04-01
          run: [submit, {until: 2026-05-02}, {extend: {start_on: 2026-06-01, reasons: 検討に時間を要するため。}}]
          expect: {refused_action: extend}
        - name: an order not decided in time lapses
          given: {plan: a}
          today: 2026-04-01
          run:
            - submit
            - until: 2026-04-30
            - propose_order: {reasons: 技術基準に適合しないため。}
            - expect: {act_by: "2026-05-01"}
            - wait: 3 days
          expect: {state: may_start}
        - name: an order to change, obeyed
          given: {plan: a}
          today: 2026-04-01
          run:
            - submit
            - propose_order: {reasons: 技術基準に適合しないため。, due: 2026-06-30}
            - order_change
            - expect: {state: change_ordered, act_by: "2026-06-30"}
            - until: 2026-06-30T23:59:59
            - resubmit: {plan: c}
            - expect: {late: false, act_by: "2026-07-30"}
            - wait: 31 days
          expect: {state: may_start}
        - name: a stop
          given: {plan: a}
          run: [submit, {propose_order: {reasons: 技術基準に適合しないため。}}, order_stop]
          expect: {state: stopped, outcome: stopped}
    """
    assert played(PLAN, tests, "waiting-notice") == []


def test_the_full_report_belongs_to_the_case_of_the_first() -> None:
    tests = """\
        - name: in time
          given: {known_on: 2026-05-01}
          today: 2026-05-01
          run:
            - submit
            - expect: {state: reported, act_by: "2026-05-31", late: false}
            - until: 2026-05-28
            - expect: {said: [incident_reported, details_reminder]}
            - report_details: {cause: 落雷}
            - ask_measures: {reason: 避雷器の点検, due: 2026-07-01}
            - report_measures: {measures: 取り替えた}
            - close: {publish: true}
          expect: {state: closed, outcome: accepted, late: false}
        - name: nothing but the first report can be sent first
          given: {known_on: 2026-05-01, cause: 落雷}
          run: [submit]
          expect: {state: reported, absent: [cause]}
        - name: late, and marked so
          given: {known_on: 2026-05-01}
          today: 2026-05-01
          run: [submit, {until: 2026-06-01}, {expect: {said: [incident_reported, details_reminder, details_overdue]}}, {report_details: {cause: 落雷}}]
          expect: {state: detailed, late: true}
        - name: the cause is asked for
          given: {known_on: 2026-05-01}
          run: [submit, {waive_details: {reason: 自然現象による}}, {close: {publish: false}}]
          expect: {state: closed}
    """
    assert played(REPORT, tests, "incident", "report") == []


def test_a_first_report_has_hours() -> None:
    body = REPORT + (
        "workflow:\n  pattern: incident\n  with:\n"
        '    first_due: \'date and time(known_on, time("10:00:00+09:00")) + duration("PT24H")\'\n'
    )
    tests = """\
        - {name: in time, given: {known_on: 2026-05-01}, today: 2026-05-02T09:59:59, run: [submit], expect: {late: false}}
        - {name: over, given: {known_on: 2026-05-01}, today: 2026-05-02T10:00:00, run: [submit], expect: {late: true}}
    """
    assert played(body, tests, "incident", "report") == []


def test_a_report_that_is_not_put_right_is_urged() -> None:
    tests = """\
        - name: urged
          given: {plan: a}
          today: 2026-05-01
          run:
            - submit
            - request_correction: {points: [/plan], reason: 数字が合いません, due: 2026-05-15}
            - until: 2026-05-16
            - urge: {reason: 期限を過ぎています, due: 2026-05-20}
            - expect: {act_by: "2026-05-20", said: [filed, correction_requested, correction_reminder, correction_overdue, urged]}
            - until: 2026-05-20T12:00:00
            - resubmit: {plan: b}
            - accept
            - amend: {plan: c}
            - accept
          expect: {state: accepted, outcome: accepted, late: false}
    """
    assert played(PLAN, tests, "periodic-report", "report") == []


def test_a_declaration_is_settled_amended_or_reassessed() -> None:
    tests = """\
        - {name: settled, given: {plan: a}, run: [submit, settle], expect: {state: settled, outcome: accepted}}
        - name: amended and reassessed
          given: {plan: a}
          run: [submit, settle, {amend: {plan: b}}, {propose_reassessment: {reasons: 数量に誤りがあるため。}}, reassess]
          expect: {state: reassessed, outcome: reassessed}
    """
    assert played(PLAN, tests, "declaration", "declaration") == []


def test_a_publication_waits_for_its_day() -> None:
    tests = """\
        - name: published, corrected, withdrawn
          given: {plan: a}
          today: 2026-05-01
          run:
            - submit
            - confirm
            - approve: {publish_on: 2026-05-10}
            - until: 2026-05-09
            - expect: {state: scheduled}
            - until: 2026-05-10
            - expect: {state: published, outcome: published}
            - correct: {plan: b}
            - confirm
            - approve
            - wait: 1 hour
            - expect: {state: published}
            - unpublish: {reason: 誤りがあったため}
          expect: {state: unpublished, outcome: withdrawn}
    """
    assert played("who: official\n" + PLAN, tests, "publication", "internal") == []
