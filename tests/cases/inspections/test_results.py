"""From findings to closure: letters, deadlines, reports, reminders, a second person each time."""

from collections.abc import Sequence
from datetime import date

import pytest
from sqlalchemy import select

from madoguchi.cases.errors import CaseError
from madoguchi.cases.inspections import access, improving, reminding
from madoguchi.cases.inspections.entering import Refused
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.letters import letters_of, press_letter
from madoguchi.cases.inspections.models import Finding, ImprovementReport, Inspection
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import Worker
from madoguchi.messages.models import Message
from tests.cases.inspections.world import World


async def findings(world: World, inspection: Inspection) -> list[Finding]:
    async with world.counter.database.reading() as session:
        return await findings_of(session, inspection.id)


async def told_to(world: World, organisation: str | None) -> list[str]:
    async with world.counter.database.reading() as session:
        query = select(Message).where(Message.recipient_organisation == organisation)
        return [m.subject["ja"] for m in await session.scalars(query.order_by(Message.id))]


async def report(
    world: World, inspection: Inspection, finding: Finding, who: str = "applicant", **form: str
) -> ImprovementReport:
    given = {"body": "表示を掲げました", "done_on": world.counter.now.date().isoformat(), **form}
    async with world.counter.database.session() as session:
        filed = await improving.file_report(
            session, world.actor(who), world.counter.clock, inspection.id, finding.id, given, []
        )
        await session.commit()
        return filed


async def work_off(world: World, names: Sequence[str]) -> None:
    handlers = {reminding.REMIND_JOB: reminding.remind, "inspections.letter_pdf": press_letter}
    worker = Worker(
        world.counter.database,
        {name: handlers[name] for name in names},
        world.counter.clock,
        world.counter.blobs,
    )
    await worker.drain()


async def test_results_go_out_as_letters_with_deadlines(world: World) -> None:
    inspection = await world.told(
        {"sign_shown": "instruction", "books_kept": "guidance", "sign_complete": "remark"}
    )
    assert inspection.state == "improving"
    by_text = {f.severity: (f.state, f.due_on) for f in await findings(world, inspection)}
    assert by_text == {
        "instruction": ("open", date(2026, 6, 15)),
        "guidance": ("open", date(2026, 7, 1)),
        "remark": ("noted", None),
    }
    async with world.counter.database.reading() as session:
        letters = await letters_of(session, inspection.id)
    assert [letter.key for letter in letters] == ["notice", "result", "instruction"]
    notice, result, instruction = letters
    assert notice.number == "2026関東経済産業局揮検第1号"
    assert "検査 一郎、同行 二葉" in notice.html
    assert "令和8年6月1日" in notice.html
    assert "株式会社山田酸素" in result.html
    assert "山田 太郎" in result.html
    assert "おおむね良好" in result.html
    assert instruction.html.count("指摘") >= 1
    assert "books_keptが不備" not in instruction.html
    assert await told_to(world, world.counter.organisation) == [
        "立入検査を行います",
        "立入検査の結果をお知らせします",
    ]
    await work_off(world, ["inspections.letter_pdf"])
    async with world.counter.database.reading() as session:
        assert all(letter.sha256 for letter in await letters_of(session, inspection.id))


async def test_without_anything_to_report_the_results_close_it(world: World) -> None:
    inspection = await world.told({"sign_shown": "remark"})
    assert (inspection.state, inspection.closed_at is not None) == ("closed", True)


async def test_the_proposer_does_not_decide_and_changes_void_the_proposal(world: World) -> None:
    inspection = await world.visited()
    await world.act("chief", inspection.id, "propose_results")
    with pytest.raises(CaseError, match="second-person"):
        await world.act("chief", inspection.id, "approve_results")
    with pytest.raises(CaseError, match="not-your-role"):
        await world.act("inspector", inspection.id, "approve_results")
    async with world.counter.database.session() as session:
        [finding] = await findings_of(session, inspection.id)
        (await session.merge(finding)).text = "すり替え"
        await session.commit()
    with pytest.raises(CaseError, match="results-changed"):
        await world.act("approver", inspection.id, "approve_results")
    back = await world.act("approver", inspection.id, "return_results", comment="確認を")
    assert back.state == "visited"


async def test_improvement_is_reported_returned_reported_again_and_closed(world: World) -> None:
    inspection = await world.told()
    [finding] = await findings(world, inspection)
    with pytest.raises(CaseError, match="findings-left"):
        await world.act("inspector", inspection.id, "propose_closing")
    first = await report(world, inspection, finding)
    assert first.arrival_number.startswith("20260601-")
    with pytest.raises(CaseError, match="no-report-awaited"):
        await report(world, inspection, finding)
    with pytest.raises(Refused) as refused:
        await world.act(
            "inspector", inspection.id, "return_report", finding=finding.id, due_on="2026-05-01"
        )
    assert set(refused.value.faults) == {"comment", "due_on"}
    await world.act(
        "inspector",
        inspection.id,
        "return_report",
        finding=finding.id,
        comment="写真が要ります",
        due_on="令和8年6月20日",
    )
    await report(world, inspection, finding, body="写真を付けました")
    await world.act("partner", inspection.id, "accept_report", finding=finding.id)
    await world.act("inspector", inspection.id, "propose_closing", comment="改善を確認")
    closed = await world.act("approver", inspection.id, "approve_closing")
    assert closed.state == "closed"
    assert (await told_to(world, world.counter.organisation))[2:] == [
        "改善報告をもう一度出してください",
        "改善報告を確認しました",
        "立入検査を終了しました",
    ]
    async with world.counter.database.reading() as session:
        actions = [e.action for e in await journal.entries(session, f"inspection:{inspection.id}")]
    assert [a for a in actions if a != "visit_recorded"] == [
        "inspection_opened",
        "assign",
        "announce",
        "propose_results",
        "approve_results",
        "report_filed",
        "return_report",
        "report_filed",
        "accept_report",
        "propose_closing",
        "approve_closing",
    ]
    with pytest.raises(CaseError, match="inspection-changed"):
        await world.act("approver", inspection.id, "approve_closing")


