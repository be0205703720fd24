"""A bureau with inspectors, holders and a register to inspect."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import select

from madoguchi.cases.inspections import planning
from madoguchi.cases.inspections.acting import act
from madoguchi.cases.inspections.models import Inspection, InspectionPlan
from madoguchi.cases.inspections.visiting import Incoming, Outcome, record
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.identity import service as identity
from madoguchi.identity.rules import Actor
from madoguchi.kernel.database import Database
from madoguchi.procedures.package.compiled import Package
from tests.cases.desk.counter import (
    KANTO,
    PACKAGES,
    REGISTRATION,
    TOKYO,
    Counter,
    open_counter,
    publish,
    read_package,
)

REGISTER = "gasoline-sellers"
PEOPLE: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "inspector": ("検査 一郎", [(KANTO, "inspector")]),
    "partner": ("同行 二葉", [(KANTO, "inspector")]),
    "planner": ("計画 三枝", [(KANTO, "manager")]),
    "chief": ("課長 四季", [(KANTO, "inspector"), (KANTO, "approver")]),
    "minister": ("本省 五月", [("meti", "inspector")]),
    "far": ("遠方 六助", [(TOKYO, "inspector"), (TOKYO, "approver"), (TOKYO, "manager")]),
}
REQUIRED = (
    "place_registered scale_notified sign_shown sign_complete manager_appointed manager_qualified"
    " manager_notified analysed_every_ten_days last_analysis sampled_from_nozzle equipment_adequate"
    " entrusted_notified books_kept books_complete books_two_years"
).split()


@dataclass
class World:
    """The counter, and what tests do with it again and again."""

    counter: Counter
    package: Package
    entries: dict[str, RegisterEntry] = field(default_factory=dict)
    made: int = 0

    def actor(self, who: str) -> Actor:
        return self.counter.people[who]

    async def enter(
        self,
        number: str,
        *,
        stations: int = 1,
        since: date = date(2025, 4, 1),
        holder: str = "applicant",
    ) -> RegisterEntry:
        """An entry held by the applicant, or by a company of its own name."""
        name = "株式会社山田酸素" if holder == "applicant" else holder
        places = [
            {"name": f"{number}給油所{n}", "address": f"東京都江東区有明{n}-1", "gasoline_kl": 30}
            for n in range(1, stations + 1)
        ]
        async with self.counter.database.session() as session:
            organisation = self.counter.organisation
            if holder != "applicant":
                made = await identity.add_organisation(session, self.counter.clock, name=holder)
                organisation = made.id
            entry = await registers.enter(
                session,
                Registration(
                    register=REGISTER,
                    number=number,
                    agency_id=KANTO,
                    organisation_id=organisation,
                    organisation_name=name,
                    columns={"name": name, "stations": places, "registered_on": since},
                    public=["name", "stations"],
                    labels={"title": {"ja": "登録簿", "en": "Register"}, "columns": []},
                ),
                Change("test", self.counter.now, since),
            )
            await session.commit()
        self.entries[number] = entry
        return entry

    async def plan(self, quota: int = 1, year: int = 2026) -> InspectionPlan:
        """A plan made by the planner."""
        form = {"register": REGISTER, "agency": KANTO, "year": year, "quota": quota}
        async with self.counter.database.session() as session:
            plan = await planning.make_plan(
                session, self.actor("planner"), self.counter.clock, form
            )
            await session.commit()
            return plan

    async def planned(self, quota: int = 1) -> list[Inspection]:
        """Inspections of an approved plan."""
        plan = await self.plan(quota)
        for work, who in ((planning.propose_plan, "planner"), (planning.approve_plan, "approver")):
            async with self.counter.database.session() as session:
                await work(session, self.actor(who), self.counter.clock, plan.id, {})
                await session.commit()
        async with self.counter.database.reading() as session:
            query = select(Inspection).where(Inspection.plan_id == plan.id)
            return list(await session.scalars(query.order_by(Inspection.number)))

    async def act(self, who: str, inspection_id: str, name: str, **form: Any) -> Inspection:
        """An official's act, committed."""
        async with self.counter.database.session() as session:
            done = await act(
                session, self.actor(who), self.counter.clock, inspection_id, name, form
            )
            await session.commit()
            return done

    async def ready(self, *, announced: bool = True) -> Inspection:
        """An inspection with two inspectors, told or not, on the day of the visit."""
        [inspection] = await self.planned()
        await self.act(
            "planner",
            inspection.id,
            "assign",
            inspectors=[self.actor("inspector").id, self.actor("partner").id],
            visit_on="2026-06-01",
            visit_time="10時",
            site="0",
        )
        if announced:
            done = await self.act("inspector", inspection.id, "announce")
        else:
            done = await self.act(
                "inspector", inspection.id, "go_unannounced", reason="通報があったため"
            )
        self.counter.at(date(2026, 6, 1))
        return done

    async def write(
        self,
        who: str,
        inspection_id: str,
        key: str,
        value: Mapping[str, Any] | None,
        *,
        replaces: Sequence[str] = (),
        client_id: str | None = None,
        made_at: datetime | None = None,
    ) -> Outcome:
        """One record of an inspector; the clock goes on a second, as it does between two."""
        self.made += 1
        self.counter.now += timedelta(seconds=1)
        one = Incoming(
            client_id or f"c-{self.made:06}",
            key,
            value,
            tuple(replaces),
            made_at or self.counter.now,
        )
        async with self.counter.database.session() as session:
            [outcome] = await record(
                session, self.actor(who), self.counter.clock, inspection_id, [one]
            )
            await session.commit()
            return outcome

    async def answer_all(self, inspection_id: str, **other: str) -> None:
        """Every required item, "ok" unless said otherwise."""
        for item in REQUIRED:
            answer = other.get(item, "令和8年5月25日" if item == "last_analysis" else "ok")
            await self.write("inspector", inspection_id, f"item:{item}", {"answer": answer})

    async def visited(self, findings: Mapping[str, str] | None = None) -> Inspection:
        """A finished visit; `findings`: severity by item."""
        inspection = await self.ready()
        found = findings if findings is not None else {"sign_shown": "instruction"}
        await self.answer_all(inspection.id, **dict.fromkeys(found, "ng"))
        for item, severity in found.items():
            await self.write(
                "inspector",
                inspection.id,
                f"finding:{item}",
                {"severity": severity, "text": f"{item}が不備", "item": item},
            )
        await self.write("inspector", inspection.id, "signature", {"name": "山田 太郎"})
        return await self.get(inspection.id)

    async def told(self, findings: Mapping[str, str] | None = None) -> Inspection:
        """Results decided and told."""
        inspection = await self.visited(findings)
        await self.act("inspector", inspection.id, "propose_results", summary="おおむね良好")
        return await self.act("approver", inspection.id, "approve_results")

    async def get(self, inspection_id: str) -> Inspection:
        async with self.counter.database.reading() as session:
            found = await session.get(Inspection, inspection_id)
            assert found is not None
            return found


