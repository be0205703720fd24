"""The composition root: the only file that knows every module. It reads like a table of contents."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

import madoguchi.cases
import madoguchi.cases.accounting
import madoguchi.cases.bulk
import madoguchi.cases.collections
import madoguchi.cases.crosscase
import madoguchi.cases.delegations
import madoguchi.cases.desk
import madoguchi.cases.expiry
import madoguchi.cases.exports
import madoguchi.cases.filing.tables
import madoguchi.cases.home
import madoguchi.cases.inspections
import madoguchi.cases.ledgers
import madoguchi.cases.obligations
import madoguchi.cases.proofing
import madoguchi.cases.registers
import madoguchi.cases.registration
import madoguchi.cases.retention
import madoguchi.documents
import madoguchi.evidence
import madoguchi.identity
import madoguchi.identity.account
import madoguchi.identity.officials
import madoguchi.identity.organisations
import madoguchi.identity.overseeing
import madoguchi.identity.provider
import madoguchi.identity.relying
import madoguchi.messages
import madoguchi.payments
import madoguchi.procedures
import madoguchi.procedures.catalogue
import madoguchi.registry
import madoguchi.registry.dumps
import madoguchi.registry.keys
import madoguchi.registry.linked
import madoguchi.registry.viewing
import madoguchi.web
import madoguchi.webhooks
from madoguchi.cases.access import seen_cases
from madoguchi.cases.expiry.jobs import look_for_ends
from madoguchi.cases.intake.door import Door, open_intake
from madoguchi.cases.obligations.schedule import look_today
from madoguchi.cases.proofing.watching import watch_daily
from madoguchi.cases.retention.jobs import look_at_ages
from madoguchi.documents.uploading.door import Door as UploadDoor
from madoguchi.documents.uploading.door import open_uploads
from madoguchi.evidence.jobs import begin_attesting
from madoguchi.identity.delegation.jobs import remind_daily
from madoguchi.identity.provider.door import Door as ProviderDoor
from madoguchi.identity.provider.installed import Provider
from madoguchi.identity.provider.jobs import forget_daily as forget_spent
from madoguchi.identity.reproof.jobs import tell_due_daily
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.kernel.database import (
    STATEMENT_SECONDS,
    Database,
    create_database,
    when_there,
)
from madoguchi.kernel.jobs import Handler, Worker
from madoguchi.kernel.transparency import Log, open_log
from madoguchi.kernel.transparency.asking import read_witness
from madoguchi.kernel.transparency.sequencing import run as keep_log
from madoguchi.messages.pages import count_unread
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.registry.door import Door as RegistryDoor
from madoguchi.registry.keys.admitting import Admission
from madoguchi.registry.keys.counting import keep_writing
from madoguchi.registry.linked.workers import Bounds, Workers
from madoguchi.registry.search.keeping_up import keep_up
from madoguchi.registry.search.serving import serve_from
from madoguchi.registry.telling import keep_telling
from madoguchi.settings import Settings
from madoguchi.web import edge
from madoguchi.web.shell import Link
from madoguchi.webhooks import documenting
from madoguchi.webhooks.delivering import forget_daily

ABANDONED = timedelta(days=1)  # nobody is still writing what was last touched before
YOUNG = 20_000  # objects made before the collector looks at them: some filings' worth
SENDERS = 3  # workers that send to other people's machines: one that is slow leaves two

MODULES = (
    madoguchi.web,
    madoguchi.identity,
    madoguchi.identity.account,
    madoguchi.identity.officials,
    madoguchi.identity.organisations,
    madoguchi.identity.overseeing,
    madoguchi.identity.provider,
    madoguchi.identity.relying,
    madoguchi.registry,
    madoguchi.registry.dumps,
    madoguchi.registry.keys,
    madoguchi.registry.linked,
    madoguchi.registry.viewing,
    madoguchi.webhooks,
    madoguchi.messages,
    madoguchi.payments,
    madoguchi.documents,
    madoguchi.evidence,
    madoguchi.procedures.catalogue,
    madoguchi.procedures,
    madoguchi.cases,
    madoguchi.cases.bulk,
    madoguchi.cases.collections,
    madoguchi.cases.accounting,
    madoguchi.cases.crosscase,
    madoguchi.cases.delegations,
    madoguchi.cases.desk,
    madoguchi.cases.exports,
    madoguchi.cases.expiry,
    madoguchi.cases.ledgers,
    madoguchi.cases.obligations,
    madoguchi.cases.filing.tables,
    madoguchi.cases.proofing,
    madoguchi.cases.registers,
    madoguchi.cases.registration,
    madoguchi.cases.retention,
    madoguchi.cases.inspections,
    madoguchi.cases.home,
)

NAVIGATION = (
    Link(
        "/procedures",
        {"ja": "手続をさがす", "en": "Find a procedure"},
        frozenset({"public", "applicant"}),
    ),
    Link(
        "/corporations",
        {"ja": "法人をさがす", "en": "Find a corporation"},
        frozenset({"public", "applicant", "official"}),
    ),
    Link("/cases", {"ja": "わたしの手続", "en": "My filings"}, frozenset({"applicant"})),
    Link("/obligations", {"ja": "提出するもの", "en": "What is due"}, frozenset({"applicant"})),
    Link("/desk", {"ja": "案件", "en": "Cases"}, frozenset({"official"})),
    Link("/desk/manager", {"ja": "状況", "en": "Overview"}, frozenset({"official"})),
    Link("/procedures", {"ja": "手続", "en": "Procedures"}, frozenset({"official"})),
    Link("/registers", {"ja": "登録簿", "en": "Registers"}),
    Link("/desk/inspections", {"ja": "立入検査", "en": "Inspections"}, frozenset({"official"})),
)


def handlers(settings: Settings) -> Mapping[str, Handler]:
    """Every kind of work done after requests, by name."""
    from madoguchi.cases import jobs as cases
    from madoguchi.documents import jobs as documents
    from madoguchi.identity.delegation import jobs as delegation
    from madoguchi.identity.provider import jobs as provider
    from madoguchi.identity.reproof import jobs as reproof
    from madoguchi.messages import jobs as messages
    from madoguchi.payments import jobs as payments

    return {
        **documents.handlers(settings),
        **messages.handlers(settings),
        **payments.handlers(settings),
        **cases.handlers(settings),
        **provider.handlers(),
        **delegation.handlers(),
        **reproof.handlers(),
    }


def long_handlers(settings: Settings) -> Mapping[str, Handler]:
    """Every kind of work that takes minutes: a worker of its own does it."""
    from madoguchi.cases import jobs as cases

    return cases.long_handlers(settings)


def sending_handlers(settings: Settings, log: Log) -> Mapping[str, Handler]:
    """What waits for other people's machines: workers of its own, so that nothing waits for it."""
    from madoguchi.evidence import jobs as evidence
    from madoguchi.identity.provider import jobs as provider
    from madoguchi.webhooks import delivering as webhooks

    return {
        **webhooks.handlers(settings),
        **provider.sending_handlers(settings),
        **evidence.handlers(settings, log),
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
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.cases_seen = seen_cases
    app.state.blobs = BlobStore(settings.blob_folder)
    app.state.log = open_log(settings.log_folder, settings.log_origin)
    app.state.provider = Provider(settings.address, settings.provider_folder)
    app.state.key_admission = Admission(
        clock, of_key=settings.key_requests, of_address=settings.open_requests
    )
    app.state.sparql = Workers(
        settings.linked_folder,
        settings.sparql_workers,
        Bounds(settings.sparql_seconds, settings.sparql_megabytes),
    )
    app.state.witnesses = tuple(read_witness(line) for line in settings.witnesses)
    app.router.routes += _routes(settings.demo)
    documenting.document(app)
    host = urlsplit(settings.address).netloc
    doors = [
        Middleware(door, state=app.state, trusted_host=host)
        for door in (Door, UploadDoor, ProviderDoor, RegistryDoor)
    ]
    edge.install(app, MODULES, NAVIGATION, doors)
    return app


def create_served_app() -> FastAPI:
    """The application of a process that does nothing else but serve it.

    What has been made by now stays as long as the process: looking through it for garbage again
    and again would take a tenth of its time, and tenths of a second at once.
    """
    app = create_app()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    return app


@cache
def _routes(demo: bool) -> list[BaseRoute]:
    """Every route, made once: reading hundreds of signatures takes longer than opening a database."""
    from madoguchi.cases import routes as cases
    from madoguchi.evidence import routes as evidence
    from madoguchi.identity import routes as identity
    from madoguchi.identity.provider import endpoints as provider
    from madoguchi.messages import routes as messages
    from madoguchi.payments import routes as payments
    from madoguchi.procedures import api as procedures_api
    from madoguchi.procedures import pages as procedures_pages
    from madoguchi.procedures.catalogue import api as catalogue_api
    from madoguchi.procedures.catalogue import pages as catalogue_pages
    from madoguchi.procedures.versions import pages as version_pages
    from madoguchi.registry import api as registry_api
    from madoguchi.registry import rest as corporations_api
    from madoguchi.registry.addresses import api as addresses_api
    from madoguchi.registry.dumps import pages as dump_pages
    from madoguchi.registry.keys import pages as developer_pages
    from madoguchi.registry.linked import pages as linked_pages
    from madoguchi.registry.viewing import pages as corporation_pages
    from madoguchi.webhooks import routes as webhooks

    settings = Settings(demo=demo)
    every = APIRouter(dependencies=[Depends(count_unread)])
    for router in (
        *identity.routers(settings),
        catalogue_api.router,
        procedures_api.router,
        registry_api.router,
        addresses_api.router,
        corporations_api.router,
        developer_pages.router,
        dump_pages.router,
        linked_pages.router,
        corporation_pages.router,
        *cases.routers(settings),
        *messages.routers(settings),
        *payments.routers(settings),
        *webhooks.routers(settings),
        *evidence.routers(),
        catalogue_pages.router,
        procedures_pages.router,
        version_pages.router,
    ):
        every.include_router(router)
    return [*provider.routes(), *every.routes]


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database, start the workers of outbox jobs; close all in order."""
    settings: Settings = app.state.settings
    database = create_database(settings.url, STATEMENT_SECONDS)
    app.state.database = database
    intake = app.state.intake = open_intake(database, app.state)
    uploads = app.state.uploads = open_uploads(database, app.state)
    workers = [
        Worker(database, kinds, app.state.clock, app.state.blobs, crowded=intake.crowded)
        for kinds in (
            handlers(settings),
            long_handlers(settings),
            *(sending_handlers(settings, app.state.log),) * SENDERS,
        )
    ]
    index = serve_from(database, settings.index_folder)
    closing = asyncio.Event()
    running = [
        asyncio.create_task(keep_log(database, app.state.log, closing)),
        asyncio.create_task(keep_up(database, index, app.state.clock, closing)),
        asyncio.create_task(keep_telling(database, settings, app.state.clock, closing)),
        asyncio.create_task(keep_writing(database, app.state.key_admission.uses, closing)),
        *(asyncio.create_task(worker.run()) for worker in workers),
    ]
    try:
        await when_there(lambda: _begin(app, database))
        yield
    finally:
        await uploads.close()
        await intake.close()
        await app.state.sparql.close()
        closing.set()
        for worker in workers:
            worker.stop()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*running)
        await database.dispose()


async def _begin(app: FastAPI, database: Database) -> None:
    """What is done once before the first request."""
    clock: Clock = app.state.clock
    async with database.reading() as session:
        await catalogue.warm(session)
    async with database.session() as session:
        await look_today(session, clock())
        await look_for_ends(session, clock())
        await look_at_ages(session, clock())
        await forget_daily(session, clock())
        await forget_spent(session, clock())
        await remind_daily(session, clock())
        await tell_due_daily(session, clock())
        await watch_daily(session, clock())
        await begin_attesting(session, app.state.settings, clock())
        await session.commit()
    await app.state.blobs.discard_incoming(clock() - ABANDONED)
