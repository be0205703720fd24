"""Registrations by decisions: entered, amended, closed; numbered without gaps; public or not."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from madoguchi.cases.errors import CaseError
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service
from madoguchi.cases.registers.numbering import take_number
from madoguchi.cases.registers.queries import RegisterQuery, entries_on, known_at
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.kernel import journal
from madoguchi.kernel.errors import DomainError
from madoguchi.payments import service as payments
from madoguchi.procedures.workflow.advance import WorkflowError
from tests.cases.desk.browser import app_of, signed_in
from tests.cases.desk.counter import CHANGE, CLOSURE, KANAGAWA, KANTO, REGISTRATION, Counter

NAME = "gasoline-sellers"


async def pay(counter: Counter, case_id: str) -> None:
    async with counter.database.session() as session:
        for request in await payments.payments_of(session, case_id):
            await payments.record_clearing(
                session,
                notice_number=request.notice_number,
                amount=request.amount,
                receipt_number=f"R{request.id}",
                paid_at=counter.now,
                at=counter.now,
            )
        await session.commit()


async def registered(counter: Counter) -> str:
    """A registration from filing to entry; its case."""
    case_id = await counter.file(REGISTRATION)
    await counter.act("examiner", case_id, "start_examination")
    await counter.act("examiner", case_id, "propose_registration", {})
    await pay(counter, case_id)
    await counter.act("approver", case_id, "approve_registration")
    return case_id


async def rows(counter: Counter) -> list[RegisterEntry]:
    async with counter.database.reading() as session:
        order = (RegisterEntry.recorded_at, RegisterEntry.valid_from)
        return list(await session.scalars(select(RegisterEntry).order_by(*order)))


async def test_no_registration_before_the_tax_is_paid(counter: Counter) -> None:
    case_id = await counter.file(REGISTRATION)
    await counter.act("examiner", case_id, "start_examination")
    async with counter.database.reading() as session:
        assert await payments.payments_of(session, case_id) == []
    await counter.act("examiner", case_id, "propose_registration", {})
    async with counter.database.reading() as session:
        asked = await payments.payments_of(session, case_id)
    assert [request.amount for request in asked] == [30000]
    with pytest.raises(WorkflowError) as refused:
        await counter.act("approver", case_id, "approve_registration")
    assert refused.value.code == "guard"
    assert await rows(counter) == []
    await counter.act("approver", case_id, "send_back", {"comment": "もう一度確認"})
    await counter.act("examiner", case_id, "propose_registration", {})
    async with counter.database.reading() as session:
        assert len(await payments.payments_of(session, case_id)) == 1
    await pay(counter, case_id)
    case = await counter.act("approver", case_id, "approve_registration")
    assert case.outcome == "granted"
    assert [row.number for row in await rows(counter)] == ["関東経済産業局-00001"]


async def test_a_refusal_asks_for_no_tax(counter: Counter) -> None:
    case_id = await counter.file(REGISTRATION)
    await counter.act("examiner", case_id, "start_examination")
    form = {"reasons": "登録拒否事由に当たるため。"}
    await counter.act("examiner", case_id, "propose_refusal", form)
    async with counter.database.reading() as session:
        assert await payments.payments_of(session, case_id) == []


async def test_an_entry_is_amended_and_closed_by_later_cases(
    counter: Counter, tmp_path: Path
) -> None:
    counter.at(date(2026, 5, 1))
    first = await registered(counter)
    entry = (await rows(counter))[0]
    counter.at(date(2026, 7, 1))
    change = await counter.file(
        CHANGE, change={"registration": entry.entry_id, "changed_on": "2026-06-30"}
    )
    await counter.act("examiner", change, "confirm", {})
    counter.at(date(2026, 9, 1))
    closure = await counter.file(
        CLOSURE, change={"registration": entry.entry_id, "closed_on": "2026-08-31"}
    )
    await counter.act("examiner", closure, "confirm", {})
    async with counter.database.reading() as session:
        found = {}
        for day in (date(2026, 4, 30), date(2026, 6, 1), date(2026, 8, 1), date(2026, 9, 2)):
            held = await entries_on(session, RegisterQuery(NAME, day))
            found[day.month] = [row.columns["name"] for row in held]
        believed = await known_at(
            session, NAME, entry.number, date(2026, 10, 1), counter.now.replace(month=6)
        )
        history = await journal.entries(session, f"register:{entry.entry_id}")
    assert found[4] == []
    assert len(found[6]) == len(found[8]) == 1
    assert found[9] == []
    assert believed is not None
    assert believed.status == "valid"
    assert [item.action for item in history] == ["entered", "amended", "closed"]
    async with counter.database.session() as session:
        later = Change("x", counter.now, date(2026, 9, 2))
        with pytest.raises(DomainError) as refused:
            await service.close(session, entry.entry_id, later)
    assert refused.value.code == "entry-closed"
    await public_pages(counter, tmp_path, entry.number, first)


async def public_pages(counter: Counter, folder: Path, number: str, case_id: str) -> None:
    """The public sees public columns, officials of the office all of them."""
    app = app_of(counter, folder)
    officers = "業務を行う役員"
    async with signed_in(app, counter, None) as public:
        listed = await public.get(f"/registers/{NAME}?on=2026-06-01")
        page = await public.get(f"/registers/{NAME}/{number}")
        csv = await public.get(f"/registers/{NAME}?on=2026-06-01&format=csv")
        data = await public.get(f"/registers/{NAME}?on=2026-06-01&format=json")
        api = (await public.get(f"/api/v1/registers/{NAME}?on=2026-06-01")).json()
        missed = await public.get(f"/registers/{NAME}?q=どこにもない名前&on=2026-06-01")
        odd = await public.get(f"/registers/{NAME}?on=きのう&q=%25%00")
        assert (await public.get("/registers")).status_code == 200
        assert (await public.get("/api/v1/registers")).json()[0:1] in ([], [])
    for response in (listed, page, csv, data):
        assert response.status_code == 200
        assert officers not in response.text
        assert "officers" not in response.text
    assert number in listed.text
    assert "抹消" in page.text
    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert [item["number"] for item in api["items"]] == [number]
    assert "officers" not in api["items"][0]
    assert number not in missed.text
    assert odd.status_code in (200, 400)
    async with signed_in(app, counter, "examiner") as official:
        page = await official.get(f"/registers/{NAME}/{number}")
        assert officers in page.text
        exported = await official.get(f"/registers/{NAME}?on=2026-06-01&format=json")
        assert "officers" not in exported.text


def registration(number: str, columns: dict[str, object] | None = None) -> Registration:
    return Registration(
        register="trial",
        number=number,
        agency_id=KANAGAWA,
        organisation_id=None,
        organisation_name="試験社",
        columns=columns or {"name": "試験社"},
        public=["name"],
        labels={"title": {"ja": "試験簿"}, "columns": []},
    )


async def test_numbers_have_no_gaps_whoever_takes_them_and_whatever_fails(
    counter: Counter,
) -> None:
    async def take(fails: bool, sort: str) -> str | None:
        async with counter.database.session() as session:
            number = await take_number(
                session,
                kind="register",
                name="trial",
                template="{office}{kind}-{serial:03}",
                agency_id=KANTO,
                office="関東",
                on=date(2026, 5, 1),
                sort=sort,
            )
            await asyncio.sleep(0.01)
            if fails:
                await session.rollback()
                return None
            await session.commit()
            return number

    taken = await asyncio.gather(*(take(n % 3 == 0, "商役"[n % 2]) for n in range(24)))
    kept = sorted(number for number in taken if number)
    assert kept == [f"関東{sort}-{n:03}" for sort in "商役" for n in range(1, 9)]


async def test_two_amendments_at_once_both_count(counter: Counter) -> None:
    async with counter.database.session() as session:
        change = Change("x", counter.now, date(2026, 5, 1))
        entry = await service.enter(session, registration("1", {"a": 0, "b": 0}), change)
        await session.commit()

    async def amend(column: str) -> None:
        async with counter.database.session() as session:
            later = Change("x", counter.now, date(2026, 6, 1))
            await service.amend(session, entry.entry_id, {column: 1}, [], later)
            await session.commit()

    await asyncio.gather(amend("a"), amend("b"))
    async with counter.database.reading() as session:
        held = await entries_on(session, RegisterQuery("trial", date(2026, 6, 1)))
        before = await entries_on(session, RegisterQuery("trial", date(2026, 5, 31)))
    assert [row.columns for row in held] == [{"a": 1, "b": 1}]
    assert [row.columns for row in before] == [{"a": 0, "b": 0}]


async def test_a_registration_that_runs_out(counter: Counter) -> None:
    async with counter.database.session() as session:
        change = Change("x", counter.now, date(2026, 5, 1))
        until = service.day_after(date(2027, 4, 30))
        made = registration("1")
        entry = await service.enter(
            session, Registration(**{**vars(made), "valid_to": until}), change
        )
        await session.commit()
    async with counter.database.reading() as session:
        last = await entries_on(session, RegisterQuery("trial", date(2027, 4, 30)))
        after = await entries_on(session, RegisterQuery("trial", date(2027, 5, 1)))
    assert [len(last), len(after)] == [1, 0]
    late = Change("x", counter.now, date(2027, 5, 1))
    async with counter.database.session() as session:
        with pytest.raises(CaseError):
            await service.amend(session, entry.entry_id, {"name": "別"}, [], late)
