"""What was filed before: for balances and prefills, of the same party or the same entry."""

from sqlalchemy import select

from madoguchi.cases.crosscase.models import FilingKey
from madoguchi.cases.filing.drafts import start_draft
from tests.cases.obligations.world import World, enter_maker


async def test_the_balance_to_last_period_is_checked_and_prefilled(world: World) -> None:
    rows = [{"row": "a", "kind": "発酵", "amount": "1.5"}, {"row": "b", "amount": "2"}]
    await world.report(2024, "12.5", lines=rows)
    refused = await world.file(
        {"maker": world.entry.entry_id, "fy": 2025, "opening": "12.4", "closing": "3"}
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].endswith("/opening"), refused.text
    await world.report(2025, "3", opening="12.50")
    counter = world.office.counter
    async with counter.database.session() as session:
        draft = await start_draft(
            session, counter.people["applicant"], counter.clock, "trial-report", given={"fy": 2026}
        )
        await session.commit()
        older = await start_draft(
            session, counter.people["applicant"], counter.clock, "trial-report", given={"fy": 2025}
        )
    assert draft.entered["opening"] == "3"
    assert "lines" not in draft.entered
    assert older.entered["opening"] == "12.5"
    # Calculated columns are not typed: they come of themselves.
    assert older.entered["lines"] == [
        {"row": "r1", "kind": "発酵", "amount": "1.5"},
        {"row": "r2", "amount": "2"},
    ]


async def test_a_withdrawn_report_is_no_previous_one(world: World) -> None:
    case = await world.report(2024, "12.5")
    client = await world.office.client("applicant")
    gone = await client.post(f"/api/v1/cases/{case}/actions/withdraw", json={"form": {}})
    assert gone.status_code == 200, gone.text
    await world.report(2025, "3", opening="1")


async def test_other_parties_reports_are_not_seen(world: World) -> None:
    await world.report(2024, "12.5")
    other = await world.office.add_person("乙")
    theirs = await enter_maker(world.office, "M-2", other.organisation)
    answer = await world.file(
        {"maker": theirs.entry_id, "fy": 2025, "opening": "99", "closing": "1"}, who="乙"
    )
    assert answer.status_code == 201, answer.text
    async with world.office.counter.database.reading() as session:
        keys = list(await session.scalars(select(FilingKey).order_by(FilingKey.period)))
    assert [(key.period, key.entry_id) for key in keys] == [
        ("2024", world.entry.entry_id),
        ("2025", theirs.entry_id),
    ]


async def test_a_correction_renews_what_a_filing_is_about(world: World) -> None:
    case = await world.report(2024, "12.5")
    counter = world.office.counter
    await counter.act(
        "examiner",
        case,
        "request_correction",
        {"points": ["/fy"], "reason": "年度を確かめてください。"},
    )
    await counter.resubmit(case, {"fy": "2023"})
    async with counter.database.reading() as session:
        key = await session.get(FilingKey, case)
    assert key is not None
    assert key.period == "2023"
