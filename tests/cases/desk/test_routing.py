"""An approval route at the desk: turns, proxy and review afterwards, pages; on both databases."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from madoguchi.cases.desk.routing import to_review
from madoguchi.cases.errors import CaseError
from madoguchi.kernel import journal
from madoguchi.procedures.workflow.advance import WorkflowError
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import Counter
from tests.cases.desk.test_pages import hidden
from tests.procedures.packages import package

ROUTED = package(
    """\
data:
  plan: {type: text, label: {ja: 計画, en: Plan}, required: true}
workflow:
  pattern: permission
  routes:
    decision:
      steps:
        - {id: chief, label: {ja: 課長, en: Chief}, role: manager}
        - {id: legal, label: {ja: 情報, en: Information}, role: administrator, kind: concur}
        - {id: decide, label: {ja: 局長, en: Director}, role: approver, kind: decide, proxy: manager}
  actions:
    approve_grant: {route: decision}
    propose_grant: {form: {conditions: {type: longtext, label: {ja: 条件, en: Conditions}}}}
""",
    agency="pref-14",
)


async def proposed(counter: Counter) -> str:
    case_id = await counter.file_as(ROUTED, {"plan": "甲"})
    await counter.act("examiner", case_id, "start_examination")
    await counter.act("examiner", case_id, "propose_grant", {"conditions": "なし"})
    return case_id


async def test_it_goes_round_the_desks(counter: Counter) -> None:
    case_id = await proposed(counter)
    assert (await counter.case(case_id)).turn == "chief"
    for who in ("approver", "administrator"):
        with pytest.raises(WorkflowError) as early:
            await counter.act(who, case_id, "approve_grant")
        assert early.value.code == "not-your-step"
    await counter.act("manager", case_id, "approve_grant")
    assert (await counter.case(case_id)).turn == "legal"
    await counter.act("administrator", case_id, "approve_grant")
    done = await counter.act("approver", case_id, "approve_grant")
    assert (done.state, done.turn, done.review_role) == ("granted", "", None)
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
    steps = [entry.payload.get("step") for entry in entries if entry.action == "approve_grant"]
    assert steps == ["chief", "legal", "decide"]


async def test_a_changed_proposal_makes_every_approval_void(counter: Counter) -> None:
    case_id = await proposed(counter)
    await counter.act("manager", case_id, "approve_grant")
    await counter.act("approver", case_id, "send_back", {"comment": "条件を見直す"})
    await counter.act("examiner", case_id, "propose_grant", {"conditions": "夜間停止"})
    case = await counter.case(case_id)
    assert case.turn == "chief"
    with pytest.raises(CaseError) as stale:
        await counter.act("manager", case_id, "approve_grant", content_hash="sha256:old")
    assert stale.value.code == "case-changed"


async def test_a_proxy_decides_and_the_approver_reviews(counter: Counter) -> None:
    case_id = await proposed(counter)
    await counter.act("manager", case_id, "approve_grant")
    await counter.act("administrator", case_id, "approve_grant")
    done = await counter.act("manager", case_id, "approve_grant")
    assert (done.state, done.review_role) == ("granted", "approver")
    async with counter.database.reading() as session:
        assert [c.id for c in await to_review(session, counter.people["approver"])] == [case_id]
        assert await to_review(session, counter.people["elsewhere"]) == []
    reviewed = await counter.act("approver", case_id, "approve_grant_review", {"comment": "了承"})
    assert (reviewed.state, reviewed.outcome, reviewed.review_role) == ("granted", "granted", None)
    assert reviewed.decided_at == done.decided_at
    with pytest.raises(WorkflowError) as again:
        await counter.act("approver", case_id, "approve_grant_review")
    assert again.value.code == "nothing-to-review"


async def test_returned_and_pulled_back(counter: Counter) -> None:
    case_id = await proposed(counter)
    await counter.act("manager", case_id, "approve_grant")
    await counter.act(
        "administrator",
        case_id,
        "approve_grant_return",
        {"step": "chief", "comment": "数字を確かめる"},
    )
    assert (await counter.case(case_id)).turn == "chief"
    await counter.act("approver", case_id, "send_back", {"comment": "見直す"})
    await counter.act("examiner", case_id, "propose_grant", {})
    with pytest.raises(WorkflowError) as other:
        await counter.act("second", case_id, "approve_grant_pull_back")
    assert other.value.code == "not-the-proposer"
    back = await counter.act("examiner", case_id, "approve_grant_pull_back")
    assert (back.state, back.turn, back.stage) == ("examining", "", "work")


@pytest.fixture
def app(counter: Counter, tmp_path: Path) -> FastAPI:
    return app_of(counter, tmp_path)


async def test_the_line_of_steps_and_who_may_press(app: FastAPI, counter: Counter) -> None:
    case_id = await proposed(counter)
    here = f"/desk/cases/{case_id}"
    async with signed_in(app, counter, "manager") as manager:
        page = await manager.get(here)
        assert "決裁の流れ" in page.text
        assert 'aria-current="step"' in page.text
        assert "承認して次に回す" in page.text
        assert "課長の番" in (await manager.get("/desk?tab=approval")).text
        form = await manager.get(f"{here}/actions/approve_grant")
        done = await manager.post(f"{here}/actions/approve_grant", data=hidden(form))
        assert done.status_code == 303, done.text
        assert "いまは情報の番です" in (await manager.get(here)).text
        api = (await manager.get(f"/api/v1/desk/cases/{case_id}")).json()
        assert [step["state"] for step in api["route"]] == ["passed", "current", "waiting"]
    await counter.act("administrator", case_id, "approve_grant")
    async with signed_in(app, counter, "manager") as manager:
        form = await manager.get(f"{here}/actions/approve_grant")
        assert "代決として処理します" in form.text
        await manager.post(f"{here}/actions/approve_grant", data=hidden(form))
    async with signed_in(app, counter, "approver") as approver:
        assert "あなたの後閲が必要" in (await approver.get("/desk")).text
        page = await approver.get(here)
        assert "後閲待ち" in page.text
        assert "後閲する" in page.text
    async with signed_in(app, counter, "applicant") as applicant:
        page = await applicant.get(f"/cases/{case_id}")
        assert "課長" not in page.text
        assert "代決" not in page.text
