"""The registry in place of a certificate: compared, accepted, asked again; on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from madoguchi.cases.models import Case
from madoguchi.cases.registration import service
from madoguchi.cases.registration.service import RETRY_JOB, retry
from madoguchi.kernel.jobs import Worker
from madoguchi.messages.models import Message
from madoguchi.registry.consulting import Why, latest_queries, look, simulate, state_of
from madoguchi.registry.link import simulated_companies
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import NOTICE, Counter

AOBA, CLOSED, MERGED, CHANGING = (
    "7999901000001",
    "1999901000007",
    "9999901000008",
    "8999901000009",
)
WHY = Why("試験", "試験法第1条", "TESTER")


async def filed(counter: Counter, number: str, **change: str) -> str:
    """A case whose party has the data of a simulated company."""
    case_id = await counter.file(NOTICE)
    party = {"kind": "organisation", **simulated_companies()[number].as_corporation(), **change}
    async with counter.database.session() as session:
        await session.execute(update(Case).where(Case.id == case_id).values(applicant=party))
        await session.commit()
    return case_id


async def choose(counter: Counter, fault: str) -> None:
    async with counter.database.session() as session:
        await simulate(session, fault)
        await session.commit()


async def checked(counter: Counter, case_id: str, *, fresh: bool = False) -> object:
    examiner = counter.people["examiner"]
    return await service.check(counter.database, examiner, counter.clock, case_id, fresh=fresh)


async def test_questions_are_logged_kept_and_given_up_in_time(counter: Counter) -> None:
    async def ask(number: str, fresh: bool = False, seconds: float = 30) -> tuple[str, bool]:
        found = await look(
            counter.database, number, WHY, counter.clock, fresh=fresh, seconds=seconds
        )
        return found.outcome, found.remembered

    assert await ask(AOBA) == ("found", False)
    assert await ask(AOBA) == ("found", True)
    await choose(counter, "wrong_data")
    assert await ask(AOBA) == ("found", True)  # what was kept, for seven days
    counter.now += timedelta(days=8)
    assert await ask(AOBA) == ("found", False)
    for fault, outcome in (("not_found", "not_found"), ("under_change", "under_change")):
        await choose(counter, fault)
        assert await ask(AOBA, fresh=True) == (outcome, False)
    await choose(counter, "timeout")
    for _ in range(3):
        assert await ask(AOBA, fresh=True, seconds=0.05) == ("unavailable", False)
    async with counter.database.reading() as session:
        state = await state_of(session)
        assert state is not None
        assert state.open_until == counter.now + timedelta(minutes=2)
    await ask(CHANGING)  # nobody waits while the circuit is open
    async with counter.database.reading() as session:
        log = await latest_queries(session)
    assert len(log) == 10
    assert {(item.purpose, item.legal_basis, item.asked_by) for item in log} == {
        ("試験", "試験法第1条", "TESTER")
    }
    with pytest.raises(ValueError, match="fire"):
        await choose(counter, "fire")


async def test_same_is_accepted_and_other_needs_a_note(counter: Counter, tmp_path: Path) -> None:
    company = simulated_companies()[AOBA]
    same = await filed(
        counter,
        AOBA,
        name=company.name.replace("株式会社", "㈱"),
        address="宮城県仙台市青葉区本町9-9-1",
    )
    other = await filed(counter, AOBA, representative_name="別人 一郎")
    app = app_of(counter, tmp_path)
    async with signed_in(app, counter, "examiner") as client:
        assert f"/desk/cases/{same}/registration" in (await client.get(f"/desk/cases/{same}")).text
        for case_id in (same, other):
            address = f"/desk/cases/{case_id}/registration"
            assert "登記情報を照会する" in (await client.get(address)).text
            assert (await client.post(address, data={"do": "ask"})).status_code == 303
        address = f"/desk/cases/{same}/registration"
        page = (await client.get(address)).text
        assert (page.count(">一致<"), page.count(">違う<")) == (3, 0)
        check = page.split('name="check" value="')[1].split('"')[0]
        accepted = {"do": "accept", "check": check}
        for _ in range(2):  # a double click
            assert (await client.post(address, data=accepted)).status_code == 303
        assert "確認しました" in (await client.get(address)).text
        address = f"/desk/cases/{other}/registration"
        page = (await client.get(address)).text
        assert (page.count(">一致<"), page.count(">違う<")) == (2, 1)
        mine = {"do": "accept", "check": page.split('name="check" value="')[1].split('"')[0]}
        assert (await client.post(address, data=mine)).status_code == 422
        assert (await client.post(address, data=accepted)).status_code == 404  # another case's
        done = await client.post(address, data={**mine, "/note": "登記申請中<b>"})
        assert done.status_code == 303
        assert "登記申請中&lt;b&gt;" in (await client.get(address)).text
    for who in ("elsewhere", "applicant"):
        async with signed_in(app, counter, who) as client:
            assert (await client.get(address)).status_code in (403, 404)
            assert (await client.post(address, data={"do": "ask"})).status_code in (403, 404)
            assert (await client.get("/desk/admin/connectors")).status_code == 403
    async with signed_in(app, counter, "administrator") as client:
        page = (await client.get("/desk/admin/connectors")).text
        assert all(word in page for word in ("模擬", "答えている", AOBA, "審査 花子"))


@pytest.mark.parametrize(("number", "word"), [(CLOSED, "closed"), (MERGED, "merged")])
async def test_a_company_that_is_gone_needs_a_note(
    counter: Counter, number: str, word: str
) -> None:
    row = await checked(counter, await filed(counter, number))
    assert (row.outcome, row.summary["status"]) == ("found", word)  # type: ignore[attr-defined]
    assert service.needs_note(row)  # type: ignore[arg-type]


async def test_when_the_registry_is_away_it_is_asked_again(counter: Counter) -> None:
    case_id = await filed(counter, AOBA)
    changing = await filed(counter, CHANGING)
    await choose(counter, "unavailable")
    row = await checked(counter, case_id)
    assert row.outcome == "unavailable"  # type: ignore[attr-defined]
    worker = Worker(counter.database, {RETRY_JOB: retry}, counter.clock)
    counter.now += timedelta(minutes=11)
    await worker.drain()
    await choose(counter, "")
    held = await checked(counter, changing)
    assert held.outcome == "under_change"  # type: ignore[attr-defined]
    counter.now += timedelta(minutes=11)
    await worker.drain()
    async with counter.database.reading() as session:
        _, found = await service.latest_check(session, counter.people["examiner"], case_id)
        assert found is not None
        assert (found.outcome, found.attempts, found.next_at) == ("found", 3, None)
        [told] = await session.scalars(
            select(Message).where(Message.recipient_person == counter.people["examiner"].id)
        )
        assert told.link == f"/desk/cases/{case_id}/registration"
        _, still = await service.latest_check(session, counter.people["examiner"], changing)
        assert still is not None
        assert still.next_at is not None
