"""Terms that end: told in time, expired on the day, held while the renewal is decided."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from madoguchi.cases.expiry.jobs import HANDLERS, look_for_ends
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.queries import RegisterQuery, entries_on
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.kernel import journal
from madoguchi.kernel.jobs import Worker
from madoguchi.messages.models import Message
from madoguchi.procedures.package.load import load
from madoguchi.procedures.service import check_files
from tests.cases.desk.counter import KANAGAWA
from tests.cases.filing.office import Office, publish_package
from tests.cases.obligations.world import HEAD

RENEWAL = (
    HEAD.format(id="trial-renewal", kind="application", title="認定の更新").replace(
        "04-01", "01-01"
    )
    + """\
standard_period: 30 open days
data:
  certification: {type: entry, label: {ja: 認定, en: Certification}, register: certified, required: true}
about: {entry: certification}
workflow: {pattern: permission}
register:
  name: certified
  title: {ja: 認定簿, en: Certified}
  action: amend
  entry: certification
  valid_until: certification.valid_until + duration("P1Y")
  renewal: {opens: P6M, closes: P1M, late: refuse, holds: true, reminders: [180, 90, 30]}
  columns:
    name: {label: {ja: 名称, en: Name}, value: '"新"', public: true}
tests:
  - {name: early, given: {certification: e1}, today: 2026-02-27, entries: &e {e1: {register: certified, number: '1', valid_until: 2026-08-31}}, expect: {errors: [certification]}}
  - {name: the first day, given: {certification: e1}, today: 2026-02-28, entries: *e, expect: {valid: true}}
  - {name: the last day, given: {certification: e1}, today: 2026-07-31, entries: *e, expect: {valid: true}}
  - {name: late, given: {certification: e1}, today: 2026-08-01, entries: *e, expect: {errors: [certification]}}
  - {name: over, given: {certification: e1}, today: 2026-09-01, entries: *e, expect: {errors: [certification]}}
"""
)
LAST = date(2026, 5, 31)


def test_windows_of_a_package() -> None:
    checked = check_files({"procedure.yaml": RENEWAL}, "v1")
    assert [str(fault) for fault in checked.faults if fault.severity == "error"] == []
    marked = RENEWAL.replace("late: refuse", "late: mark").split("tests:")[0]
    marked += """\
tests:
  - {name: late, given: {certification: e1}, today: 2026-08-01, entries: {e1: {register: certified, number: '1', valid_until: 2026-08-31}}, expect: {valid: true, warnings: [certification]}}