async def test_reminders_come_before_the_deadline_and_after_it(world: World) -> None:
    inspection = await world.told()
    [finding] = await findings(world, inspection)
    world.counter.at(date(2026, 6, 8))
    await work_off(world, [reminding.REMIND_JOB])
    assert (await told_to(world, world.counter.organisation))[2:] == [
        "改善報告の期限が近づいています"
    ]
    world.counter.at(date(2026, 6, 15), 23)
    await work_off(world, [reminding.REMIND_JOB])
    world.counter.at(date(2026, 6, 16))
    await work_off(world, [reminding.REMIND_JOB])
    assert (await told_to(world, world.counter.organisation))[3:] == [
        "改善報告の期限を過ぎています"
    ]
    filed = await report(world, inspection, finding)
    assert filed.state == "filed", "a late report counts all the same"


async def test_nobody_is_reminded_of_what_was_reported(world: World) -> None:
    inspection = await world.told()
    [finding] = await findings(world, inspection)
    await report(world, inspection, finding)
    world.counter.at(date(2026, 7, 1))
    await work_off(world, [reminding.REMIND_JOB])
    assert len(await told_to(world, world.counter.organisation)) == 2


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"body": " "}, "body"),
        ({"done_on": "2026-06-02"}, "done_on"),
        ({"done_on": "昨日"}, "done_on"),
        ({"body": "あ" * 4001}, "body"),
    ],
)
async def test_a_report_that_says_too_little(
    world: World, form: dict[str, str], fault: str
) -> None:
    inspection = await world.told()
    [finding] = await findings(world, inspection)
    with pytest.raises(Refused) as refused:
        await report(world, inspection, finding, **form)
    assert list(refused.value.faults) == [fault]


async def test_who_sees_what(world: World) -> None:
    hidden = await world.ready(announced=False)
    await world.write("inspector", hidden.id, "start", {"card_shown": True})

    async def seen(who: str) -> bool:
        async with world.counter.database.reading() as session:
            try:
                await access.own_inspection(session, world.actor(who), hidden.id)
            except CaseError:
                return False
            rows = await session.scalars(
                select(Inspection).where(access.own_inspections(world.actor(who)))
            )
            return [row.id for row in rows] == [hidden.id]

    assert not await seen("applicant"), "it is unannounced"
    await world.answer_all(hidden.id)
    await world.write("inspector", hidden.id, "signature", {"absent": True})
    assert not await seen("applicant")
    await world.act("inspector", hidden.id, "propose_results")
    await world.act("approver", hidden.id, "approve_results")
    assert await seen("applicant")
    for who in ("far", "inspector", "examiner"):
        assert not await seen(who), "it is not theirs"
    async with world.counter.database.reading() as session:
        for who in ("far", "applicant", "examiner"):
            with pytest.raises(CaseError, match="not_found"):
                await access.inspection_for(session, world.actor(who), hidden.id)
        for who in ("inspector", "approver", "planner", "minister"):
            assert await access.inspection_for(session, world.actor(who), hidden.id)


async def test_a_new_day_needs_a_new_notice_and_cancelling_is_told(world: World) -> None:
    inspection = await world.ready()
    async with world.counter.database.reading() as session:
        assert await access.own_inspection(session, world.actor("applicant"), inspection.id)
    again = await world.act(
        "planner",
        inspection.id,
        "assign",
        inspectors=[world.actor("partner").id],
        visit_on="2026-06-10",
        site="0",
    )
    assert (again.state, again.announced) == ("assigned", None)
    await world.act("planner", inspection.id, "announce")
    gone = await world.act("planner", inspection.id, "cancel", reason="廃業")
    assert gone.state == "cancelled"
    assert await told_to(world, world.counter.organisation) == [
        "立入検査を行います",
        "立入検査の日程が変わります",
        "立入検査を行います",
        "立入検査を取りやめます",
    ]


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        ({}, {"inspectors", "visit_on", "site"}),
        (
            {"inspectors": ["x"], "visit_on": "2020-01-01", "site": "9"},
            {"inspectors", "visit_on", "site"},
        ),
        (
            {"inspectors": "applicant", "visit_on": "2026-02-30", "site": "-1"},
            {"inspectors", "visit_on", "site"},
        ),
        ({"inspectors": {"a": 1}, "visit_on": 3, "site": 0}, {"inspectors", "visit_on", "site"}),
    ],
)
async def test_an_assignment_that_cannot_be(
    world: World, form: dict[str, object], faults: set[str]
) -> None:
    [inspection] = await world.planned()
    with pytest.raises(Refused) as refused:
        await world.act("planner", inspection.id, "assign", **form)
    assert set(refused.value.faults) == faults


async def test_an_official_of_the_holder_keeps_out(world: World) -> None:
    from dataclasses import replace

    [inspection] = await world.planned()
    insider = replace(world.actor("planner"), organisation=world.counter.organisation)
    world.counter.people["planner"] = insider
    with pytest.raises(CaseError, match="own-case"):
        await world.act("planner", inspection.id, "cancel", reason="x")
