"""The journal at ten million entries: appending, placing, proving, checking, size. No peer: our own rates.

    python -m bench.journal [--entries N] [--on postgresql,sqlite] [--home FOLDER] [--leaves N] [--no-check]

Real entries in a real database (PostgreSQL: one of its own on BENCH_POSTGRES), placed by the real
sequencer, and the tree alone with made-up leaves. With --home, what was filled there stays for the
next run. Needs about 10 GB of disk for each database at ten million.
"""

import argparse
import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
from sqlalchemy import func, select, text

from bench.journal_append import compare, spread
from bench.journal_check import most_memory
from bench.journal_rows import fill_postgres, fill_sqlite
from madoguchi.kernel import journal
from madoguchi.kernel.database import Database, create_database, migrate
from madoguchi.kernel.journal.models import Place, Unplaced
from madoguchi.kernel.transparency import Log, open_log, sequence
from madoguchi.kernel.transparency.proving import prove
from madoguchi.kernel.transparency.sequencing import run
from madoguchi.kernel.transparency.tiles import Tiles
from madoguchi.kernel.transparency.tree import HASH_BYTES, inclusion, root, root_of_path

POSTGRES = os.environ.get("BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
BATCH = 5000
PROOFS = 2000
PROCESSES, LOAD_SECONDS = 3, 20
LOAD_RATES = (5.0, 20.0)  # entries a second and process
LOAD_STARTS_AFTER = 15.0  # seconds, in which the processes start


def main() -> None:
    """Print the figures."""
    options = _options()
    home = options.home or Path(tempfile.mkdtemp(prefix="journal-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    try:
        if options.leaves:
            _tree(Path(tempfile.mkdtemp(dir=home)), options.leaves)
        for kind in options.on.split(",") if options.entries else ():
            kept = options.home is not None
            asyncio.run(
                _journal(kind, home / kind, options.entries, kept=kept, check=options.check)
            )
    finally:
        if options.home is None:
            shutil.rmtree(home)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--leaves", type=int, default=10_000_000)
    parser.add_argument("--on", default="postgresql,sqlite")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--check", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


async def _journal(kind: str, home: Path, count: int, *, kept: bool, check: bool) -> None:
    home.mkdir(exist_ok=True)
    name = f"madoguchi_bench_{os.getpid()}"
    if kind == "postgresql":
        named = home / "database"
        name = named.read_text() if named.exists() else name
        if not named.exists():
            await _admin(f'CREATE DATABASE "{name}"')
            named.write_text(name)
    url = _url(kind == "sqlite", home, name)
    try:
        await migrate(url)
        database = create_database(url)
        print(
            f"\n{kind}, {count:,} entries, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
        )
        await _measure(database, open_log(home / "log", "bench"), url, count, check=check)
        await database.dispose()
    finally:
        if not kept:
            if kind == "postgresql":
                await _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            shutil.rmtree(home)


async def _measure(database: Database, log: Log, url: str, count: int, *, check: bool) -> None:
    async with database.reading() as session:
        held = await session.scalar(select(func.count()).select_from(journal.Entry)) or 0
    if held < count:
        began = time.perf_counter()
        if database.is_sqlite:
            fill_sqlite(str(database.url.database), count - held)
        else:
            await fill_postgres(f"{POSTGRES}/{database.url.database}", count - held)
        print(f"filled in {time.perf_counter() - began:,.0f} s")
    await _placing(database, log)
    if not database.is_sqlite:  # what autovacuum would have done meanwhile
        async with database.engine.begin() as connection:
            await connection.execute(text("ANALYZE"))
    await _size(database, log)
    await _beside_empty(database, log.folder.parent / "empty")
    for rate in LOAD_RATES:
        await _lag(database, log, url, rate)
    await _proving(database, log)
    if check:
        await _checking(url, log)


async def _beside_empty(database: Database, home: Path) -> None:
    """Appending here and to an empty journal of the same kind, made for it."""
    name = f"madoguchi_bench_empty_{os.getpid()}"
    if not database.is_sqlite:
        await _admin(f'CREATE DATABASE "{name}"')
    url = _url(database.is_sqlite, home, name)
    try:
        await migrate(url)
        empty = create_database(url)
        await compare(database, empty)
        await empty.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)
        if not database.is_sqlite:
            await _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _url(sqlite: bool, home: Path, name: str) -> str:
    if sqlite:
        return f"sqlite+aiosqlite:///{home / 'm.db'}"
    return f"{POSTGRES.replace('postgresql://', 'postgresql+asyncpg://')}/{name}"


async def _placing(database: Database, log: Log) -> None:
    """The sequencer on everything that waits; its rate in quarters shows whether it degrades."""
    async with database.reading() as session:
        waiting = await session.scalar(select(func.count()).select_from(Unplaced)) or 0
    if not waiting:
        return
    stopping, before = asyncio.Event(), log.checkpoint().size
    began, cpu, quarters = time.perf_counter(), time.process_time(), list[str]()
    mark, marked, done = began, 0, 0
    running = asyncio.create_task(run(database, log, stopping))
    while done < waiting:
        await asyncio.sleep(0.2)
        done = log.checkpoint().size - before
        if done - marked >= waiting // 4:
            now = time.perf_counter()
            quarters.append(f"{(done - marked) / (now - mark):,.0f}")
            mark, marked = now, done
    spent, used = time.perf_counter() - began, time.process_time() - cpu
    stopping.set()
    await running
    print(
        f"sequencing: {done / spent:,.0f}/s ({done / used:,.0f} a CPU second; by quarters "
        f"{', '.join(quarters)}), {most_memory():.0f} MB at most"
    )


async def _lag(database: Database, log: Log, url: str, rate: float) -> None:
    """From commit to signed checkpoint under a steady load of several processes, each a sequencer."""
    start = time.monotonic() + LOAD_STARTS_AFTER
    words = [url, str(log.folder), str(start), str(LOAD_SECONDS), str(rate)]
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.journal_load", *words, stdout=subprocess.PIPE
        )
        for _ in range(1 if database.is_sqlite else PROCESSES)
    ]
    states: list[tuple[float, int]] = []
    over = asyncio.Event()
    watching = asyncio.create_task(_watch(log, states, over))
    written = [(await process.communicate())[0].decode() for process in running]
    while await sequence(database, log):
        pass
    await asyncio.sleep(0.1)
    over.set()
    await watching
    committed = dict(line.split() for text in written for line in text.splitlines())
    async with database.reading() as session:
        found = await session.execute(
            select(Place.entry_id, Place.position).where(Place.entry_id.in_(list(committed)))
        )
        places = {entry: position for entry, position in found}  # noqa: C416
    lags = [
        next(at for at, size in states if size > places[entry]) - float(commit)
        for entry, commit in committed.items()
    ]
    print(
        f"commit → signed checkpoint, {len(running)} processes × {rate:.0f}/s: {spread(lags)}, "
        f"{len({size for _, size in states})} checkpoints in {LOAD_SECONDS} s"
    )


