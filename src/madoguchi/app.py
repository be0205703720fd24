"""The composition root: the only file that knows every module. It reads like a table of contents."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from fastapi import Depends, FastAPI

import madoguchi.cases
import madoguchi.cases.desk
import madoguchi.cases.home
import madoguchi.cases.registers
import madoguchi.documents
import madoguchi.identity
import madoguchi.messages
import madoguchi.payments
import madoguchi.procedures
import madoguchi.procedures.catalogue
import madoguchi.registry
import madoguchi.web
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.kernel.database import create_database
from madoguchi.kernel.jobs import Handler, Worker
from madoguchi.messages.pages import count_unread
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.settings import Settings
from madoguchi.web import edge
from madoguchi.web.shell import Link

MODULES = (
    madoguchi.web,
    madoguchi.identity,
    madoguchi.registry,
    madoguchi.messages,
    madoguchi.payments,
    madoguchi.documents,
    madoguchi.procedures.catalogue,
    madoguchi.procedures,
    madoguchi.cases,
    madoguchi.cases.desk,
    madoguchi.cases.registers,
    madoguchi.cases.home,
)

NAVIGATION = (
    Link(
        "/procedures",
        {"ja": "手続をさがす", "en": "Find a procedure"},
        frozenset({"public", "applicant"}),
    ),
    Link("/cases", {"ja": "わたしの手続", "en": "My filings"}, frozenset({"applicant"})),
    Link("/desk", {"ja": "案件", "en": "Cases"}, frozenset({"official"})),
    Link("/desk/manager", {"ja": "状況", "en": "Overview"}, frozenset({"official"})),
    Link("/procedures", {"ja": "手続", "en": "Procedures"}, frozenset({"official"})),
    Link("/registers", {"ja": "登録簿", "en": "Registers"}),
    Link("/inbox", {"ja": "お知らせ", "en": "Inbox"}, frozenset({"applicant", "official"})),
)


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Every kind of work done after requests, by name."""
    from madoguchi.cases import jobs as cases
    from madoguchi.documents import jobs as documents
    from madoguchi.messages import jobs as messages

    return {
        **documents.handlers(settings),
        **messages.handlers(settings),
        **cases.handlers(settings),
    }


def create_app(settings: Settings | None = None, clock: Clock = system_clock) -> FastAPI:
    """The application, ready to be served; it opens its database when it starts."""
    settings = settings or Settings()
    app = FastAPI(
        title="Madoguchi",
        version="1.0",
        summary="窓口: file any government procedure, decide it, find it",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        dependencies=[Depends(count_unread)],
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.blobs = BlobStore(settings.blob_folder)
    _routes(app, settings)
    edge.install(app, MODULES, NAVIGATION)
    return app


def _routes(app: FastAPI, settings: Settings) -> None:
    from madoguchi.cases import routes as cases
    from madoguchi.identity import routes as identity
    from madoguchi.messages import routes as messages
    from madoguchi.payments import routes as payments
    from madoguchi.procedures import api as procedures_api
    from madoguchi.procedures import pages as procedures_pages
    from madoguchi.procedures.catalogue import api as catalogue_api
    from madoguchi.procedures.catalogue import pages as catalogue_pages
    from madoguchi.registry import api as registry_api

    for router in (
        *identity.routers(settings),
        catalogue_api.router,
        procedures_api.router,
        registry_api.router,
        *cases.routers(settings),
        *messages.routers(settings),
        *payments.routers(settings),
        catalogue_pages.router,
        procedures_pages.router,
    ):
        app.include_router(router)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database, start the worker of outbox jobs; close both in order."""
    settings: Settings = app.state.settings
    database = create_database(settings.url)
    app.state.database = database
    worker = Worker(database, handlers(settings), app.state.clock, app.state.blobs)
    running = asyncio.create_task(worker.run())
    async with database.reading() as session:
        await catalogue.warm(session)
    try:
        yield
    finally:
        worker.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await database.dispose()
