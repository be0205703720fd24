"""Uploads of programs over HTTP: processor time, statements and syncs each.

    python -m bench.uploads [--uploads 500] [--connections 16] [--only postgresql|sqlite]

The server runs in processes of its own; its processor time counts its children that look into
files and the database's processes for it. Statements and syncs are counted in a second run in this
process, with as many uploads at a time.
"""

import asyncio
import os
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from sqlalchemy import event

from bench.intake import (
    FILE_BYTES,
    POSTGRES,
    drawing,
    postgres_database,
    prepare,
    processor_seconds,
)
from bench.load import Measured, Step, Wire, post
from bench.servers import PYTHON, free_port, serving
from madoguchi.app import create_app
from madoguchi.settings import Settings

PATH = "/api/v1/files"
DATABASE = "madoguchi_bench_uploads"


def form(size: int) -> bytes:
    """A multipart form with one drawing that no other has."""
    return (
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="drawing.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + drawing(size) + b"\r\n--cut--\r\n"
    )


def headers(token: str) -> dict[str, str]:
    """Those of an upload by the holder of a token."""
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "multipart/form-data; boundary=cut",
    }


async def send(port: int, tokens: list[str], uploads: int, connections: int) -> Measured:
    """So many uploads, over so many connections."""
    measured, numbers = Measured(), iter(range(uploads))
    start = time.perf_counter()

    async def client() -> None:
        _, wire = await asyncio.get_running_loop().create_connection(Wire, "127.0.0.1", port)
        for number in numbers:
            step = Step(
                "upload", post(PATH, headers(tokens[number % len(tokens)]), form(FILE_BYTES))
            )
            assert isinstance(step.request, bytes)
            began = time.perf_counter()
            status, answer = await wire.send(step.request)
            measured.times.setdefault("upload", []).append((time.perf_counter() - began) * 1000)
            measured.done += 1
            if status != step.status:
                measured.refused.append(answer[:300])

    await asyncio.gather(*(client() for _ in range(connections)))
    measured.seconds = time.perf_counter() - start
    return measured


async def counted(tokens: list[str], uploads: int, connections: int) -> Counter[str]:
    """How many statements, commits and syncs of files so many uploads take, in this process."""
    counts: Counter[str] = Counter()
    app = create_app(Settings())
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        counts["syncs"] += 1
        sync(descriptor)

    async with app.router.lifespan_context(app):
        database = app.state.database
        for engine in {database.engine.sync_engine, database.reading_engine.sync_engine}:
            event.listen(engine, "before_cursor_execute", lambda *_: counts.update(["statements"]))
        event.listen(database.engine.sync_engine, "commit", lambda *_: counts.update(["commits"]))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:

            async def one(number: int) -> None:
                sent = await client.post(
                    PATH, content=form(FILE_BYTES), headers=headers(tokens[number % len(tokens)])
                )
                assert sent.status_code == 201, sent.text

            await asyncio.gather(*(one(number) for number in range(connections)))  # warm
            counts.clear()
            os.fsync = fsync
            try:
                for first in range(0, uploads, connections):
                    await asyncio.gather(*(one(first + n) for n in range(connections)))
            finally:
                os.fsync = sync
    return counts


@contextmanager
def installation(kind: str, folder: str) -> Iterator[dict[str, str]]:
    """The environment of an installation on this kind of database."""
    environment = {"MADOGUCHI_HOME": folder}
    if kind == "sqlite":
        yield environment
        return
    with postgres_database(DATABASE) as name:
        address = POSTGRES.replace("postgresql://", "postgresql+asyncpg://")
        yield {**environment, "MADOGUCHI_DATABASE_URL": f"{address}/{name}"}


def run(kind: str, asked: Namespace) -> None:
    """Both runs on one kind of database."""
    with tempfile.TemporaryDirectory() as folder, installation(kind, folder) as environment:
        os.environ.pop("MADOGUCHI_DATABASE_URL", None)
        os.environ.update(environment)
        tokens = asyncio.run(prepare(Settings()))
        port = free_port()
        command = [PYTHON, "-m", "madoguchi.cli", "serve"]
        with serving(command, {"PORT": str(port)}, f"http://127.0.0.1:{port}/") as pid:
            asyncio.run(send(port, tokens, 50, asked.connections))  # warm
            before = processor_seconds(pid, DATABASE)
            load = os.getloadavg()[0]
            measured = asyncio.run(send(port, tokens, asked.uploads, asked.connections))
            used = processor_seconds(pid, DATABASE) - before
        counts = asyncio.run(counted(tokens, asked.connections * 4, asked.connections))
        each = {name: round(counts[name] / (asked.connections * 4), 2) for name in sorted(counts)}
        print(
            f"{kind}, {asked.connections} connections, load {load:.1f}: "
            f"{used / measured.done * 1000:.2f} ms of processor each, {measured.rate:.0f}/s, "
            f"p50 {measured.quantile('upload', 0.5):.0f} ms, "
            f"p99 {measured.quantile('upload', 0.99):.0f} ms, refused {len(measured.refused)}; "
            f"each {each}"
        )
        if measured.refused:
            print("  ", measured.refused[0].decode("utf-8", "replace"))


def main() -> None:
    """Both databases, or one."""
    parser = ArgumentParser()
    parser.add_argument("--uploads", type=int, default=500)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    asked = parser.parse_args()
    for kind in ("postgresql", "sqlite"):
        if asked.only in (None, kind):
            run(kind, asked)


if __name__ == "__main__":
    main()