async def _watch(log: Log, states: list[tuple[float, int]], over: asyncio.Event) -> None:
    while not over.is_set():
        size = log.checkpoint().size
        if not states or states[-1][1] != size:
            states.append((time.monotonic(), size))
        await asyncio.sleep(0.005)


async def _proving(database: Database, log: Log) -> None:
    """`prove` for random entries as a request does it; cold: another process's first proofs."""
    size, source = log.checkpoint().size, random.Random(1)
    async with database.reading() as session:
        wanted = [
            await session.scalar(
                select(Place.entry_id).where(Place.position == source.randrange(size))
            )
            for _ in range(PROOFS)
        ]
    for name, kept in (("no tile in memory", False), ("tiles in memory", True)):
        whole, inside = list[float](), list[float]()
        for entry in wanted:
            if not kept:
                log = open_log(log.folder, "bench")
            started = time.perf_counter()
            async with database.reading() as session:
                await session.execute(select(1))  # the request's own: it has read the case by then
                asked = time.perf_counter()
                proofs = await prove(session, log, [str(entry)])
                inside.append(time.perf_counter() - asked)
            whole.append(time.perf_counter() - started)
            assert proofs is not None
        print(f"proof, {name}: {spread(inside)}; with a session of its own: {spread(whole)}")


async def _size(database: Database, log: Log) -> None:
    count = log.checkpoint().size
    if database.is_sqlite:
        stored = {"database": sum(p.stat().st_size for p in log.folder.parent.glob("m.db*"))}
    else:
        async with database.reading() as session:
            rows = await session.execute(
                text(
                    "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i')"
                    " AND relname ~ '^(pk_|uq_|ix_)?journal' AND pg_relation_size(oid) > 0 ORDER BY 2"
                )
            )
            stored = {str(name): int(size) for name, size in rows}
    stored["tiles"] = sum(p.stat().st_size for p in (log.folder / "tile").rglob("*") if p.is_file())
    files = sum(1 for p in (log.folder / "tile").rglob("*") if p.is_file())
    parts = ", ".join(f"{name} {size / count:.0f}" for name, size in stored.items())
    print(f"bytes an entry: {sum(stored.values()) / count:,.0f} ({parts}); {files:,} tiles")


async def _checking(url: str, log: Log) -> None:
    """`madoguchi journal verify` in a process of its own, for its memory."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.journal_check", url, str(log.folder), stdout=subprocess.PIPE
    )
    said = (await process.communicate())[0].decode().strip()
    print(f"journal verify: {time.perf_counter() - began:,.0f} s, {said}")


def _tree(folder: Path, size: int) -> None:
    tiles, source, held = Tiles(folder), random.Random(1), 0
    began, cpu = time.perf_counter(), time.process_time()
    while held < size:
        count = min(BATCH, size - held)
        made = source.randbytes(count * HASH_BYTES)
        held = tiles.append(
            held, [made[i : i + HASH_BYTES] for i in range(0, len(made), HASH_BYTES)]
        )
    spent, used = time.perf_counter() - began, time.process_time() - cpu
    print(f"{size:,} leaves: {size / spent:,.0f} a second ({size / used:,.0f} a CPU second)")
    read = tiles.reader(size)
    top = root(size, read)
    times = []
    for _ in range(PROOFS):
        place = source.randrange(size)
        started = time.perf_counter()
        path = inclusion(place, size, read)
        times.append(time.perf_counter() - started)
        assert root_of_path(place, size, read(0, place), path) == top
    print(f"proofs from the tree alone: {spread(times)}, all lead to the root")
    stored = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"tiles: {stored / size:.1f} bytes a leaf, {most_memory():.0f} MB at most")
    shutil.rmtree(folder)


async def _admin(statement: str) -> None:
    connection = await asyncpg.connect(f"{POSTGRES}/postgres")
    await connection.execute(statement)
    await connection.close()


if __name__ == "__main__":
    main()
