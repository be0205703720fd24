"""Making the demo happen: every filing and act goes through the services people use."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases import service as cases
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.demo.paper import sheet
from madoguchi.installation.demo.people import PEOPLE, DemoPerson
from madoguchi.installation.demo.scenarios import SCENARIOS, Scenario, Step
from madoguchi.installation.publishing import publish_all
from madoguchi.installation.survey import ministry_agencies
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import JST, fixed_clock, jst_date, system_clock
from madoguchi.kernel.database import Database
from madoguchi.payments import service as payments
from madoguchi.procedures import service as procedures
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.registry import service as registry
from madoguchi.settings import Settings

Say = Callable[[str], None]
Actors = Mapping[str, Actor]


def packages_folder() -> Path:
    """The packages that come with the product: inside it when installed, else beside src/."""
    packaged = Path(__file__).parents[2] / "packages"
    return packaged if packaged.is_dir() else Path(__file__).parents[4] / "procedures"


async def fill(database: Database, settings: Settings, say: Say) -> None:
    """Fill an empty installation with the demo; one that has people is left as it is."""
    async with database.session() as session:
        if await identity.list_people(session):
            return
        say("Preparing the demo (once, less than a minute) …")
        await identity.seed_agencies(session)
        await registry.load_shipped_postal_codes(session)
        packages = await publish_all(session, packages_folder(), "demo", system_clock)
        if not (await catalogue.edition(session)).count:
            await catalogue.load_sample(session)
            await catalogue.set_agencies(session, ministry_agencies())
        actors = await _people(session)
        await session.commit()
    say(f"  {len(packages)} procedures published, {len(actors)} people to choose from")
    blobs = BlobStore(settings.blob_folder)
    for scenario in sorted(SCENARIOS, key=lambda s: -(s.days_ago or 0)):
        async with database.session() as session:
            await _play(session, blobs, scenario, actors)
            await session.commit()
    say(f"  {len(SCENARIOS)} filings made, in every state")


async def _people(session: AsyncSession) -> dict[str, Actor]:
    clock = fixed_clock(_moment(120))
    companies: dict[str, identity.Organisation] = {}
    actors: dict[str, Actor] = {}
    for person in PEOPLE:
        for number in filter(None, (person.company, *person.agent_of)):
            if number not in companies:
                companies[number] = await _company(session, number)
        actors[person.key] = await _person(session, person, companies)
    for person in PEOPLE:
        for number in person.agent_of:
            await identity.give_mandate(
                session,
                clock,
                principal_id=companies[number].id,
                agent_person_id=actors[person.key].id,
                by="demo",
            )
    return actors


async def _company(session: AsyncSession, number: str) -> identity.Organisation:
    record = await registry.simulated_look_up(number)
    assert record is not None, number  # noqa: S101 - both lists come with the product
    corporation = record.as_corporation()
    organisation = await identity.add_organisation(
        session,
        fixed_clock(_moment(120)),
        name=record.name,
        corporate_number=number,
        kana=record.kana,
        name_en=record.english_name,
        address=record.address,
        representative_title=corporation["representative_title"],
        representative_name=corporation["representative_name"],
    )
    for days_ago in (200, 2):  # what the register said then, and what it says now
        await registry.refresh_registration(
            session,
            registry.simulated_look_up,
            organisation.id,
            number,
            purpose="demo",
            legal_basis="行政手続における法令の規定により登記事項証明書の添付を求める場合",
            asked_by="demo",
            at=_moment(days_ago),
        )
    return organisation


async def _person(
    session: AsyncSession, person: DemoPerson, companies: Mapping[str, identity.Organisation]
) -> Actor:
    clock = fixed_clock(_moment(120))
    row = await identity.add_person(
        session,
        clock,
        name=person.name,
        kana=person.kana,
        title=person.title,
        email=f"{person.key}@example.jp",
        about=person.about,
    )
    company = companies.get(person.company or "")
    if company is not None:
        await identity.add_member(session, row.id, company.id, "representative")
    for agency, role in person.roles:
        await identity.grant_role(session, clock, row.id, agency, role, by="demo")
    return Actor(
        id=row.id,
        name=row.name,
        kind="official" if person.roles else "applicant",
        organisation=company.id if company else None,
        organisation_name=company.name if company else None,
        corporate_number=company.corporate_number if company else None,
        own_organisation=company.id if company else None,
        grants=frozenset(person.roles),
    )


def _moment(days_ago: int, hour: int = 10) -> datetime:
    """Some minutes past an hour of a day in the past, Japan time."""
    day = jst_date(system_clock()) - timedelta(days=days_ago)
    return datetime.combine(day, time(hour, (days_ago * 7) % 60), JST)


async def _play(
    session: AsyncSession, blobs: BlobStore, scenario: Scenario, actors: Actors
) -> None:
    actor = actors[scenario.person]
    ago = scenario.days_ago or 0
    clock = fixed_clock(_moment(ago))
    day = jst_date(clock())
    draft = await cases.start_draft(
        session, actor, clock, scenario.procedure, catalogue_id=scenario.catalogue_id
    )
    package = await procedures.package(session, draft.digest)
    entered = procedures.sample_filing(package, scenario.changes(day))
    kept = {
        name: value for name, value in draft.entered.items() if value and name in package.fields
    }
    entered = {**entered, **{n: v for n, v in kept.items() if package.fields[n].spec.prefill}}
    if scenario.days_ago is None:
        entered = _unfinished(package, entered, scenario.pages_left)
        cases.write(draft, cases.Content(entered, {}), clock())
        return
    cases.write(draft, cases.Content(entered, {}), clock())
    attached = await _attach(session, blobs, draft, package, actor, clock())
    cases.write(draft, cases.Content(entered, attached), clock())
    case = await cases.file_draft(session, blobs, actor, clock, draft.id)
    for step in scenario.steps:
        await _act(session, blobs, case.id, step, actors, ago)


def _unfinished(
    package: procedures.Package, entered: dict[str, Any], pages_left: int
) -> dict[str, Any]:
    done = {
        name for page in package.pages[: len(package.pages) - pages_left] for name in page.fields
    }
    return {name: value for name, value in entered.items() if name in done}


async def _attach(
    session: AsyncSession,
    blobs: BlobStore,
    draft: cases.Draft,
    package: procedures.Package,
    actor: Actor,
    at: datetime,
) -> dict[str, list[dict[str, Any]]]:
    """A sheet of paper for every attachment these answers require."""
    judged = await cases.judge(session, draft, at)
    attached: dict[str, list[dict[str, Any]]] = {}
    for key, state in judged.evaluation.attachments.items():
        if state.state != "required":
            continue
        spec = package.attachments[key].spec
        stored = await documents.receive(
            session,
            blobs,
            name=f"{state.label['ja'][:40]}.pdf",
            stream=await sheet(state.label["ja"], actor.organisation_name or actor.name),
            spec=documents.Accept(tuple(spec.accept), spec.max_mb),
            at=at,
            owner=documents.Owner(actor.id, actor.organisation),
        )
        attached[key] = [stored.as_json()]
    return attached


async def _act(
    session: AsyncSession, blobs: BlobStore, case_id: str, step: Step, actors: Actors, ago: int
) -> None:
    clock = fixed_clock(_moment(max(ago - step.after, 0), 14))
    if step.action == "pay":
        await _pay(session, case_id, clock())
        return
    if step.action == "resubmit":
        correction = await cases.start_correction(session, actors[step.person], clock, case_id)
        await cases.resubmit(session, blobs, actors[step.person], clock, correction.id)
        return
    await cases.act(
        session, actors[step.person], case_id, step.action, step.form, cases.Seen(), clock
    )


async def _pay(session: AsyncSession, case_id: str, at: datetime) -> None:
    for request in await payments.payments_of(session, case_id):
        await payments.record_clearing(
            session,
            notice_number=request.notice_number,
            amount=request.amount,
            receipt_number=f"demo-{request.notice_number}",
            paid_at=at,
            at=at,
        )
