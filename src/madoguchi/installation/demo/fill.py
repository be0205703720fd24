"""Making the demo happen: every filing and act goes through the services people use."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.demo.corporations import fill_corporations
from madoguchi.installation.demo.duties import fill_duties
from madoguchi.installation.demo.inspections import fill_inspections
from madoguchi.installation.demo.mandates import give_mandates
from madoguchi.installation.demo.patterns import PATTERNS, SUPPORT, in_rounds
from madoguchi.installation.demo.people import PEOPLE, DemoPerson
from madoguchi.installation.demo.playing import Actors, moment, play
from madoguchi.installation.demo.scenarios import SCENARIOS, Scenario
from madoguchi.installation.publishing import publish_all
from madoguchi.installation.survey import ministry_agencies
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import fixed_clock, jst_date, system_clock
from madoguchi.kernel.database import Database
from madoguchi.messages import service as messages
from madoguchi.messages.reading import reader_of
from madoguchi.procedures import service as procedures
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.registry import service as registry
from madoguchi.registry.dumps.writing import make_dump
from madoguchi.registry.linked.snapshot import make_snapshot
from madoguchi.settings import Settings

READ_BEFORE = 14  # days
Say = Callable[[str], None]


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
        corporations, activities = await fill_corporations(session, system_clock)
        await session.commit()
    say(f"  {len(packages)} procedures published, {len(actors)} people to choose from")
    say(f"  {corporations} fictional corporations with {activities} activities")
    blobs = BlobStore(settings.blob_folder)
    async with database.session() as session:
        clock = system_clock()
        support = await procedures.current(session, SUPPORT, jst_date(clock))
    scenarios = (*SCENARIOS, *PATTERNS, *in_rounds(support, clock))
    ordered = sorted(scenarios, key=lambda s: -(s.days_ago or 0))
    old = [scenario for scenario in ordered if (scenario.days_ago or 0) > READ_BEFORE]
    for scenario in old:
        await _played(database, blobs, scenario, actors)
    async with database.session() as session:  # nobody leaves months of messages unread
        for actor in actors.values():
            await messages.mark_all_read(session, reader_of(actor), moment(READ_BEFORE))
        await session.commit()
    for scenario in ordered[len(old) :]:
        await _played(database, blobs, scenario, actors)
    say(f"  {len(scenarios)} filings made, in every state")
    async with database.session() as session:
        count = await fill_inspections(session, actors)
        await session.commit()
    say(f"  {count} inspections, from planned to closed")
    say(f"  {await fill_duties(database, blobs, actors)} periodic reports, due to excused")
    await make_snapshot(database, settings.linked_folder)
    await make_dump(database, system_clock, settings.dump_folder)


async def _played(database: Database, blobs: BlobStore, scenario: Scenario, actors: Actors) -> None:
    async with database.session() as session:
        await play(session, blobs, scenario, actors)
        await session.commit()


async def _people(session: AsyncSession) -> dict[str, Actor]:
    clock = fixed_clock(moment(120))
    companies: dict[str, identity.Organisation] = {}
    actors: dict[str, Actor] = {}
    for person in PEOPLE:
        for number in filter(None, (person.company, *person.agent_of)):
            if number not in companies:
                companies[number] = await _company(session, number)
        actors[person.key] = await _person(session, person, companies)
    await give_mandates(session, clock, companies, actors)
    return actors


async def _company(session: AsyncSession, number: str) -> identity.Organisation:
    record = await registry.simulated_look_up(number)
    assert record is not None, number  # noqa: S101 - both lists come with the product
    corporation = record.as_corporation()
    organisation = await identity.add_organisation(
        session,
        fixed_clock(moment(120)),
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
            at=moment(days_ago),
        )
    return organisation


async def _person(
    session: AsyncSession, person: DemoPerson, companies: Mapping[str, identity.Organisation]
) -> Actor:
    clock = fixed_clock(moment(120))
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
