"""Serving the installation over HTTP."""

import asyncio
import os
import subprocess
import sys

import typer

from madoguchi.kernel.database import migrate, when_there
from madoguchi.settings import Settings


def serve(demo: bool = False) -> None:
    """Prepare the database and serve until stopped; `demo` fills an empty installation first.

    Preparing happens in a process of its own and this one becomes the server: its memory at rest
    is the server's alone.
    """
    if demo:
        os.environ["MADOGUCHI_DEMO"] = "true"
    prepared = subprocess.run([sys.executable, "-m", "madoguchi.cli", "prepare"], check=False)
    if prepared.returncode:
        raise typer.Exit(prepared.returncode)
    settings = Settings()
    # On SQLite one process writes: several would only wait for each other.
    workers = 1 if settings.url.startswith("sqlite") else settings.workers
    typer.echo(f"\n  窓口 Madoguchi → {settings.address}\n")
    sys.stdout.flush()
    arguments = [
        "--interface",
        "asgi",
        "--factory",
        "--no-ws",
        "--no-access-log",
        "--log-level",
        "warning",
        "--respawn-failed-workers",  # one that is killed, for want of memory perhaps, is replaced
    ]
    arguments += ["--host", settings.host, "--port", str(settings.port), "--workers", str(workers)]
    os.execv(  # noqa: S606 - our own interpreter
        sys.executable,
        [sys.executable, "-m", "granian", *arguments, "madoguchi.app:create_served_app"],
    )


def prepare() -> None:
    """Bring the database up to date and, for a demo, fill an empty one."""
    asyncio.run(_prepare(Settings()))


async def _prepare(settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    await when_there(lambda: migrate(settings.url))
    if not settings.demo and not settings.smtp_url:
        typer.echo("MADOGUCHI_SMTP_URL is not set: no code reaches anybody by mail", err=True)
    if settings.demo:
        from madoguchi.installation.demo import fill
        from madoguchi.installation.publishing import opened

        async with opened(settings) as database:
            await fill(database, settings, typer.echo)
