"""A small site for the tests of pages: the web edge, one module's routes, a chosen actor."""

from collections.abc import Iterable
from types import ModuleType

from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.clock import fixed_clock
from madoguchi.kernel.database import Database
from madoguchi.web.edge import install
from tests.web.app import NOW, TestSettings

HANAKO = Actor(id="HANAKO", name="花子", kind="applicant", organisation="AOBA")
STRANGER = Actor(id="STRANGER", name="他人", kind="applicant", organisation="OTHER")
HEADERS = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}


def site(
    database: Database, module: ModuleType, routers: Iterable[APIRouter], actor: Actor
) -> AsyncClient:
    app = FastAPI()
    app.state.settings = TestSettings()
    app.state.clock = fixed_clock(NOW)
    app.state.database = database
    for router in routers:
        app.include_router(router)
    install(app, [module])
    app.dependency_overrides[current_actor] = lambda: actor
    return AsyncClient(transport=ASGITransport(app), base_url="http://testserver", headers=HEADERS)
