"""Pages and API of duties: the holder's list, the calendar, the desk; nobody sees another's."""

import re
from datetime import date
from typing import Any

import httpx
import pytest

from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.registers.letters import letters_about
from madoguchi.identity.models import Membership
from madoguchi.kernel.language import LANGUAGES
from tests.cases.desk.counter import KANAGAWA, TOKYO
from tests.cases.obligations.test_generating import DUTY, made, owed, work
from tests.cases.obligations.world import World, enter_maker

LATE = date(2026, 6, 20)


async def page(world: World, who: str, path: str, status: int = 200) -> str:
    client = await world.office.client(who)
    texts = []
    for language in LANGUAGES[:2]:
        answer = await client.get(path, headers={"accept-language": language})
        assert answer.status_code == status, answer.text
        texts.append(answer.text)
    return texts[0]


async def post(world: World, who: str, path: str, **data: Any) -> httpx.Response:
    client = await world.office.client(who)
    return await client.post(path, data=data)


async def api(world: World, who: str, path: str, **params: Any) -> Any:
    client = await world.office.client(who)
    return (await client.get(f"/api/v1{path}", params=params)).json()


async def late_duty(world: World) -> Obligation:
    """The duty of the applicant's entry for 2025, overdue."""
    await made(world)
    world.office.counter.at(LATE)
    return (await owed(world, period="2025"))[0]


async def test_a_holder_sees_what_is_due_and_files_it(world: World) -> None:
    await made(world)
    await world.report(2024, "12.5", lines=[{"row": "a", "kind": "発酵", "amount": "1"}])
    home = await page(world, "applicant", "/")
    assert "令和7年度" in home
    listed = await page(world, "applicant", "/obligations")
    assert "M-1" in listed
    assert "あと31日" in listed
    duty = (await owed(world, period="2025"))[0]
    started = await post(world, "applicant", f"/obligations/{duty.id}/start")
    assert started.status_code == 303
    again = await post(world, "applicant", f"/obligations/{duty.id}/start")
    assert again.headers["location"] == started.headers["location"], "one draft, not two"
    client = await world.office.client("applicant")
    draft = (await client.get("/api/v1" + started.headers["location"])).json()
    entered = draft["entered"]
    assert (entered["maker"], entered["fy"]) == (duty.entry_id, "2025")
    # What rests on the period of the duty is filled in too.
    assert entered["opening"] == "12.5"
    assert entered["lines"][0]["kind"] == "発酵"
    await world.report(2025, "3", opening="12.5")
    refused = await post(world, "applicant", f"/obligations/{duty.id}/start")
    assert refused.status_code == 409
    assert "提出済み" in await page(world, "applicant", "/obligations")
    assert (await api(world, "applicant", "/obligations"))["items"] == []


async def test_the_calendar_opens_with_its_address_only(world: World) -> None:
    await made(world)
    listed = await page(world, "applicant", "/obligations")
    found = re.search(r"/obligations/calendar/\w+/\w+/\w+\.ics", listed)
    assert found is not None
    public = await world.office.client("public")
    calendar = await public.get(found[0])
    assert calendar.status_code == 200
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "DTSTART;VALUE=DATE:20260601\r\n" in calendar.text
    assert all(len(line.encode()) <= 75 for line in calendar.text.split("\r\n"))
    stranger = await world.office.add_person("乙")
    for other in (
        found[0].replace(".ics", "0.ics"),
        found[0].replace(world.office.counter.organisation, str(stranger.organisation)),
        found[0].replace(world.office.counter.people["applicant"].id, stranger.id),
    ):
        assert (await public.get(other)).status_code == 404


async def test_a_calendar_has_the_duties_its_person_may_see(world: World) -> None:
    """Also by its address alone: a member for single procedures, and one who is none any more."""
    await made(world)
    listed = await page(world, "applicant", "/obligations")
    found = re.search(r"/obligations/calendar/\w+/\w+/\w+\.ics", listed)
    assert found is not None
    counter = world.office.counter
    public = await world.office.client("public")
    assert "BEGIN:VEVENT" in (await public.get(found[0])).text
    async with counter.database.session() as session:
        key = (counter.people["applicant"].id, counter.organisation)
        held = await session.get_one(Membership, key)
        held.procedures = ["something-else"]
        await session.commit()
    narrowed = await public.get(found[0])
    assert (narrowed.status_code, "BEGIN:VEVENT" in narrowed.text) == (200, False)
    async with counter.database.session() as session:
        await session.delete(await session.get_one(Membership, key))
        await session.commit()
    assert (await public.get(found[0])).status_code == 404


