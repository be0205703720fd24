"""A corporation by its number over HTTP: how many a second, beside a plain FastAPI + SQLAlchemy.

    python -m bench.registry_reads --database URL --home DIR [--seconds 8] [--connections 8]
    python -m bench.registry_reads --corporations 100000 [--only postgresql|sqlite]

Everything runs on the machine's processors together: server, database and client (one process that
writes requests made beforehand to plain sockets). Numbers are asked for in random order, each at
most once (nothing can be remembered of it) and then few of them again and again. Processor time is
told apart for the server's processes, the database's and the client's. Where there are more numbers
than a run can ask for, none is asked for twice; otherwise the server is started anew.
"""

import asyncio
import os
import random
import select as polling
import socket
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import make_url, select

from bench.intake import POSTGRES, postgres_database, processor_seconds
from bench.servers import PYTHON, free_port, resident_mb, serving
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import create_database, migrate
from madoguchi.registry.corporations.loading import load_full
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.synthesis.writing import write_file

DATABASE = "madoguchi_bench_reads"
SEED = 1
HOT = 1_000
NO_DATABASE = "no database at all"
OURS = "/api/v1/corporations/"
PEER = "/corporations/"


@dataclass
class Asked:
    """How a run went: seconds on the clock, milliseconds of each answer, what was not 200."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    client: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def quantile(self, part: float) -> float:
        """Milliseconds within which this part was answered."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def reads(url: str, home: Path, numbers: Sequence[str]) -> None:
    """Print how fast these numbers are answered from a filled database.

    `url` is SQLAlchemy's, `home` the installation's folder; `numbers` are known ones, the more the
    better, each once. Takes about a minute and a half.
    """
    _measure(url, home, numbers, Namespace(seconds=8.0, connections=8))


