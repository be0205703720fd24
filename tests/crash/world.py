"""An installation to be broken: folder, database, form, company and the token of its program."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.publishing import opened
from madoguchi.kernel.clock import system_clock
from madoguchi.procedures import service as procedures
from madoguchi.settings import Settings
from tests.crash.cluster import Cluster
from tests.crash.disk import SmallDisk
from tests.crash.form import FORM
from tests.crash.server import Server


@dataclass
class World:
    """`cluster` is None on SQLite; `disks` are small ones that hold the home and the cluster.

    `workers`: processes of each server that answer.
    """

    folder: Path
    home: Path
    token: str
    cluster: Cluster | None
    disks: list[SmallDisk]
    workers: int

    @property
    def kind(self) -> str:
        """The kind of database."""
        return "PostgreSQL" if self.cluster else "SQLite"

    @property
    def environment(self) -> Mapping[str, str]:
        """What names this installation to `madoguchi` commands."""
        url = self.cluster.url if self.cluster else ""
        return {"MADOGUCHI_HOME": str(self.home), "MADOGUCHI_DATABASE_URL": url}

    def server(self) -> Server:
        """A server of this installation, on a port of its own, not started yet."""
        return Server(self.environment, self.folder / "server.log", self.workers)


@contextlib.asynccontextmanager
async def world(
    folder: Path, *, postgres: bool, small: bool, workers: int = 1
) -> AsyncIterator[World]:
    """Make a world in an empty folder; Unavailable where this machine does not allow it."""
    disks: list[SmallDisk] = []
    cluster: Cluster | None = None
    folder.chmod(0o755)
    home, data = folder / "home", folder / "cluster"
    try:
        for place in (home, data) if postgres else (home,):
            if small:
                disks.append(SmallDisk(place))
            else:
                place.mkdir()
        if postgres:
            if small:
                data = data / "data"
                data.mkdir()
            cluster = Cluster(data)
            cluster.start()
            await cluster.answers()
        settings = Settings(home=home / "home", database_url=cluster.url if cluster else "")
        yield World(folder, settings.home, await _prepare(settings), cluster, disks, workers)
    finally:
        if cluster:
            await cluster.close()
        for disk in disks:
            disk.close()


async def _prepare(settings: Settings) -> str:
    """Publish the form and register an applicant; their token."""
    async with opened(settings) as database, database.session() as session:
        await identity.seed_agencies(session)
        await procedures.publish(
            session, {"procedure.yaml": FORM}, "v1", actor="crash", clock=system_clock
        )
        company = await identity.add_organisation(session, system_clock, name="障害試験株式会社")
        person = await identity.add_person(session, system_clock, name="試験 太郎")
        await identity.add_member(session, person.id, company.id, "representative")
        actor = Actor(
            id=person.id,
            name=person.name,
            kind="applicant",
            organisation=company.id,
            own_organisation=company.id,
        )
        _, token = await identity.issue_token(session, system_clock, actor, "crash")
        await session.commit()
    return token