async def open_world(database: Database, folder: Path) -> World:
    counter = await open_counter(database, folder)
    async with database.session() as session:
        for key, (name, grants) in PEOPLE.items():
            person = await identity.add_person(session, counter.clock, name=name)
            for agency, role in grants:
                await identity.grant_role(
                    session, counter.clock, person.id, agency, role, by="test"
                )
            counter.people[key] = Actor(
                id=person.id, name=name, kind="official", grants=frozenset(grants)
            )
        package = read_package(PACKAGES / REGISTRATION / "v1")
        await publish(session, package, counter.clock)
        await session.commit()
    world = World(counter, package)
    await world.enter("関東-00001")
    return world


def jpeg(
    width: int = 640, height: int = 480, *, exif: bool = False, colour: str = "green"
) -> bytes:
    """A photograph; with `exif`, one that tells when and where it was taken, lying on its side."""
    image = Image.new("RGB", (width, height), colour)
    out = io.BytesIO()
    if not exif:
        image.save(out, "JPEG")
        return out.getvalue()
    tags = Image.Exif()
    tags[0x0112] = 6
    tags.get_ifd(0x8769)[0x9003] = "2026:06:01 10:15:00"
    tags.get_ifd(0x8825)[1] = "N"
    image.save(out, "JPEG", exif=tags)
    return out.getvalue()


NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
