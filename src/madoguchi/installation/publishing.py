"""Publishing every package of a folder, and making each findable in the catalogue."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.service import seed_agencies
from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.kernel.database import Database, create_database, migrate
from madoguchi.procedures import service as procedures
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The installation's database, brought up to date and closed afterwards."""
    settings.home.mkdir(parents=True, exist_ok=True)
    await migrate(settings.url)
    database = create_database(settings.url)
    try:
        yield database
    finally:
        await database.dispose()


async def publish_folder(folder: Path, actor: str) -> list[str]:
    """Publish every package below a folder in one transaction; one line a package."""
    async with opened(Settings()) as database, database.session() as session:
        await seed_agencies(session)
        lines = [
            f"{package.id} {package.version} {package.digest}"
            for package in await publish_all(session, folder, actor, system_clock)
        ]
        await session.commit()
    return lines


async def publish_all(
    session: AsyncSession, folder: Path, actor: str, clock: Clock
) -> list[procedures.Package]:
    """Publish what is not published yet and index it; the caller commits."""
    packages = []
    for place in procedures.places(folder):
        files = procedures.files_of(place)
        package = await procedures.publish(session, files, place.version, actor=actor, clock=clock)
        await index(session, package)
        packages.append(package)
    return packages


async def index(session: AsyncSession, package: procedures.Package) -> None:
    """Make a published package findable beside the surveyed procedures."""
    spec = package.spec
    await catalogue.index_package(
        session,
        procedure_id=package.id,
        digest=package.digest,
        kind=package.kind,
        title=dict(package.title),
        summary=dict(spec.summary),
        keywords=spec.keywords,
        law=[{"act": law.act, "article": law.article} for law in spec.law],
        agency=spec.authority.agency,
        catalogue_ids=spec.catalogue,
        life_events=spec.life_events,
        standard_period=spec.standard_period,
        fee=True if spec.fees else None,  # fees of a prefecture may stand outside the package
        minutes=spec.minutes,
    )
