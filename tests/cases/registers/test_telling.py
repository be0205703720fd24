"""What a register says of a corporation, told in the registry of corporations; on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service
from madoguchi.cases.registers.rules import CANCELLED
from madoguchi.cases.registers.service import ACTIVITY_JOB, Change, Registration
from madoguchi.cases.registers.standing import Holder, pass_on, resume, suspend
from madoguchi.cases.registers.telling import tell_activity
from madoguchi.identity import service as identity
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.jobs import Worker, enqueue
from madoguchi.kernel.jobs.models import Job
from madoguchi.procedures.service import check_files
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.activities.queries import of_number
from madoguchi.registry.models import RegistryChange
from tests.cases.desk.counter import CORPORATE_NUMBER, KANTO, Counter
from tests.cases.ledgers.world import LICENCE
from tests.cases.registers.test_registers import CHANGE, CLOSURE, registered
from tests.registry.activities.made import section

REGISTER = "aids"
OTHER = "3010001098765"
LABELS = {
    "title": {"ja": "補助金交付決定簿", "en": "Grants"},
    "columns": [
        {
            "name": "purpose",
            "label": {"ja": "対象"},
            "public": True,
            "words": {"led": {"ja": "照明", "en": "Lighting"}},
        }
    ],
    "activity": {
        "kind": "subsidy",
        "title": {"ja": "省エネルギー補助金", "en": "Energy saving"},
        "columns": {"target": "purpose", "amount": "granted", "title": "project"},
    },
}


async def run_jobs(counter: Counter) -> None:
    """Everything that waits of this kind, as the worker does it."""
    worker = Worker(counter.database, {ACTIVITY_JOB: tell_activity}, clock=counter.clock)
    await worker.drain()
    async with counter.database.reading() as session:
        assert await session.scalar(select(Job.last_error).where(Job.last_error != "")) is None


async def granted(counter: Counter, holder: str | None, **columns: Any) -> RegisterEntry:
    async with counter.database.session() as session:
        entry = await service.enter(
            session,
            Registration(
                register=REGISTER,
                number="R8-1",
                agency_id=KANTO,
                organisation_id=holder,
                organisation_name="株式会社窓口",
                columns={"purpose": "led", "granted": 2_500_000, "secret": "x"} | columns,
                public=["purpose", "granted", "project"],
                labels=LABELS,
                valid_to=date(2027, 4, 1),
            ),
            Change("x", counter.now, date(2026, 5, 1)),
        )
        await session.commit()
        return entry


async def told(counter: Counter, number: str = CORPORATE_NUMBER) -> list[Activity]:
    async with counter.database.reading() as session:
        return await of_number(session, number)


async def other(counter: Counter) -> str:
    async with counter.database.session() as session:
        found = await identity.add_organisation(
            session,
            counter.clock,
            name="神奈川株式会社",
            corporate_number=OTHER,
            address={"prefecture": "神奈川県", "city": "横浜市", "street": "1-1"},
        )
        await session.commit()
        return found.id


async def test_from_the_filing_to_the_activity_and_back(counter: Counter) -> None:
    counter.at(date(2026, 5, 1))
    await registered(counter)
    await run_jobs(counter)
    (found,) = await told(counter)
    async with counter.database.reading() as session:
        entry = (await session.scalars(select(RegisterEntry))).one()
    assert (found.kind, found.source) == ("certification", "register:gasoline-sellers")
    assert found.data["link"] == f"/registers/gasoline-sellers/{entry.number}"
    assert section("certification", [found]) == [
        {
            "title": "揮発油販売業者の登録",
            "date_of_approval": "2026-05-01",
            "government_departments": "関東経済産業局",
        }
    ]
    counter.at(date(2026, 7, 1))
    change = {"registration": entry.entry_id, "changed_on": "2026-06-30"}
    await counter.act("examiner", await counter.file(CHANGE, change=change), "confirm", {})
    await run_jobs(counter)
    (same,) = await told(counter)
    assert same.updated_on == date(2026, 5, 1)  # nothing of it is told that changed
    counter.at(date(2026, 9, 1))
    closed = {"registration": entry.entry_id, "closed_on": "2026-08-31"}
    await counter.act("examiner", await counter.file(CLOSURE, change=closed), "confirm", {})
    await run_jobs(counter)
    assert await told(counter) == []
    async with counter.database.reading() as session:
        (kept,) = await session.scalars(select(Activity))
    assert kept.withdrawn_at == counter.now
    assert kept.updated_on == date(2026, 9, 1)


async def test_a_subsidy_with_its_amount_changes_with_the_entry(counter: Counter) -> None:
    entry = await granted(counter, counter.organisation)
    await run_jobs(counter)
    (found,) = await told(counter)
    assert (found.title, found.amount, found.target) == ("省エネルギー補助金", 2_500_000, "照明")
    assert (found.data["amount"], found.data["register_number"]) == ("2500000", "R8-1")
    assert "secret" not in str(found.data)
    async with counter.database.reading() as session:
        assert (await session.scalars(select(RegistryChange.numbers))).all() == [[CORPORATE_NUMBER]]
    async with counter.database.session() as session:
        later = Change("x", counter.now + timedelta(days=3), date(2026, 5, 4))
        await service.amend(
            session, entry.entry_id, {"granted": 900, "project": "LED化"}, ["project"], later
        )
        await session.commit()
    counter.now += timedelta(days=3)
    await run_jobs(counter)
    (changed,) = await told(counter)
    assert (changed.id, changed.title, changed.amount) == (found.id, "LED化", 900)
    assert changed.updated_on > found.updated_on


async def test_suspended_resumed_cancelled(counter: Counter) -> None:
    entry = await granted(counter, counter.organisation)

    async def does(clock: Clock, act: Any, *more: Any) -> list[Activity]:
        async with counter.database.session() as session:
            change = Change("x", clock(), date(2026, 5, 1))
            await act(session, entry.entry_id, change, *more)
            await session.commit()
        await run_jobs(counter)
        return await told(counter)

    (stopped,) = await does(counter.clock, suspend)
    assert stopped.data["columns"] == {"法人活動-状況名称": "効力停止中"}
    (again,) = await does(counter.clock, resume)
    assert "columns" not in again.data
    assert await does(counter.clock, service.close, CANCELLED) == []


async def test_it_passes_on_to_the_successor(counter: Counter) -> None:
    entry = await granted(counter, counter.organisation)
    await run_jobs(counter)
    to = Holder(await other(counter), "神奈川株式会社", KANTO)
    async with counter.database.session() as session:
        await pass_on(
            session, entry.entry_id, to, {}, [], Change("x", counter.now, date(2026, 5, 1))
        )
        await session.commit()
    await run_jobs(counter)
    assert await told(counter) == []
    (theirs,) = await told(counter, OTHER)
    assert theirs.amount == 2_500_000


async def test_an_entry_to_come_is_told_on_its_day_and_no_longer_after_its_last(
    counter: Counter,
) -> None:
    counter.at(date(2026, 4, 20))
    await granted(counter, counter.organisation)
    await run_jobs(counter)
    assert await told(counter) == []
    counter.at(date(2026, 5, 1), hour=0)
    await run_jobs(counter)
    assert len(await told(counter)) == 1
    counter.at(date(2027, 4, 1), hour=0)
    await run_jobs(counter)
    assert await told(counter) == []


async def test_people_and_corporations_without_a_number_are_not_told(counter: Counter) -> None:
    await granted(counter, None)
    await run_jobs(counter)
    async with counter.database.reading() as session:
        assert (await session.scalars(select(Activity))).all() == []


async def test_registers_without_an_activity_have_no_job(counter: Counter) -> None:
    async with counter.database.session() as session:
        registration = Registration(
            register="quiet",
            number="1",
            agency_id=KANTO,
            organisation_id=counter.organisation,
            organisation_name="x",
            columns={},
            public=[],
            labels={"title": {"ja": "x"}, "columns": []},
        )
        entry = await service.enter(
            session, registration, Change("x", counter.now, date(2026, 5, 1))
        )
        await session.commit()
    async with counter.database.session() as session:
        names = set(await session.scalars(select(Job.name)))
        assert ACTIVITY_JOB not in names
        # A job left from before its package lost the activity finds nothing to do.
        await enqueue(session, ACTIVITY_JOB, {"entry": entry.entry_id})
        await enqueue(session, ACTIVITY_JOB, {"entry": "gone"})
        await session.commit()
    await run_jobs(counter)
    assert await told(counter) == []


@pytest.mark.parametrize(
    ("activity", "code"),
    [
        ("{kind: subsidy, columns: {amount: nothing}}", "activity-column"),
        ("{kind: subsidy, columns: {category: value}}", "activity-field"),
        ("{kind: certification, columns: {target: value}}", "activity-private"),
        ("{kind: patent}", "literal-error"),
    ],
)
def test_faults_of_activities_are_told(activity: str, code: str) -> None:
    old = "  number: 'L{serial:04}'\n"
    assert old in LICENCE
    checked = check_files(
        {"procedure.yaml": LICENCE.replace(old, f"{old}  activity: {activity}\n")}, "v1"
    )
    assert code in {fault.code for fault in checked.faults}
