"""The yearly plan: ranked by risk, adjusted, approved by a second person."""

from datetime import date

import pytest
from sqlalchemy import select

from madoguchi.cases.errors import CaseError
from madoguchi.cases.inspections import opening, planning, ranking
from madoguchi.cases.inspections.entering import Refused
from madoguchi.cases.inspections.models import Inspection, InspectionPlan
from madoguchi.cases.inspections.programme import programme_of
from madoguchi.kernel import journal
from tests.cases.desk.counter import KANTO
from tests.cases.inspections.world import REGISTER, World

TODAY = date(2026, 5, 1)


async def ranked(world: World, year: int = 2026) -> list[ranking.Ranked]:
    async with world.counter.database.reading() as session:
        programme = await programme_of(session, REGISTER, TODAY)
        return await ranking.ranking(session, programme, KANTO, year, TODAY)


async def step(
    world: World, who: str, work: object, plan_id: str, **form: object
) -> InspectionPlan:
    async with world.counter.database.session() as session:
        plan = await work(session, world.actor(who), world.counter.clock, plan_id, form)  # type: ignore[operator]
        await session.commit()
        return plan


async def test_entries_are_ranked_by_their_score_with_reasons(world: World) -> None:
    await world.enter("関東-00002", stations=7, holder="七所石油")
    await world.enter("関東-00003", since=date(2020, 4, 1), holder="古参石油")
    found = await ranked(world)
    assert [(r.number, int(r.score)) for r in found] == [
        ("関東-00003", 52),
        ("関東-00002", 44),
        ("関東-00001", 32),
    ]
    assert [(reason.factor, int(reason.points)) for reason in found[0].reasons] == [
        ("never", 30),
        ("due", 20),
        ("stations", 2),
    ]
    assert found[0].due_on == date(2023, 4, 1)


async def test_past_inspections_and_findings_change_the_risk(world: World) -> None:
    await world.told({"sign_shown": "instruction", "books_kept": "remark"})
    await world.enter("関東-00002", holder="二番石油")
    first, second = await ranked(world)
    assert (first.number, second.number) == ("関東-00002", "関東-00001")
    assert {r.factor: int(r.points) for r in second.reasons} == {
        "stations": 2,
        "findings": 10,
        "unfinished": 10,
    }
    assert second.last == date(2026, 6, 1)


async def test_a_plan_is_drafted_to_its_quota_adjusted_and_approved(world: World) -> None:
    for number in range(2, 6):
        await world.enter(f"関東-0000{number}", stations=number, holder=f"石油{number}")
    plan = await world.plan(quota=2)
    assert [line["number"] for line in plan.lines] == ["関東-00005", "関東-00004"]
    plan = await step(
        world, "planner", planning.add_line, plan.id, number="関東-00001", reason="苦情があった"
    )
    plan = await step(
        world, "planner", planning.remove_line, plan.id, entry=world.entries["関東-00004"].entry_id
    )
    again = await world.plan(quota=2)
    assert [line["number"] for line in again.lines] == ["関東-00005", "関東-00001"]
    assert again.lines[1]["added"] == "苦情があった"
    await step(world, "chief", planning.propose_plan, plan.id)
    with pytest.raises(CaseError, match="second-person"):
        await step(world, "chief", planning.approve_plan, plan.id)
    await step(world, "approver", planning.return_plan, plan.id, comment="見直し")
    await step(world, "planner", planning.propose_plan, plan.id)
    await step(world, "chief", planning.approve_plan, plan.id)
    async with world.counter.database.reading() as session:
        made = list(await session.scalars(select(Inspection).order_by(Inspection.number)))
        actions = [e.action for e in await journal.entries(session, f"inspection_plan:{plan.id}")]
    assert [(i.number, i.state, i.reason) for i in made] == [
        ("関東-00001", "planned", "苦情があった"),
        ("関東-00005", "planned", None),
    ]
    assert actions == [
        "plan_drafted",
        "plan_line_added",
        "plan_line_removed",
        "plan_drafted",
        "plan_proposed",
        "plan_returned",
        "plan_proposed",
        "plan_approved",
    ]


async def test_an_approved_plan_stands(world: World) -> None:
    await world.planned()
    with pytest.raises(CaseError, match="plan-changed"):
        await world.plan()


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"agency": "bureau-kinki"}, "agency"),
        ({"agency": None}, "agency"),
        ({"year": "来年"}, "year"),
        ({"year": 1999}, "year"),
        ({"quota": 0}, "quota"),
        ({"quota": "９"}, "quota"),
        ({"quota": True}, "quota"),
        ({"quota": [1]}, "quota"),
        ({"register": 7}, "register"),
    ],
)
async def test_a_plan_that_cannot_be(world: World, form: dict[str, object], fault: str) -> None:
    given = {"register": REGISTER, "agency": KANTO, "year": 2026, "quota": 1, **form}
    async with world.counter.database.session() as session:
        with pytest.raises(Refused) as refused:
            await planning.make_plan(session, world.actor("planner"), world.counter.clock, given)
    assert list(refused.value.faults) == [fault]


async def test_only_the_agency_plans_and_a_stale_page_changes_nothing(world: World) -> None:
    plan = await world.plan()
    for who in ("far", "applicant", "examiner"):
        with pytest.raises(CaseError, match="not_found"):
            await step(world, who, planning.propose_plan, plan.id)
    with pytest.raises(CaseError, match="not_found"):  # an approver reads, and does not plan
        await step(world, "approver", planning.propose_plan, plan.id)
    with pytest.raises(CaseError, match="plan-changed"):
        await step(world, "planner", planning.propose_plan, plan.id, revision="0")
    with pytest.raises(Refused):
        await step(world, "planner", planning.add_line, plan.id, number="無い", reason="x")
    with pytest.raises(Refused):
        await step(world, "planner", planning.add_line, plan.id, number="関東-00001", reason="x")
    await step(
        world, "planner", planning.remove_line, plan.id, entry=world.entries["関東-00001"].entry_id
    )
    with pytest.raises(CaseError, match="empty-plan"):
        await step(world, "planner", planning.propose_plan, plan.id)


async def test_an_inspection_outside_the_plan_needs_a_reason(world: World) -> None:
    async with world.counter.database.session() as session:
        given = {"register": REGISTER, "number": "関東-00001"}
        with pytest.raises(Refused) as refused:
            await opening.open_special(session, world.actor("planner"), world.counter.clock, given)
        assert list(refused.value.faults) == ["reason"]
        given["reason"] = "品質の苦情"
        with pytest.raises(Refused):
            await opening.open_special(session, world.actor("far"), world.counter.clock, given)
        made = await opening.open_special(
            session, world.actor("inspector"), world.counter.clock, given
        )
    assert (made.plan_id, made.reason, made.state) == (None, "品質の苦情", "planned")
