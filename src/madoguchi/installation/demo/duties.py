"""Periodic duties of the demo (定期報告の見本): due, overdue, urged, excused and fulfilled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.obligations.demanding import demand
from madoguchi.cases.obligations.duties import period_called
from madoguchi.cases.obligations.generating import generate
from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.obligations.overriding import excuse
from madoguchi.cases.registers import service as registers
from madoguchi.cases.registers.labels import labels_of
from madoguchi.cases.registers.numbering import take_number
from madoguchi.cases.registers.service import Change, Registration
from madoguchi.identity import service as identity
from madoguchi.installation.demo.playing import Actors, moment, play
from madoguchi.installation.demo.scenarios import Scenario, Step
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import JST, Clock, fixed_clock, jst_date, system_clock
from madoguchi.kernel.database import Database
from madoguchi.procedures import service as procedures

REPORT, DUTY = "renewable-solar-operation-report", "renewable-solar-operation-report/annual"
CERTIFICATION, AGENCY = "renewable-plan-certification", "bureau-kanto"


@dataclass(frozen=True)
class Facility:
    """A solar power station certified before this system; it began `months` before this month, some
    years ago. `person`: who of the demo holds it, None: a company nobody signs in for.
    """

    name: str
    place: str
    holder: str
    months: int
    person: str | None = None


DUE = Facility("かつうら太陽光発電所", "千葉県勝浦市", "", 0, "bay")
OVERDUE = Facility("いすみ太陽光発電所", "千葉県いすみ市", "", 3, "bay")
FULFILLED = Facility("あまつ太陽光発電所", "千葉県鴨川市", "", 2, "bay")
URGED = Facility("つくば第九発電所", "茨城県つくば市", "架空サンライト株式会社", 4)
EXCUSED = Facility("なすの発電所", "栃木県那須塩原市", "合同会社架空なすの電力", 5)
FACILITIES = (DUE, OVERDUE, FULFILLED, URGED, EXCUSED)


async def fill_duties(database: Database, blobs: BlobStore, actors: Actors) -> int:
    """Enter the stations, make their duties and play what became of them; how many duties."""
    today = jst_date(system_clock())
    async with database.session() as session:
        entries = {item.name: await _enter(session, actors, item, today) for item in FACILITIES}
        duty = (await procedures.current(session, REPORT, today)).obligations["annual"]
        await session.commit()
    years = sorted({_due_in(item, today) for item in FACILITIES})
    for year in years:
        await generate(database, duty, period_called(duty, str(year)), _at(100))
    async with database.session() as session:
        report = Scenario(
            REPORT,
            "bay",
            20,
            _costs(entries[FULFILLED.name], FULFILLED),
            (Step(3, "kanto-examiner", "accept", {}),),
        )
        await play(session, blobs, report, actors)
        urged = await _duty(session, entries[URGED.name], URGED, today)
        await demand(session, actors["kanto-examiner"], [urged.id], _at(8))
        excused = await _duty(session, entries[EXCUSED.name], EXCUSED, today)
        reason = "豪雨で設備が流失し、この年は運転していないため。"
        await excuse(session, actors["kanto-manager"], excused.id, reason, _at(15))
        await session.commit()
    return len(FACILITIES)


def _began(facility: Facility, today: date) -> date:
    """A day of the month in which the year reported ends, some months before today."""
    day = today.replace(day=1)
    for _ in range(facility.months):
        day = (day - timedelta(days=1)).replace(day=1)
    return day.replace(day=15)


def _due_in(facility: Facility, today: date) -> int:
    return _began(facility, today).year


def _costs(entry: RegisterEntry, facility: Facility) -> Any:
    def changes(day: date) -> Mapping[str, Any]:
        return {"facility": entry.entry_id, "year": _due_in(facility, day)}

    return changes


async def _enter(
    session: AsyncSession, actors: Actors, facility: Facility, today: date
) -> RegisterEntry:
    package = await procedures.current(session, CERTIFICATION, today)
    spec = package.spec.register_
    assert spec is not None  # noqa: S101 - the package is shipped with the demo
    began = _began(facility, today)
    started = began.replace(year=began.year - 4)
    organisation, holder = None, facility.holder
    if facility.person is not None:
        organisation = actors[facility.person].organisation
        holder = actors[facility.person].organisation_name or ""
    else:
        added = await identity.add_organisation(session, _at(100), name=holder)
        organisation = added.id
    columns = {
        "name": facility.name,
        "operator": holder,
        "source": "solar",
        "class": "太陽光 250kW以上",
        "output_kw": 1000,
        "prefecture": facility.place[:3],
        "address": facility.place,
        "started_on": started,
        "built_kw": 1000,
        "agency": AGENCY,
    }
    number = await take_number(
        session,
        kind="register",
        name=spec.name,
        template=spec.number,
        agency_id=AGENCY,
        office="",
        on=started,
    )
    registration = Registration(
        register=spec.name,
        number=number,
        agency_id=AGENCY,
        organisation_id=organisation,
        organisation_name=holder,
        columns=columns,
        public=[name for name, column in spec.columns.items() if column.public],
        labels=labels_of(spec, package.fields),
    )
    at = datetime.combine(started, time(10), JST)
    return await registers.enter(session, registration, Change("demo", at, started))


async def _duty(
    session: AsyncSession, entry: RegisterEntry, facility: Facility, today: date
) -> Obligation:
    query = select(Obligation).where(
        Obligation.entry_id == entry.entry_id,
        Obligation.duty == DUTY,
        Obligation.period == str(_due_in(facility, today)),
    )
    found = await session.scalar(query)
    assert found is not None, facility  # noqa: S101 - it has just been made
    return found


def _at(days_ago: int) -> Clock:
    return fixed_clock(moment(days_ago))
