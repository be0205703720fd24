"""The workflow: who may do what when; the second person; what binds an approval to its content."""

import pytest

from madoguchi.procedures.workflow.advance import Happened, WorkflowError, advance, available
from madoguchi.procedures.workflow.draw import as_text
from madoguchi.procedures.workflow.machine import pattern_names
from tests.procedures.packages import package

BODY = "data:\n  a: {type: integer, label: {ja: あ, en: A}}\n"
MACHINE = package(BODY).machine
PAID = {"case": {"fees_paid": True}}


def go(
    action: str,
    state: str,
    role: str,
    history: tuple[Happened, ...] = (),
    person: str = "p",
    content: str = "h",
):
    return advance(MACHINE, action, state, {role}, person, history, content, PAID)


def test_the_usual_way() -> None:
    state = "draft"
    history: list[Happened] = []
    for action, role in [
        ("submit", "applicant"),
        ("start_examination", "examiner"),
        ("request_correction", "examiner"),
        ("resubmit", "applicant"),
        ("propose_grant", "examiner"),
        ("approve_grant", "approver"),
    ]:
        moved = go(action, state, role, tuple(history), person=role)
        history.append(Happened(action, role, "h"))
        state = moved.to
    assert state == "granted"
    assert moved.outcome == "granted"
    assert ("letter", "granted") in moved.effects


@pytest.mark.parametrize(
    ("action", "state", "role", "code"),
    [
        ("fly", "filed", "examiner", "unknown-action"),
        ("start_examination", "filed", "applicant", "not-permitted"),
        ("start_examination", "examining", "examiner", "not-available"),
        ("submit", "filed", "applicant", "not-available"),
        ("withdraw", "granted", "applicant", "not-available"),
    ],
)
def test_what_may_not_be_done_says_why(action: str, state: str, role: str, code: str) -> None:
    with pytest.raises(WorkflowError) as raised:
        go(action, state, role)
    assert raised.value.code == code


def test_the_same_person_cannot_propose_and_approve() -> None:
    proposed = (Happened("propose_grant", "anna", "h"),)
    with pytest.raises(WorkflowError) as raised:
        go("approve_grant", "approving_grant", "approver", proposed, person="anna")
    assert raised.value.code == "second-person"
    assert (
        go("approve_grant", "approving_grant", "approver", proposed, person="ben").to == "granted"
    )


def test_an_approval_is_bound_to_the_content_proposed() -> None:
    proposed = (Happened("propose_grant", "anna", "old"),)
    with pytest.raises(WorkflowError) as raised:
        go("approve_grant", "approving_grant", "approver", proposed, person="ben", content="new")
    assert raised.value.code == "content-changed"


def test_a_guard_keeps_the_decision_back_until_the_fee_is_paid() -> None:
    proposed = (Happened("propose_grant", "anna", "h"),)
    with pytest.raises(WorkflowError) as raised:
        advance(
            MACHINE,
            "approve_grant",
            "approving_grant",
            {"approver"},
            "ben",
            proposed,
            "h",
            {"case": {"fees_paid": False}},
        )
    assert raised.value.code == "guard"


def test_available_shows_only_what_this_person_may_do() -> None:
    names = {
        action.name for action in available(MACHINE, "examining", {"examiner"}, "anna", (), PAID)
    }
    assert names == {"request_correction", "propose_grant", "propose_refusal"}
    assert available(MACHINE, "examining", {"approver"}, "ben", (), PAID) == []


@pytest.mark.parametrize("name", pattern_names())
def test_every_pattern_compiles_for_a_kind_and_can_be_drawn(name: str) -> None:
    kind = {"notice": "notification", "internal": "internal"}.get(name, "application")
    body = BODY if kind != "internal" else "who: official\n" + BODY
    drawn = as_text(package(body, kind=kind, pattern=name).machine)
    assert "draft" in drawn
