"""Inspections of the demo (立入検査の見本): registrations from before, a year's plan and its visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import service as inspections
from madoguchi.cases.inspections.service import Incoming, Inspection, InspectionPlan
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.labels import labels_of
from madoguchi.cases.registers.numbering import take_number
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import JST, Clock, fixed_clock, jst_date, system_clock
from madoguchi.kernel.japanese import fiscal_year_of

REGISTER, AGENCY = "gasoline-sellers", "bureau-kanto"
FIRST_DAY = date(2026, 4, 1)  # the package is in force from then on
Actors = Mapping[str, Actor]


@dataclass(frozen=True)
class Older:
    """A registration of a fictional seller from before this system (移行した登録)."""

    name: str
    stations: tuple[tuple[str, str], ...]
    years: int


OLDER = (
    Older(
        "株式会社ふじみ石油",
        (
            ("ふじみ中央給油所", "埼玉県富士見市鶴馬9-9-1"),
            ("みずほ台給油所", "埼玉県富士見市東みずほ台9-1"),
            ("かみふくおか給油所", "埼玉県ふじみ野市上福岡9-9-9"),
        ),
        9,
    ),
    Older("有限会社とねがわ商事", (("とねがわ給油所", "群馬県前橋市大手町9-9-9"),), 6),
    Older(
        "架空燃料販売株式会社",
        (
            ("うらわ給油所", "埼玉県さいたま市浦和区高砂9-9"),
            ("おおみや給油所", "埼玉県さいたま市大宮区桜木町9-9"),
        ),
        4,
    ),
    Older("合資会社あずさ石油店", (("あずさ給油所", "長野県松本市中央9-9-9"),), 12),
    Older("するが石油株式会社", (("するが給油所", "静岡県静岡市葵区追手町99-9"),), 2),
)


async def fill_inspections(session: AsyncSession, actors: Actors) -> int:
    """Play the inspections of a year, from planned to closed; how many there are."""
    await _register_older(session)
    day = jst_date(system_clock())
    planned_on = max(day - timedelta(days=160), FIRST_DAY)
    first, second, today, coming, *later = await _plan(session, actors, planned_on, len(OLDER))
    await _closed(session, actors, first, planned_on + timedelta(days=30))
    await _closed(session, actors, second, planned_on + timedelta(days=60))
    await _ready(session, actors, today, day, day - timedelta(days=12))
    await _ready(session, actors, coming, day + timedelta(days=6), day - timedelta(days=3))
    await _improving(
        session, actors, await _special(session, actors, day), day - timedelta(days=22)
    )
    return 5 + len(later)


async def _special(session: AsyncSession, actors: Actors, day: date) -> Inspection:
    """An inspection outside the plan of the seller one can sign in as."""
    number = await session.scalar(
        select(RegisterEntry.number).where(
            RegisterEntry.register == REGISTER,
            RegisterEntry.organisation_id == actors["bay"].organisation,
        )
    )
    form = {"register": REGISTER, "number": number, "reason": "給油所の表示について通報があった。"}
    clock = _at(day - timedelta(days=40))
    return await inspections.open_special(session, actors["kanto-manager"], clock, form)


async def _register_older(session: AsyncSession) -> None:
    today = jst_date(system_clock())
    package = (await inspections.programme_of(session, REGISTER, today)).package
    spec = package.spec.register_
    assert spec is not None  # noqa: S101 - the package is shipped with the demo
    office = await identity.agency(session, AGENCY)
    for older in OLDER:
        since = date(today.year - older.years, 6, 1)
        organisation = await identity.add_organisation(
            session, _at(since), name=older.name, address=_address(older.stations[0][1])
        )
        number = await take_number(
            session,
            kind="register",
            name=spec.name,
            template=spec.number,
            agency_id=AGENCY,
            office=office.name["ja"],
            on=since,
        )
        await registers.enter(
            session,
            Registration(
                register=spec.name,
                number=number,
                agency_id=AGENCY,
                organisation_id=organisation.id,
                organisation_name=older.name,
                columns={
                    "name": older.name,
                    "stations": [
                        {"name": name, "prefecture": place[:3], "address": place, "gasoline_kl": 30}
                        for name, place in older.stations
                    ],
                    "agency": AGENCY,
                    "registered_on": since,
                },
                public=[name for name, column in spec.columns.items() if column.public],
                labels=labels_of(spec, package.fields),
            ),
            Change("demo", _at(since)(), since),
        )


async def _plan(session: AsyncSession, actors: Actors, day: date, quota: int) -> list[Inspection]:
    form = {
        "register": REGISTER,
        "agency": AGENCY,
        "year": fiscal_year_of(day),
        "quota": quota,
    }
    plan = await inspections.make_plan(session, actors["kanto-manager"], _at(day), form)
    await inspections.propose_plan(session, actors["kanto-manager"], _at(day, 11), plan.id, {})
    await inspections.approve_plan(session, actors["kanto-approver"], _at(day, 15), plan.id, {})
    return await _of_plan(session, plan)


async def _of_plan(session: AsyncSession, plan: InspectionPlan) -> list[Inspection]:
    rows = await session.scalars(select(Inspection).where(Inspection.plan_id == plan.id))
    order = {line["entry"]: place for place, line in enumerate(plan.lines)}
    return sorted(rows, key=lambda row: order[row.entry_id])


async def _ready(
    session: AsyncSession, actors: Actors, inspection: Inspection, visit: date, on: date
) -> None:
    form = {
        "inspectors": [actors["kanto-inspector"].id, actors["kanto-partner"].id],
        "visit_on": visit.isoformat(),
        "visit_time": "13時30分",
        "site": "0",
    }
    manager = actors["kanto-manager"]
    await inspections.act(session, manager, _at(on), inspection.id, "assign", form)
    await inspections.act(session, manager, _at(on, 11), inspection.id, "announce", {})


async def _visited(
    session: AsyncSession, actors: Actors, inspection: Inspection, visit: date
) -> None:
    """A visit with one item that does not conform, an oral remark and an instruction."""
    await _ready(session, actors, inspection, visit, visit - timedelta(days=14))
    programme = await inspections.programme_of(session, REGISTER, visit + timedelta(days=400))
    found: dict[str, Mapping[str, Any]] = {"start": {"card_shown": True}}
    for section in programme.block.spec.checklist:
        for item, spec in section.items.items():
            if spec.required:
                answer = f"{visit.month}月{visit.day - 1 or 1}日" if spec.answer == "text" else "ok"
                found[f"item:{item}"] = {"answer": answer}
    found["item:sign_complete"] = {"answer": "ng", "note": "品質管理者の氏名が前の人のまま"}
    found["finding:sign"] = {
        "severity": "instruction",
        "text": "給油所の表示の品質管理者の氏名が、前の品質管理者のままになっている。",
        "item": "sign_complete",
    }
    found["finding:books"] = {
        "severity": "remark",
        "text": "帳簿の購入先の欄は、その都度記載すること。",
        "item": "books_complete",
    }
    found["signature"] = {"name": "店長 見本", "title": "店長", "comment": "すぐに直します。"}
    at = datetime.combine(visit, time(14), JST)
    sent = [
        Incoming(f"demo-{inspection.id[-8:]}-{number:03}", key, value, (), at)
        for number, (key, value) in enumerate(found.items())
    ]
    inspector = actors["kanto-inspector"]
    await inspections.record(session, inspector, _at(visit, 15), inspection.id, sent)


async def _improving(
    session: AsyncSession, actors: Actors, inspection: Inspection, visit: date
) -> None:
    await _visited(session, actors, inspection, visit)
    told = visit + timedelta(days=5)
    form = {"summary": "分析と帳簿はおおむね適切です。表示を直してください。"}
    inspector, approver = actors["kanto-inspector"], actors["kanto-approver"]
    await inspections.act(session, inspector, _at(told), inspection.id, "propose_results", form)
    await inspections.act(session, approver, _at(told, 16), inspection.id, "approve_results", {})


async def _closed(
    session: AsyncSession, actors: Actors, inspection: Inspection, visit: date
) -> None:
    await _improving(session, actors, inspection, visit)
    filed, closed = visit + timedelta(days=12), visit + timedelta(days=15)
    holder = Actor(
        id=actors["kanto-inspector"].id,
        name="店長 見本",
        kind="applicant",
        organisation=inspection.organisation_id,
    )
    findings = await inspections.findings_of(session, inspection.id)
    finding = next(found for found in findings if found.state == "open")
    form = {"body": "表示を新しい品質管理者の氏名に掛け替えました。", "done_on": filed.isoformat()}
    await inspections.file_report(session, holder, _at(filed), inspection.id, finding.id, form, [])
    inspector, approver = actors["kanto-inspector"], actors["kanto-approver"]
    accepted = {"finding": finding.id}
    for who, hour, name, given in (
        (inspector, 10, "accept_report", accepted),
        (inspector, 11, "propose_closing", {}),
        (approver, 15, "approve_closing", {}),
    ):
        await inspections.act(session, who, _at(closed, hour), inspection.id, name, given)


def _at(day: date, hour: int = 10) -> Clock:
    return fixed_clock(datetime.combine(day, time(hour), JST))


def _address(place: str) -> dict[str, str]:
    return {"prefecture": place[:3], "city": "", "street": place[3:]}