def _measure(url: str, home: Path, numbers: Sequence[str], asked: Namespace) -> None:
    order = list(numbers)
    random.Random(SEED).shuffle(order)  # the same order in every run
    kind = make_url(url).get_backend_name()
    print(
        f"\nby number over HTTP, {kind}, {len(order):,} numbers, {asked.connections} connections, "
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    for workers in (1,) if kind == "sqlite" else (1, 2):
        for name, hot in (("distinct", False), ("a hot thousand", True)):
            with _ours(url, home, workers) as server:
                _run(f"ours, {workers} worker(s), {name}", server, OURS, url, order, hot, asked)
    for name, hot in (("distinct", False), ("a hot thousand", True)):
        with _peer(url) as server:
            _run(f"FastAPI + SQLAlchemy, 1 worker, {name}", server, PEER, url, order, hot, asked)


def _run(
    label: str,
    server: tuple[int, int],
    path: str,
    url: str,
    order: Sequence[str],
    hot: bool,
    asked: Namespace,
) -> None:
    """Warm up on some numbers, then ask for the others."""
    port, pid = server
    some = min(HOT, len(order) // 4)
    warm, rest = order[:some], order[some:]
    drive(port, path, islice(cycle(warm), 3 * HOT), asked.connections, 30)
    database = str(make_url(url).database)
    before, alone = processor_seconds(pid, database), processor_seconds(pid, NO_DATABASE)
    wanted = cycle(warm) if hot else iter(rest)
    went = drive(port, path, wanted, asked.connections, asked.seconds)
    all_used = processor_seconds(pid, database) - before
    used = processor_seconds(pid, NO_DATABASE) - alone
    each = 1000 / max(1, len(went.times))
    print(
        f"  {label}: {went.rate:,.0f}/s, p50 {went.quantile(0.5):.1f} ms, "
        f"p95 {went.quantile(0.95):.1f} ms, p99 {went.quantile(0.99):.1f} ms; processor ms each: "
        f"server {used * each:.3f}, database {(all_used - used) * each:.3f}, "
        f"client {went.client * each:.3f}; {resident_mb(pid):,.0f} MB; "
        f"{len(went.times):,} asked, {len(went.refused)} refused"
    )
    if went.refused:
        print("   ", went.refused[0][:300])


def drive(port: int, path: str, numbers: Iterator[str], connections: int, seconds: float) -> Asked:
    """Ask for number after number over so many connections, for some seconds or until they end."""
    went, used = Asked(), time.process_time()
    poll = polling.epoll()
    wires: dict[int, socket.socket] = {}
    began: dict[int, float] = {}
    read: dict[int, bytes] = {}
    start = time.perf_counter()

    def ask(wire: socket.socket) -> bool:
        number = next(numbers, None)
        if number is None or time.perf_counter() - start > seconds:
            return False
        began[wire.fileno()] = time.perf_counter()
        wire.send(f"GET {path}{number} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return True

    for _ in range(connections):
        wire = socket.create_connection(("127.0.0.1", port))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wires[wire.fileno()] = wire
        poll.register(wire, polling.EPOLLIN)
    waiting = {place for place, wire in wires.items() if ask(wire)}
    while waiting:
        for place, _ in poll.poll():
            got = wires[place].recv(1 << 20)
            if not got:
                raise ConnectionError("the server closed a connection")
            got = read.pop(place, b"") + got
            if not _whole(got):
                read[place] = got
                continue
            went.times.append((time.perf_counter() - began[place]) * 1000)
            if got[9:12] != b"200":
                went.refused.append(got)
            if not ask(wires[place]):
                waiting.discard(place)
    went.seconds = time.perf_counter() - start
    went.client = time.process_time() - used
    for wire in wires.values():
        wire.close()
    poll.close()
    return went


def _whole(got: bytes) -> bool:
    end = got.find(b"\r\n\r\n")
    if end < 0:
        return False
    place = got.find(b"content-length: ", 0, end)
    if place < 0:
        raise ValueError(f"an answer without Content-Length: {got[:200]!r}")
    return len(got) >= end + 4 + int(got[place + 16 : got.index(b"\r\n", place)])


@contextmanager
def _ours(url: str, home: Path, workers: int) -> Iterator[tuple[int, int]]:
    environment = {
        "MADOGUCHI_HOME": str(home),
        "MADOGUCHI_DATABASE_URL": url,
        "MADOGUCHI_OPEN_REQUESTS": "10000000",
        "MADOGUCHI_WORKERS": str(workers),
    }
    with _served([PYTHON, "-m", "madoguchi.cli", "serve"], environment) as server:
        yield server


@contextmanager
def _peer(url: str) -> Iterator[tuple[int, int]]:
    port = free_port()
    command = [
        *(PYTHON, "-m", "granian", "--interface", "asgi", "--no-ws", "--no-access-log"),
        *("--log-level", "warning", "--port", str(port), "bench.peer_registry:app"),
    ]
    with _served(command, {"PEER_DATABASE": url}, port) as server:
        yield server


@contextmanager
def _served(
    command: list[str], environment: Mapping[str, str], port: int = 0
) -> Iterator[tuple[int, int]]:
    port = port or free_port()
    every = {**environment, "PORT": str(port)}
    with serving(command, every, f"http://127.0.0.1:{port}/") as pid:
        yield port, pid


async def _fill(url: str, home: Path, many: int) -> None:
    await migrate(url)
    database = create_database(url)
    path = home / "synthetic.csv"
    write_file(path, SEED, 0, many)
    try:
        await load_full(database, system_clock, path)
    finally:
        await database.dispose()


async def known_numbers(url: str, most: int) -> list[str]:
    """Numbers of corporations of this database, at most so many."""
    database = create_database(url)
    try:
        async with database.reading() as session:
            return list(await session.scalars(select(Corporation.number).limit(most)))
    finally:
        await database.dispose()


def _filled(kind: str, asked: Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="reads-bench-") as folder:
        home = Path(folder)
        if kind == "sqlite":
            _fill_and_measure(f"sqlite+aiosqlite:///{home / 'madoguchi.db'}", home, asked)
            return
        with postgres_database(DATABASE) as name:
            address = POSTGRES.replace("postgresql://", "postgresql+asyncpg://")
            _fill_and_measure(f"{address}/{name}", home, asked)


def _fill_and_measure(url: str, home: Path, asked: Namespace) -> None:
    asyncio.run(_fill(url, home, asked.corporations))
    _measure(url, home, asyncio.run(known_numbers(url, asked.corporations)), asked)


def main() -> None:
    """A database that is there, or one of each kind that is filled for this."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="SQLAlchemy's address of a filled one")
    parser.add_argument("--home", type=Path, default=None, help="that installation's folder")
    parser.add_argument("--corporations", type=int, default=100_000)
    parser.add_argument(
        "--numbers", type=int, default=1_000_000, help="of a database that is there"
    )
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    if asked.database:
        with tempfile.TemporaryDirectory() as spare:
            numbers = asyncio.run(known_numbers(asked.database, asked.numbers))
            _measure(asked.database, asked.home or Path(spare), numbers, asked)
        return
    for kind in ("postgresql", "sqlite"):
        if asked.only in (None, kind):
            _filled(kind, asked)


if __name__ == "__main__":
    main()
