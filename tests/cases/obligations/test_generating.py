"""Duties made from a register: who owes what by when, again and again, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from madoguchi.cases.obligations import jobs
from madoguchi.cases.obligations.duties import duty_called, period_called
from madoguchi.cases.obligations.generating import Generated, generate
from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.obligations.overriding import Move, excuse, move_deadline
from madoguchi.cases.obligations.schedule import look_today
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.service import Change
from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.jobs import Worker
from madoguchi.messages.models import Message
from tests.cases.desk.counter import KANAGAWA, KANTO, TOKYO
from tests.cases.obligations.world import World, enter_maker

DUTY = "trial-report/annual"


async def made(world: World, period: str = "2025") -> Generated:
    counter = world.office.counter
    async with counter.database.reading() as session:
        duty, _ = await duty_called(session, DUTY, date(2026, 5, 1))
    return await generate(counter.database, duty, period_called(duty, period), counter.clock)


async def owed(world: World, **conditions: Any) -> list[Obligation]:
    async with world.office.counter.database.reading() as session:
        query = select(Obligation).filter_by(**conditions)
        return list(await session.scalars(query.order_by(Obligation.number, Obligation.period)))


async def work(world: World) -> None:
    counter = world.office.counter
    await Worker(
        counter.database,
        {**jobs.HANDLERS, **jobs.LONG_HANDLERS},
        counter.clock,
        counter.blobs,
    ).drain()


async def test_those_in_the_register_owe_and_running_it_again_changes_nothing(
    world: World,
) -> None:
    await enter_maker(world.office, "S-1", None, maker_class="S")
    await enter_maker(world.office, "M-2", None, on=date(2026, 3, 31))
    await enter_maker(world.office, "M-3", None, on=date(2026, 4, 1))
    assert await made(world) == Generated(owed=2, void=0, fulfilled=0)
    first = await owed(world)
    # 31 May 2026 is a Sunday.
    assert [(o.number, o.period, o.due_on, o.state) for o in first] == [
        ("M-1", "2025", date(2026, 6, 1), "open"),
        ("M-2", "2025", date(2026, 6, 1), "open"),
    ]
    assert await made(world) == Generated(owed=2, void=0, fulfilled=0)
    assert [o.id for o in await owed(world)] == [o.id for o in first]
    async with world.office.counter.database.reading() as session:
        kept = await journal.entries(session, f"duty:{DUTY}:2025")
    assert [entry.action for entry in kept] == ["made", "generated"] * 2


async def test_a_register_larger_than_a_chunk_is_read_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2, 12):
        entry = await enter_maker(world.office, f"M-{number:02}", None)
        async with world.office.counter.database.session() as session:
            for day in (date(2025, 5, 1), date(2025, 6, 1)):
                change = Change("test", world.office.counter.now, day)
                await registers.amend(session, entry.entry_id, {"name": str(day)}, [], change)
            await session.commit()
    monkeypatch.setattr("madoguchi.cases.obligations.reading.CHUNK", 4)
    assert (await made(world)).owed == 11
    assert len({o.entry_id for o in await owed(world)}) == 11


async def test_a_filing_fulfils_its_period_and_a_withdrawal_opens_it_again(world: World) -> None:
    early = await world.report(2024, "1")
    await made(world, "2024")
    await made(world)
    assert [(o.period, o.state, o.case_id) for o in await owed(world)] == [
        ("2024", "fulfilled", early),
        ("2025", "open", None),
    ]
    case = await world.report(2025, "2", opening="1")
    found = (await owed(world, period="2025"))[0]
    assert (found.state, found.case_id) == ("fulfilled", case)
    assert found.fulfilled_at == world.office.counter.now
    client = await world.office.client("applicant")
    gone = await client.post(f"/api/v1/cases/{case}/actions/withdraw", json={"form": {}})
    assert gone.status_code == 200, gone.text
    found = (await owed(world, period="2025"))[0]
    assert (found.state, found.case_id, found.fulfilled_at) == ("open", None, None)
    again = await world.report(2025, "2", opening="1")
    later = await world.report(2025, "3", opening="1")
    assert [o.case_id for o in await owed(world, period="2025")] == [again]
    await client.post(f"/api/v1/cases/{again}/actions/withdraw", json={"form": {}})
    assert [o.case_id for o in await owed(world, period="2025")] == [later]


async def test_a_correction_moves_the_fulfilment(world: World) -> None:
    await made(world, "2024")
    await made(world)
    case = await world.report(2025, "2")
    counter = world.office.counter
    form = {"points": ["/fy"], "reason": "年度を確かめてください。"}
    await counter.act("examiner", case, "request_correction", form)
    await counter.resubmit(case, {"fy": "2024"})
    assert [(o.period, o.state) for o in await owed(world)] == [
        ("2024", "fulfilled"),
        ("2025", "open"),
    ]


async def test_duties_follow_the_entry_but_not_once_fulfilled(world: World) -> None:
    await made(world, "2024")
    await made(world)
    await world.report(2024, "1")
    counter = world.office.counter
    async with counter.database.session() as session:
        change = Change("test", counter.now, date(2025, 10, 1))
        await registers.amend(session, world.entry.entry_id, {"class": "S"}, [], change)
        await session.commit()
    await work(world)
    assert [(o.period, o.state) for o in await owed(world)] == [
        ("2024", "fulfilled"),
        ("2025", "void"),
    ]
    async with counter.database.session() as session:
        change = Change("test", counter.now, date(2025, 11, 1))
        await registers.amend(session, world.entry.entry_id, {"class": "M"}, [], change)
        await session.commit()
    await work(world)
    assert [(o.period, o.state) for o in await owed(world) if o.period < "2026"] == [
        ("2024", "fulfilled"),
        ("2025", "open"),
    ]


async def test_an_entry_closed_within_the_year_owes_for_the_days_before(world: World) -> None:
    counter = world.office.counter
    async with counter.database.session() as session:
        change = Change("test", counter.now, date(2025, 9, 1))
        await registers.close(session, world.entry.entry_id, change)
        await session.commit()
    assert (await made(world, "2025")).owed == 1
    assert (await made(world, "2026")).owed == 0


async def test_the_daily_look_makes_what_has_begun_and_tells_in_time(world: World) -> None:
    counter = world.office.counter
    counter.at(date(2026, 5, 2))
    async with counter.database.session() as session:
        await look_today(session, counter.now)
        await look_today(session, counter.now)
        await session.commit()
    await work(world)
    # What fell due before the procedure was published here is not followed.
    assert [(o.period, o.due_on) for o in await owed(world)] == [
        ("2025", date(2026, 6, 1)),
        ("2026", date(2027, 5, 31)),
    ]
    told: list[tuple[date, int]] = []
    for day in range(2, 50):
        counter.at(date(2026, 5, 1) + timedelta(days=day))
        await work(world)
        async with counter.database.reading() as session:
            count = await session.scalar(select(func.count()).select_from(Message))
        if not told or told[-1][1] != count:
            told.append((date(2026, 5, 1) + timedelta(days=day), int(count or 0)))
    # 30 days before (it was 30 days before on 2 May), 7 days before, 10 days after the last day.
    assert told == [
        (date(2026, 5, 3), 1),
        (date(2026, 5, 25), 2),
        (date(2026, 6, 11), 3),
    ]


async def test_officials_move_deadlines_where_they_decide(world: World) -> None:
    await enter_maker(world.office, "M-2", None)
    await enter_maker(world.office, "M-9", None, agency=TOKYO)
    await made(world)
    counter = world.office.counter
    july = date(2026, 7, 31)

    async def move(who: str, **more: Any) -> None:
        asked = {"period": "2025", "due_on": july, "reason": "災害のため", **more}
        async with counter.database.session() as session:
            await move_deadline(session, counter.people[who], Move(DUTY, **asked), counter.clock)
            await session.commit()

    for who, more in (
        ("examiner", {"agency_id": KANAGAWA}),
        ("approver", {"agency_id": TOKYO}),
        ("approver", {}),
        ("ministry", {}),
        ("approver", {"agency_id": KANAGAWA, "reason": "  "}),
        ("approver", {"agency_id": KANAGAWA, "period": "2025H1"}),
        ("approver", {"entry_id": "unknown"}),
    ):
        with pytest.raises(DomainError) as refused:
            await move(who, **more)
        assert refused.value.status in (403, 404, 422)
    await move("approver", entry_id=world.entry.entry_id, due_on=date(2026, 9, 30))
    await move("approver", agency_id=KANAGAWA)
    days = {o.number: o.due_on for o in await owed(world)}
    assert days == {"M-1": date(2026, 9, 30), "M-2": july, "M-9": date(2026, 6, 1)}
    # Made again, the days that officials set stay.
    await made(world)
    assert {o.number: o.due_on for o in await owed(world)} == days
    assert KANTO not in days


async def test_an_excused_duty_is_asked_no_more(world: World) -> None:
    await made(world)
    counter = world.office.counter
    found = (await owed(world))[0]
    async with counter.database.session() as session:
        for who in ("examiner", "elsewhere", "applicant"):
            with pytest.raises(DomainError):
                await excuse(session, counter.people[who], found.id, "休業中", counter.clock)
        await excuse(session, counter.people["manager"], found.id, "休業中のため", counter.clock)
        await session.commit()
    await made(world)
    assert [(o.state, o.reason) for o in await owed(world)] == [("excused", "休業中のため")]
