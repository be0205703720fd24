"""Serving the installation over HTTP."""

import asyncio
import os

import typer
from granian import Granian
from granian.constants import Interfaces

from madoguchi.installation.publishing import opened
from madoguchi.settings import Settings


def serve(demo: bool = False) -> None:
    """Prepare the database and serve until stopped; `demo` fills an empty installation first."""
    if demo:
        os.environ["MADOGUCHI_DEMO"] = "true"
    settings = Settings()
    asyncio.run(_prepare(settings))
    # On SQLite one process writes: several would only wait for each other.
    workers = 1 if settings.url.startswith("sqlite") else settings.workers
    typer.echo(f"\n  窓口 Madoguchi → {settings.address}\n")
    Granian(
        "madoguchi.app:create_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=workers,
        log_access=False,
        websockets=False,
    ).serve()


async def _prepare(settings: Settings) -> None:
    async with opened(settings) as database:
        if settings.demo:
            from madoguchi.installation.demo import fill

            await fill(database, settings, typer.echo)
