"""Who goes where and when (担当と日程), and what the holder is told beforehand (事前通知)."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.inspections import letters, rules
from madoguchi.cases.inspections.entering import Entered, one_text
from madoguchi.cases.inspections.models import Inspection, Inspector
from madoguchi.cases.inspections.notices import tell_holder
from madoguchi.cases.inspections.opening import entry_now, sites_of
from madoguchi.cases.inspections.step import Step
from madoguchi.identity import service as identity
from madoguchi.identity.service import Person

MOST_INSPECTORS = 10


async def inspectors_at(session: AsyncSession, agency_id: str, today: date) -> list[Person]:
    """The officials who may inspect for an agency: inspectors there or above it, by kana."""
    above = [id for id in identity.shipped_agencies() if identity.covers(id, agency_id)]
    known = list(dict.fromkeys([agency_id, *above]))
    return await identity.officials_of(session, known, rules.INSPECTOR, today)


async def assign(step: Step) -> dict[str, Any]:
    """Inspectors (the first leads unless `lead` says otherwise), day, time and place."""
    inspection, session = step.inspection, step.session
    able = await inspectors_at(session, inspection.agency_id, step.today)
    people = {person.id: person for person in able}
    sites = sites_of(step.programme, await entry_now(session, inspection))
    entered = Entered(step.form)
    chosen = entered.choices("inspectors", people, most=MOST_INSPECTORS)
    lead = entered.choice("lead", chosen, required=False) or next(iter(chosen), "")
    day = entered.day("visit_on", first=step.today)
    time = entered.text("visit_time", required=False, longest=20)
    place = entered.choice("site", [str(index) for index in range(len(sites))])
    entered.done()
    told_before = inspection.announced is True and inspection.state == rules.READY
    site = sites[int(place)]
    inspection.visit_on, inspection.visit_time = day, time
    inspection.site = {"name": site.name, "address": site.address}
    inspection.announced = inspection.unannounced_reason = None
    await _put_inspectors(session, inspection.id, {id: people[id] for id in chosen}, lead)
    if told_before:
        once = str(inspection.revision)
        await tell_holder(session, inspection, "changed", once, step.at)
    return {
        "inspectors": [people[id].name for id in chosen],
        "lead": people[lead].name,
        "visit_on": day,
        "visit_time": time,
        "site": inspection.site,
    }


async def announce(step: Step) -> dict[str, Any]:
    """Issue the notice and tell the holder."""
    inspection = step.inspection
    draft = letters.Draft(inspection, step.programme, letters.NOTICE)
    letter = await letters.issue(step.session, draft, step.at)
    inspection.announced = True
    values = {**_when_where(inspection), "letter": letter.number}
    await tell_holder(step.session, inspection, "announced", letter.id, step.at, values)
    return {"letter": {"number": letter.number, "content_hash": letter.content_hash}}


async def go_unannounced(step: Step) -> dict[str, Any]:
    """Decide to come without a notice, for a reason that is kept."""
    reason = one_text(step.form, "reason")
    step.inspection.announced, step.inspection.unannounced_reason = False, reason
    return {"reason": reason}


async def cancel(step: Step) -> dict[str, Any]:
    """Do not inspect after all, for a reason; a holder who was told is told this too."""
    reason = one_text(step.form, "reason")
    inspection = step.inspection
    inspection.closed_at = step.at
    if inspection.announced is True:
        values = _when_where(inspection)
        await tell_holder(step.session, inspection, "cancelled", "", step.at, values)
    return {"reason": reason}


async def _put_inspectors(
    session: AsyncSession, inspection_id: str, people: dict[str, Person], lead: str
) -> None:
    rows = await session.scalars(select(Inspector).where(Inspector.inspection_id == inspection_id))
    known = {row.person_id: row for row in rows}
    for row in known.values():
        row.active, row.lead = row.person_id in people, row.person_id == lead
    session.add_all(
        Inspector(
            inspection_id=inspection_id,
            person_id=id,
            name=person.name,
            lead=id == lead,
            active=True,
        )
        for id, person in people.items()
        if id not in known
    )
    await session.flush()


def _when_where(inspection: Inspection) -> dict[str, object]:
    site = " ".join(filter(None, inspection.site.values()))
    day = inspection.visit_on.isoformat() if inspection.visit_on else ""
    return {"day": f"{day} {inspection.visit_time}".strip(), "site": site}