async def test_nobody_sees_or_changes_what_is_not_theirs(world: World) -> None:
    duty = await late_duty(world)
    await world.office.add_person("乙")
    assert "M-1" not in await page(world, "乙", "/obligations")
    assert (await post(world, "乙", f"/obligations/{duty.id}/start")).status_code == 404
    assert (await api(world, "乙", "/obligations"))["items"] == []
    await page(world, "applicant", "/desk/obligations", 403)
    assert "M-1" not in await page(world, "elsewhere", "/desk/obligations?standing=overdue")
    await page(world, "elsewhere", f"/desk/obligations/{duty.id}", 404)
    client = await world.office.client("elsewhere")
    gone = await client.post(
        f"/api/v1/desk/obligations/{duty.id}/excuse", json={"reason": "よそから"}
    )
    assert gone.status_code == 404
    await client.post("/api/v1/desk/obligations/demands", json={"ids": [duty.id]})
    assert [o.demanded_at for o in await owed(world, id=duty.id)] == [None]


async def test_the_desk_lists_counts_and_demands(world: World) -> None:
    for number in ("M-2", "M-3"):
        await enter_maker(world.office, number, None)
    await enter_maker(world.office, "T-1", None, agency=TOKYO)
    duty = await late_duty(world)
    await world.report(2025, "1")
    sums = await api(world, "examiner", "/desk/obligations/counts")
    assert [(s["period"], s["owed"], s["fulfilled"], s["overdue"]) for s in sums] == [
        ("2025", 3, 1, 2)
    ]
    listed = await api(world, "examiner", "/desk/obligations", standing="overdue", limit=1)
    assert [item["number"] for item in listed["items"]] == ["M-2"]
    following = await api(
        world, "examiner", "/desk/obligations", standing="overdue", cursor=listed["next"]
    )
    assert [item["number"] for item in following["items"]] == ["M-3"]
    found = await api(world, "examiner", "/desk/obligations", q="M-1")
    assert (found["items"][0]["standing"], found["items"][0]["late"]) == ("fulfilled", True)
    odd = await page(world, "examiner", "/desk/obligations?q=%25%27&duty=x&period=%22&agency=z")
    assert "M-2" not in odd
    late = [o.id for o in await owed(world) if o.state == "open"]
    done = await post(world, "examiner", "/desk/obligations/demand", duty=[*late, duty.id])
    assert done.status_code == 303
    assert {o.number for o in await owed(world) if o.demanded_at} == {"M-2", "M-3"}
    await page(world, "examiner", f"/desk/obligations/{late[0]}")


@pytest.mark.parametrize(("typed", "said"), [("きのう", "日付"), ("2026-07-31", "理由")])
async def test_bad_input_says_what_to_do_and_keeps_what_was_typed(
    world: World, typed: str, said: str
) -> None:
    duty = await late_duty(world)
    for path, more in (
        (f"/desk/obligations/{duty.id}/deadline", {}),
        ("/desk/obligations/deadline", {"duty": DUTY, "period": "2025", "agency": KANAGAWA}),
    ):
        answer = await post(world, "approver", path, due_on=typed, reason=" ", **more)
        assert answer.status_code == 422, answer.text
        assert said in answer.text
        assert typed in answer.text


async def test_officials_move_a_deadline_and_excuse_by_page(world: World) -> None:
    duty = await late_duty(world)
    await page(world, "approver", f"/desk/obligations/deadline?duty={DUTY}&period=2025")
    moved = await post(
        world,
        "approver",
        f"/desk/obligations/{duty.id}/deadline",
        due_on="令和8年7月31日",
        reason="災害のため",
    )
    assert moved.status_code == 303, moved.text
    assert "災害のため" in await page(world, "applicant", "/obligations")
    assert [o.due_on for o in await owed(world, id=duty.id)] == [date(2026, 7, 31)]
    refused = await post(world, "examiner", f"/desk/obligations/{duty.id}/excuse", reason="x")
    assert refused.status_code == 403
    excused = await post(
        world, "manager", f"/desk/obligations/{duty.id}/excuse", reason="休業のため"
    )
    assert excused.status_code == 303
    again = await post(world, "manager", f"/desk/obligations/{duty.id}/excuse", reason="休業")
    assert again.status_code == 409


async def test_the_letter_of_demand_reaches_its_addressee_only(world: World) -> None:
    duty = await late_duty(world)
    client = await world.office.client("examiner")
    done = await client.post("/api/v1/desk/obligations/demands", json={"ids": [duty.id]})
    assert done.json() == {"demanded": [duty.id]}
    again = await client.post("/api/v1/desk/obligations/demands", json={"ids": [duty.id]})
    assert again.json() == {"demanded": []}
    async with world.office.counter.database.reading() as session:
        letters = await letters_about(session, f"obligation:{duty.id}")
    assert len(letters) == 1
    assert "令和8年6月1日" in letters[0].html
    await work(world)
    await world.office.add_person("乙")
    for who, status in (("applicant", 200), ("examiner", 200), ("乙", 404), ("elsewhere", 404)):
        answer = await (await world.office.client(who)).get(f"/letters/{letters[0].id}")
        assert answer.status_code == status
        assert answer.content.startswith(b"%PDF") == (status == 200)
