"""Approval routes: order, side by side, proxies, returns, pulling back; told by a package's own tests."""

import pytest

from madoguchi.procedures.package.trial import run_tests
from madoguchi.procedures.workflow.advance import WorkflowError, advance
from madoguchi.procedures.workflow.routes import Happened
from tests.procedures.packages import loaded, package

BODY = """\
data:
  amount: {type: money, label: {ja: 金額, en: Amount}, required: true}
workflow:
  pattern: permission
  routes:
    decision:
      steps:
        - {id: chief, label: {ja: 課長, en: Chief}, role: supervisor}
        - {id: legal, label: {ja: 法規, en: Legal}, role: legal, kind: concur, when: amount > 1000}
        - {id: budget, label: {ja: 会計, en: Budget}, role: budget, kind: concur, parallel: true}
        - {id: decide, label: {ja: 局長, en: Director}, role: approver, kind: decide, proxy: deputy}
  actions:
    approve_grant: {route: decision}
"""
MACHINE = package(BODY).machine
PROPOSED = Happened("propose_grant", "p", "h")


def go(
    action: str, role: str, *history: Happened, person: str = "q", amount: int = 2000, form=None
):
    context = {"amount": amount, "case": {"fees_paid": True}, "form": form or {}}
    return advance(
        MACHINE, action, "approving_grant", {role}, person, (PROPOSED, *history), "h", context
    )


def passed(step: str, proxy: bool = False, person: str = "q") -> Happened:
    return Happened("approve_grant", person, "h", step, proxy)


def refused(*args, **kwargs) -> str:
    with pytest.raises(WorkflowError) as raised:
        go(*args, **kwargs)
    return raised.value.code


def test_each_in_turn_and_only_the_last_decides() -> None:
    first = go("approve_grant", "supervisor")
    assert (first.step, first.to, first.final, first.effects) == (
        "chief",
        "approving_grant",
        False,
        (),
    )
    assert refused("approve_grant", "legal") == "not-your-step"
    assert refused("approve_grant", "approver", passed("chief")) == "not-your-step"
    for role in ("legal", "budget"):  # side by side: either may be first
        assert go("approve_grant", role, passed("chief")).step == role
    last = go("approve_grant", "approver", passed("chief"), passed("budget"), passed("legal"))
    assert (last.step, last.to, last.final) == ("decide", "granted", True)
    assert ("letter", "granted") in last.effects


def test_a_step_may_depend_on_the_filing() -> None:
    small = go("approve_grant", "approver", passed("chief"), passed("budget"), amount=10)
    assert small.final
    assert refused("approve_grant", "legal", passed("chief"), amount=10) == "not-your-step"


def test_a_proxy_decides_and_the_one_absent_reviews() -> None:
    before = (passed("chief"), passed("legal"), passed("budget"))
    done = go("approve_grant", "deputy", *before)
    assert (done.step, done.proxy, done.final) == ("decide", True, True)
    after = (*before, passed("decide", proxy=True, person="d"))
    seen = go("approve_grant_review", "approver", *after, person="a")
    assert (seen.step, seen.to) == ("decide", "approving_grant")
    reviewed = Happened("approve_grant_review", "a", "h", "decide")
    assert refused("approve_grant_review", "approver", *after, reviewed) == "nothing-to-review"
    assert refused("approve_grant_review", "approver", *after, person="d") == "nothing-to-review"
    assert refused("approve_grant_review", "approver", *before) == "nothing-to-review"


def test_returning_makes_later_approvals_void() -> None:
    before = (passed("chief"), passed("legal"), passed("budget"))
    back = go("approve_grant_return", "approver", *before, form={"step": "legal"})
    assert (back.step, back.to) == ("legal", "approving_grant")
    returned = Happened("approve_grant_return", "a", "h", "legal")
    assert refused("approve_grant", "approver", *before, returned) == "not-your-step"
    assert go("approve_grant", "legal", *before, returned).step == "legal"
    assert go("approve_grant", "budget", *before, returned).step == "budget"
    assert refused("approve_grant", "supervisor", *before, returned) == "not-your-step"
    assert (
        refused("approve_grant_return", "approver", *before, form={"step": "decide"})
        == "step-not-passed"
    )
    assert (
        refused("approve_grant_return", "supervisor", form={"step": "chief"}) == "step-not-passed"
    )


def test_pulling_back_before_anybody_has_approved() -> None:
    back = go("approve_grant_pull_back", "examiner", person="p")
    assert back.to == "examining"
    assert refused("approve_grant_pull_back", "examiner", person="q") == "not-the-proposer"
    assert (
        refused("approve_grant_pull_back", "examiner", passed("chief"), person="p") == "route-begun"
    )


def test_a_new_proposal_begins_anew_and_binds() -> None:
    again = (passed("chief"), Happened("propose_grant", "p", "h2"))
    context = {"amount": 10, "case": {"fees_paid": True}, "form": {}}
    with pytest.raises(WorkflowError) as raised:
        advance(
            MACHINE,
            "approve_grant",
            "approving_grant",
            {"budget"},
            "q",
            (PROPOSED, *again),
            "h2",
            context,
        )
    assert raised.value.code == "not-your-step"
    with pytest.raises(WorkflowError) as changed:
        advance(
            MACHINE,
            "approve_grant",
            "approving_grant",
            {"supervisor"},
            "q",
            (PROPOSED, *again),
            "h",
            context,
        )
    assert changed.value.code == "content-changed"


def test_who_proposed_passes_no_step() -> None:
    assert refused("approve_grant", "supervisor", person="p") == "second-person"


def test_a_package_tests_its_route() -> None:
    tests = """\
tests:
  - name: through all
    given: {amount: 5000}
    run: [submit, start_examination, propose_grant, approve_grant, approve_grant, approve_grant, {expect: {state: approving_grant}}, approve_grant]
    expect: {state: granted, outcome: granted}
  - name: returned, by a proxy, reviewed
    given: {amount: 10}
    run:
      - submit
      - start_examination
      - propose_grant
      - approve_grant
      - approve_grant_return: {step: chief, comment: 見直し}
      - approve_grant
      - approve_grant
      - approve_grant: {as: deputy}
      - approve_grant_review: {as: approver}
    expect: {state: granted}
  - name: pulled back
    given: {amount: 10}
    run: [submit, start_examination, propose_grant, approve_grant_pull_back]
    expect: {state: examining}
"""
    assert run_tests(package(BODY + tests), lambda kind, prefecture: None) == (3, [])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{route: decision}", "{route: other}", "unknown-route"),
        ("id: legal", "id: chief", "value-error"),
        ("role: approver, kind", "role: approver, when: 'amount > 1', kind", "value-error"),
        ("when: amount > 1000", "when: amout > 1000", "rule-unknown-name"),
    ],
)
def test_faults_of_routes(old: str, new: str, code: str) -> None:
    found = loaded(BODY.replace(old, new))
    assert code in [fault.code for fault in found.faults], [str(fault) for fault in found.faults]