"""
    checked = check_files({"procedure.yaml": marked}, "v1")
    assert [str(fault) for fault in checked.faults if fault.severity == "error"] == []
    for old, new in (("about: {entry: certification}", ""), ("action: amend", "action: enter")):
        broken = check_files({"procedure.yaml": RENEWAL.replace(old, new)}, "v1")
        assert {"renewal-about", "renewal-action"} & {fault.code for fault in broken.faults}


async def enter(office: Office, number: str, last: date = LAST) -> str:
    counter = office.counter
    made = Registration(
        register="certified",
        number=number,
        agency_id=KANAGAWA,
        organisation_id=counter.organisation,
        organisation_name="株式会社山田酸素",
        columns={"name": "旧"},
        public=["name"],
        labels={"title": {"ja": "認定簿", "en": "Certified"}, "columns": []},
        valid_to=registers.day_after(last),
    )
    async with counter.database.session() as session:
        entry = await registers.enter(session, made, Change("t", counter.now, date(2025, 6, 1)))
        await session.commit()
    return entry.entry_id


async def look(office: Office) -> None:
    """What the program does on the day the clock shows; twice, as after a restart."""
    counter = office.counter
    for _ in range(2):
        async with counter.database.session() as session:
            await look_for_ends(session, counter.now)
            await session.commit()
        await Worker(counter.database, HANDLERS, counter.clock).drain()


async def said(office: Office) -> list[str]:
    async with office.counter.database.reading() as session:
        found = await session.scalars(select(Message).order_by(Message.id))
        return [message.subject["ja"] for message in found if message.case_id is None]


async def standing(office: Office, entry_id: str, day: date) -> RegisterEntry | None:
    async with office.counter.database.reading() as session:
        query = select(RegisterEntry).where(
            RegisterEntry.entry_id == entry_id, RegisterEntry.superseded_at.is_(None)
        )
        rows = list(await session.scalars(query))
    covering = [r for r in rows if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)]
    assert len(covering) <= 1
    return covering[0] if covering else None


async def file_renewal(office: Office, entry_id: str) -> tuple[int, dict[str, Any]]:
    client = await office.client("applicant")
    answer = await client.post(
        "/api/v1/procedures/trial-renewal/filings",
        json={"data": {"certification": entry_id}},
        headers={"Idempotency-Key": uuid4().hex},
    )
    return answer.status_code, answer.json()


@pytest.fixture
async def certified(office: Office) -> str:
    office.counter.at(date(2026, 3, 1))
    loaded = load({"procedure.yaml": RENEWAL}, "v1")
    assert loaded.package is not None, [str(fault) for fault in loaded.faults]
    async with office.counter.database.session() as session:
        await publish_package(session, loaded.package, office.counter.clock)
        await session.commit()
    return await enter(office, "C-1")


async def test_reminders_come_once_each_and_the_term_ends(office: Office, certified: str) -> None:
    counter = office.counter
    await enter(office, "C-2", date(2030, 5, 31))
    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3), date(2026, 5, 1), LAST]
    told = []
    for day in days:
        counter.at(day)
        await look(office)
        told.append(len(await said(office)))
    assert told == [0, 1, 1, 2, 2], "90 days before (2 March), then 30"
    counter.at(LAST + timedelta(days=1), hour=1)
    await look(office)
    assert (await said(office))[-1] == "有効期間が終わりました:C-1"
    now = await standing(office, certified, date(2026, 6, 1))
    before = await standing(office, certified, LAST)
    assert now is not None
    assert before is not None
    assert (before.status, now.status) == ("valid", "expired")
    status, refused = await file_renewal(office, certified)
    assert (status, refused["code"]) != (201, None)
    async with counter.database.reading() as session:
        held = await entries_on(session, RegisterQuery("certified", date(2026, 6, 1)))
        history = await journal.entries(session, f"register:{certified}")
    assert [row.number for row in held] == ["C-2"]
    assert [item.action for item in history] == ["entered", "expired"]
    page = await (await office.client("public")).get("/registers/certified/C-1")
    assert "期間満了" in page.text
    found = await (await office.client("examiner")).get("/desk/expiring?within=2000")
    assert "C-2" in found.text
    assert "cases.expiry" not in found.text
    listed = await (await office.client("examiner")).get("/api/v1/desk/expiring?within=2000")
    assert [item["number"] for item in listed.json()["items"]] == ["C-2"]


async def renewing(office: Office, entry_id: str) -> str:
    """A renewal filed in time and not decided when the term ends; its case."""
    counter = office.counter
    counter.at(date(2026, 4, 30))
    status, filed = await file_renewal(office, entry_id)
    assert status == 201, filed
    case = str(filed["id"])
    await counter.act("examiner", case, "start_examination")
    await look(office)
    assert await said(office) == [], "nobody is reminded who has filed"
    counter.at(date(2026, 6, 5))
    await look(office)
    assert await said(office) == ["更新の審査中も有効です:C-1"]
    now = await standing(office, entry_id, date(2026, 6, 5))
    assert now is not None
    assert (now.status, now.valid_to, now.term_to) == ("valid", None, date(2026, 6, 1))
    return case


async def test_a_renewal_decided_late_counts_from_the_old_term(
    office: Office, certified: str
) -> None:
    counter = office.counter
    case = await renewing(office, certified)
    await counter.act("examiner", case, "propose_grant", {})
    await counter.act("approver", case, "approve_grant")
    now = await standing(office, certified, date(2027, 5, 31))
    assert now is not None
    assert (now.columns["name"], now.valid_to, now.term_to) == ("新", date(2027, 6, 1), None)
    assert await standing(office, certified, date(2027, 6, 1)) is None
    counter.at(date(2027, 6, 1))
    await look(office)
    expired = await standing(office, certified, date(2027, 6, 1))
    assert expired is not None
    assert expired.status == "expired"


async def test_a_renewal_refused_late_ends_what_held(office: Office, certified: str) -> None:
    counter = office.counter
    case = await renewing(office, certified)
    await counter.act("examiner", case, "propose_refusal", {"reasons": "基準に適合しないため。"})
    counter.at(date(2026, 6, 9))
    await counter.act("approver", case, "approve_refusal")
    for day, status in ((date(2026, 6, 8), "valid"), (date(2026, 6, 9), "expired")):
        found = await standing(office, certified, day)
        assert found is not None
        assert found.status == status


async def test_terms_ending_on_a_leap_day(office: Office, certified: str) -> None:
    counter = office.counter
    entry = await enter(office, "C-3", date(2028, 2, 29))
    counter.at(date(2028, 2, 29), hour=23)
    await look(office)
    now = await standing(office, entry, date(2028, 2, 29))
    assert now is not None
    assert now.status == "valid"
    counter.at(date(2028, 3, 1), hour=1)
    await look(office)
    now = await standing(office, entry, date(2028, 3, 1))
    assert now is not None
    assert now.status == "expired"
    assert await standing(office, certified, date(2028, 3, 1)) is not None
    assert "有効期間が終わりました:C-1" not in await said(office), "no longer news"
