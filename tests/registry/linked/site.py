"""A site with a generation, and its endpoint."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from starlette.middleware import Middleware

from madoguchi.kernel.database import Database
from madoguchi.registry import keys, linked
from madoguchi.registry.door import Door
from madoguchi.registry.keys.admitting import Admission
from madoguchi.registry.linked import pages
from madoguchi.registry.linked.workers import Bounds, Workers
from madoguchi.web.edge import install
from tests.registry.programs.site import CLOCK
from tests.web.app import TestSettings

BOUNDS = Bounds(seconds=20.0, megabytes=2_000, answer=200_000)


class LinkedSettings(TestSettings):
    __test__ = False
    sparql_seconds: int = 20


@asynccontextmanager
async def endpoint(
    database: Database | None, root: Path, bounds: Bounds = BOUNDS, workers: int = 1
) -> AsyncIterator[AsyncClient]:
    """A client of a site whose generations are below `root`."""
    app = FastAPI()
    app.state.settings = LinkedSettings()
    app.state.clock = CLOCK
    app.state.database = database
    app.state.sparql = Workers(root, workers, bounds)
    app.state.key_admission = Admission(CLOCK, of_key=10_000, of_address=10_000)
    app.include_router(pages.router)
    doors = [Middleware(Door, state=app.state, trusted_host="testserver")]
    install(app, [keys, linked], doors=doors)
    try:
        async with AsyncClient(
            transport=ASGITransport(app), base_url="http://testserver"
        ) as client:
            yield client
    finally:
        await app.state.sparql.close()
