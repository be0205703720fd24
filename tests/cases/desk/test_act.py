"""Officials' acts: who may do what, in which order, bound to which content."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import Case, Letter
from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.messages.models import Message
from madoguchi.procedures.workflow.advance import WorkflowError
from madoguchi.registry.models import FactRecord
from tests.cases.desk.counter import PERMIT, Counter

REASON = "別紙1の図面に縮尺がありません。"


async def examined(counter: Counter) -> str:
    case_id = await counter.file(PERMIT)
    await counter.act("examiner", case_id, "start_examination")
    return case_id


async def test_a_permit_from_filing_to_letter(counter: Counter) -> None:
    case_id = await examined(counter)
    await counter.act("examiner", case_id, "propose_grant", {"conditions": "夜間は停止すること"})
    case = await counter.act("approver", case_id, "approve_grant")
    assert (case.state, case.outcome, case.stage, case.waits_for) == (
        "granted",
        "granted",
        "done",
        "",
    )
    async with counter.database.reading() as session:
        letter = (await session.scalars(select(Letter))).one()
        assert letter.number == "2026神奈川県製許第1号"
        assert "夜間は停止すること" in letter.html
        fact = (await session.scalars(select(FactRecord))).one()
        assert (fact.name, fact.value) == ("high_pressure_gas_permit", letter.number)
        told = (await session.scalars(select(Message).order_by(Message.id))).all()
        assert len(told) == 3
        assert all(
            "{" not in text for m in told for text in (*m.subject.values(), *m.body.values())
        )
        entries = await journal.entries(session, f"case:{case_id}")
    assert [e.action for e in entries][-1] == "approve_grant"
    assert (entries[-1].payload or {})["letters"][0]["number"] == letter.number


@pytest.mark.parametrize(
    ("who", "action", "error"),
    [
        ("elsewhere", "propose_grant", "not_found"),
        ("applicant", "propose_grant", "not_found"),
        ("approver", "propose_grant", "not-permitted"),
        ("manager", "propose_grant", "not-permitted"),
        ("examiner", "approve_grant", "not-permitted"),
        ("approver", "approve_grant", "not-available"),
        ("examiner", "resubmit", "not-permitted"),
        ("examiner", "no_such_action", "unknown-action"),
    ],
)
async def test_what_is_refused_to_whom(counter: Counter, who: str, action: str, error: str) -> None:
    case_id = await examined(counter)
    with pytest.raises(DomainError) as refused:
        await counter.act(who, case_id, action)
    assert refused.value.code == error


async def test_who_proposed_does_not_decide(counter: Counter) -> None:
    case_id = await examined(counter)
    await counter.act("second", case_id, "propose_grant", {})
    with pytest.raises(WorkflowError) as refused:
        await counter.act("second", case_id, "approve_grant")
    assert refused.value.code == "second-person"
    assert (await counter.case(case_id)).state == "approving_grant"


async def test_an_approval_is_bound_to_the_content_proposed(counter: Counter) -> None:
    case_id = await examined(counter)
    await counter.act("examiner", case_id, "propose_grant", {})
    async with counter.database.session() as session:
        case = await session.get(Case, case_id)
        assert case is not None
        case.content_hash = "sha256:" + "0" * 64
        await session.commit()
    with pytest.raises(WorkflowError) as refused:
        await counter.act("approver", case_id, "approve_grant")
    assert refused.value.code == "content-changed"


async def test_an_approval_is_bound_to_the_proposal_seen(counter: Counter) -> None:
    case_id = await examined(counter)
    first = await counter.act("examiner", case_id, "propose_grant", {"conditions": "甲"})
    seen = first.acts[-1]["content_hash"]
    await counter.act("approver", case_id, "send_back", {"comment": "条件を見直す"})
    await counter.act("examiner", case_id, "propose_grant", {"conditions": "乙"})
    with pytest.raises(CaseError) as refused:
        await counter.act("approver", case_id, "approve_grant", content_hash=seen)
    assert refused.value.code == "case-changed"
    now = (await counter.case(case_id)).acts[-1]["content_hash"]
    done = await counter.act("approver", case_id, "approve_grant", content_hash=now)
    assert done.decision["conditions"] == "乙"


async def test_a_refusal_needs_reasons(counter: Counter) -> None:
    case_id = await examined(counter)
    with pytest.raises(CaseError) as refused:
        await counter.act("examiner", case_id, "propose_refusal", {"reasons": "  "})
    assert refused.value.pointers == ("/form/reasons",)
    await counter.act(
        "examiner", case_id, "propose_refusal", {"reasons": "技術上の基準に適合しないため。"}
    )
    case = await counter.act("approver", case_id, "approve_refusal")
    async with counter.database.reading() as session:
        letter = (await session.scalars(select(Letter))).one()
        assert await session.scalar(select(func.count()).select_from(FactRecord)) == 0
    assert (case.outcome, letter.key) == ("refused", "refused")
    assert "技術上の基準に適合しないため。" in letter.html


@pytest.mark.parametrize(
    "points",
    [
        ["/no_such_field"],
        ["/total_capacity"],
        ["/attachments/no_such_file"],
        ["no pointer"],
        [],
        [{"a": 1}],
        "/" + "x" * 400,
        7,
    ],
)
async def test_points_to_correct_must_exist_and_be_open(counter: Counter, points: object) -> None:
    case_id = await examined(counter)
    with pytest.raises(CaseError) as refused:
        await counter.act(
            "examiner", case_id, "request_correction", {"points": points, "reason": REASON}
        )
    assert refused.value.pointers == ("/form/points",)


async def test_a_correction_stops_the_clock_and_tells_the_applicant(counter: Counter) -> None:
    counter.at(date(2026, 12, 21))
    case_id = await counter.file(PERMIT, change={"start_date": "2027-10-01"})
    before = (await counter.case(case_id)).due_on
    case = await counter.act(
        "examiner",
        case_id,
        "request_correction",
        {"points": ["/purpose", "/attachments/layout_drawing"], "reason": REASON},
    )
    assert case.stage == "applicant"
    assert case.paused_since == counter.now
    assert case.correction is not None
    assert case.correction["points"] == ["/purpose", "/attachments/layout_drawing"]
    assert case.due_on == before


async def test_a_double_click_acts_once(counter: Counter) -> None:
    case_id = await counter.file(PERMIT)
    again = [
        counter.act("examiner", case_id, "start_examination", token="one showing of the form")
        for _ in range(3)
    ]
    cases = await asyncio.gather(*again)
    assert {case.state for case in cases} == {"examining"}
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
    assert [e.action for e in entries].count("start_examination") == 1


async def test_of_two_officials_at_once_one_acts(counter: Counter) -> None:
    case_id = await counter.file(PERMIT)
    results = await asyncio.gather(
        counter.act("examiner", case_id, "start_examination"),
        counter.act("second", case_id, "start_examination"),
        return_exceptions=True,
    )
    assert sorted(isinstance(result, WorkflowError) for result in results) == [False, True]


async def test_nobody_handles_a_filing_of_their_own(counter: Counter) -> None:
    case_id = await counter.file(PERMIT)
    async with counter.database.session() as session:
        case = await session.get(Case, case_id)
        assert case is not None
        case.filer_id = counter.people["examiner"].id
        await session.commit()
    with pytest.raises(CaseError) as refused:
        await counter.act("examiner", case_id, "start_examination")
    assert refused.value.code == "own-case"


async def test_nobody_handles_a_filing_of_their_own_organisation(counter: Counter) -> None:
    case_id = await counter.file(PERMIT)
    examiner = counter.people["examiner"]
    counter.people["examiner"] = replace(examiner, organisation=counter.organisation)
    with pytest.raises(CaseError) as refused:
        await counter.act("examiner", case_id, "start_examination")
    assert refused.value.code == "own-case"
