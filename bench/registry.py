"""The registry at national size: loading, reading by number, searching names, a day's difference.

Real records (the National Tax Agency's, where they are) and synthetic ones for the rest. Search is
beside what a careful developer would take without an engine: PostgreSQL's pg_trgm in a database with
LC_CTYPE C.UTF-8 (without it Japanese has no trigrams), and SQLite's FTS5 over pairs of characters;
both hold names in their plain width. The same questions, one after the other, in the same run.

    python -m bench.registry [--corporations 5500000] [--real corporations.parquet] [--questions 300]
        [--stages load,index,activities,peers,reads,ask,day] [--keep DIR]

Filling takes the better part of an hour, asking some minutes: with `--keep` the database and the
folder stay, and later runs can ask again, on a quieter machine, by `--stages reads,ask,day`.
"""

import asyncio
import json
import os
import random
import resource
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from bench.registry_peers import Fts5, Peer, Trigrams
from bench.registry_reads import reads
from bench.registry_variants import Variant, variants
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import Database, analyse, create_database, has_doubled, migrate
from madoguchi.registry.activities import queries as activities
from madoguchi.registry.activities.cleansing import cleansed
from madoguchi.registry.activities.keeping import keep
from madoguchi.registry.activities.models import Activity, Detail
from madoguchi.registry.activities.synthesising import synthesise_activities
from madoguchi.registry.corporations.loading import load_changes, load_full
from madoguchi.registry.corporations.models import Corporation, CorporationFile
from madoguchi.registry.corporations.names import name_key
from madoguchi.registry.search.asked import Asked
from madoguchi.registry.search.keeping_up import look, standing
from madoguchi.registry.search.service import search
from madoguchi.registry.search.serving import ServedIndex, serve_from
from madoguchi.registry.search.writing import build
from madoguchi.registry.synthesis.making import corporation
from madoguchi.registry.synthesis.writing import as_row, write_file

POSTGRES = os.environ.get("MADOGUCHI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
REAL = Path(os.environ.get("MADOGUCHI_SHARED_DATA", "../shared/data")) / "nta/corporations.parquet"
LARGEST_DAY = 18_263  # rows of the difference file of 2026-01-27, the most of 1,240 days
DAY = date(2026, 11, 20)
SEED = 1
STAGES = ("load", "index", "activities", "peers", "reads", "ask", "day")
ACTIVITIES_AT_ONCE = 5_000
PEER_ROWS = 20_000


def main() -> None:
    """Print the figures."""
    options = _options()
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as admin:
        if "load" in options.stages:
            admin.execute(f"DROP DATABASE IF EXISTS {options.database} WITH (FORCE)")
            admin.execute(
                f"CREATE DATABASE {options.database} "
                "TEMPLATE template0 LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
        with tempfile.TemporaryDirectory(prefix="registry-bench-") as made:
            try:
                asyncio.run(_bench(options, options.keep or Path(made)))
            finally:
                if options.keep is None:
                    admin.execute(f"DROP DATABASE IF EXISTS {options.database} WITH (FORCE)")


async def _bench(options: Namespace, home: Path) -> None:
    url = f"{POSTGRES.replace('postgresql://', 'postgresql+asyncpg://')}/{options.database}"
    home.mkdir(parents=True, exist_ok=True)
    await migrate(url)
    database = create_database(url)
    index = serve_from(database, home / "registry-index")
    peers: list[Peer] = [Trigrams(f"{POSTGRES}/{options.database}"), Fts5(home / "fts5.db")]
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    try:
        if "load" in options.stages:
            await _load(database, options, home)
        if "index" in options.stages:
            await _index(database, index)
        if "activities" in options.stages:
            await _activities(database, index)
        if "peers" in options.stages:
            _fill_peers(options.database, peers)
        numbers, names = await _sample(database, options.questions)
        if "reads" in options.stages:
            await asyncio.to_thread(reads, url, home, numbers)
        if "ask" in options.stages:
            pairs = _pairs(names, options.questions)
            await _search(database, pairs)
            for peer in peers:
                print(f"{peer.name}: {_quantiles([_timed(peer.count_by_kind, q) for q in pairs])}")
            await _found(database, peers, variants(names))
        if "day" in options.stages:
            await _a_day(database, home)
        print(f"memory of this process at most {_peak_mb():,.0f} MB, load {os.getloadavg()[0]:.1f}")
    finally:
        await database.dispose()


async def _index(database: Database, index: ServedIndex) -> None:
    started = time.monotonic()
    await build(database, index.folder)
    now = await standing(database, index)
    print(
        f"index: {now.entries:,} corporations in {time.monotonic() - started:.0f} s, "
        f"{now.size / 1e6:,.0f} MB; memory at most {_peak_mb():,.0f} MB"
    )


async def _activities(database: Database, index: ServedIndex) -> None:
    """Activities of each tenth corporation, as its number makes them up; into the index, too."""
    async with database.reading() as session:
        numbers = await session.scalars(
            select(Corporation.number).where(
                Corporation.number.like("%7"), Corporation.hidden.is_(False)
            )
        )
        told = synthesise_activities(list(numbers), SEED)
    started, kept, at = time.monotonic(), 0, system_clock()
    while piece := [cleansed(row, DAY) for row in islice(told, ACTIVITIES_AT_ONCE)]:
        async with database.session() as session:
            await keep(session, "synthetic:bench", piece, at)
            await session.commit()
        kept += len(piece)
        if has_doubled(kept // ACTIVITIES_AT_ONCE):
            await analyse(database, Activity, Detail)
    seconds = time.monotonic() - started
    print(f"activities: {kept:,} in {seconds:.0f} s, {kept / seconds:,.0f} a second")
    await look(database, index.folder)
    print(f"the index has them after {time.monotonic() - started - seconds:.0f} s more")


def _fill_peers(database: str, peers: Sequence[Peer]) -> None:
    for peer in peers:
        started = time.monotonic()
        with (
            psycopg.connect(f"{POSTGRES}/{database}") as connection,
            connection.cursor("every") as rows,
        ):
            rows.execute("SELECT number, name, kind FROM corporation")
            peer.fill(iter(lambda: rows.fetchmany(PEER_ROWS), []))
        print(f"{peer.name}: filled in {time.monotonic() - started:.0f} s")


async def _load(database: Database, options: Namespace, home: Path) -> None:
    many, seconds, real = options.corporations, 0.0, 0
    files = [options.real] if options.real.exists() else []
    for path in (*files, home / "synthetic.csv"):
        if path not in files:
            if many == real:
                break
            write_file(path, SEED, 0, many - real)
        started = time.monotonic()
        taken = await load_full(database, system_clock, path, limit=many - real)
        seconds += time.monotonic() - started
        real += taken.rows if path in files else 0
    print(
        f"loaded {many:,} ({real:,} real, {max(many - real, 0):,} synthetic) in {seconds:.0f} s, "
        f"{many / seconds:,.0f} a second; memory at most {_peak_mb():,.0f} MB"
    )


async def _sample(database: Database, many: int) -> tuple[list[str], list[tuple[str, str, str]]]:
    """All numbers, and (number, name, kana) of some spread over them."""
    async with database.reading() as session:
        numbers = list(
            await session.scalars(
                select(Corporation.number).where(
                    Corporation.hidden.is_(False), Corporation.name != ""
                )
            )
        )
        chosen = random.Random(SEED).sample(numbers, min(many, len(numbers)))
        rows = await session.execute(
            select(Corporation.number, Corporation.name, Corporation.kana).where(
                Corporation.number.in_(chosen), Corporation.process != "99"
            )
        )
        return numbers, sorted(tuple(row) for row in rows)


async def _search(database: Database, pairs: Sequence[str]) -> None:
    async with database.looking() as session:
        await search(session, Asked(text="窓口"))  # opened by the first who asks

        async def counted(pair: str) -> None:
            found = await search(session, Asked(text=pair, limit=100))
            await activities.counts(session, [hit.number for hit in found.hits])

        for label, ask in (
            ("two characters, with facets", lambda q: search(session, Asked(text=q, facets=True))),
            ("two characters, page only", lambda q: search(session, Asked(text=q + " ", limit=20))),
            ("part of a name, activities counted", counted),
        ):
            times = [await _awaited(lambda q=q, ask=ask: ask(q)) for q in pairs]
            print(f"search, {label}: {_quantiles(times)}")


async def _found(database: Database, peers: Sequence[Peer], asked: Sequence[Variant]) -> None:
    """Of names written otherwise: how many are found (first 50), and how often the first is right."""
    ways = sorted({variant.way for variant in asked})
    async with database.looking() as session:
        answers = {
            "ours": [
                [hit.number for hit in (await search(session, Asked(text=one.text, limit=50))).hits]
                for one in asked
            ]
        }
        for peer in peers:
            answers[peer.name] = [peer.find(one.text) for one in asked]
        every = {number for found in answers.values() for some in found for number in some[:1]}
        rows = await session.execute(
            select(Corporation.number, Corporation.name).where(Corporation.number.in_(list(every)))
        )
        cores = {number: name_key(name).core for number, name in rows}
    for name, found in answers.items():
        hit = [one.number in some for one, some in zip(asked, found, strict=True)]
        first = [
            cores.get(some[0]) == one.core for one, some in zip(asked, found, strict=True) if some
        ]
        share = f"{sum(first) / len(first):.3f}" if first else "none"
        print(
            f"{name}: recall {sum(hit) / len(hit):.3f}, the first is of that name {share} "
            f"(of {len(asked)} names written otherwise)"
        )
        by_way = {
            way: f"{sum(h for h, v in zip(hit, asked, strict=True) if v.way == way)}/"
            f"{sum(v.way == way for v in asked)}"
            for way in ways
        }
        print(f"  {json.dumps(by_way, ensure_ascii=False)}")


async def _a_day(database: Database, home: Path) -> None:
    """The largest day there was, taken in and found."""
    import csv

    async with database.reading() as session:
        latest = await session.scalar(select(func.max(CorporationFile.day)))
    day = DAY if latest is None else max(DAY, latest + timedelta(days=1))  # each run has its own
    text = f"検測日々{''.join(chr(0x30A1 + int(c)) for c in f'{day:%m%d}')}"
    path = home / f"diff_{day:%Y%m%d}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        for place in range(LARGEST_DAY):
            # What the last of all could be: they are in no run shorter than six million.
            made = corporation(SEED, 6_000_000 - 1 - place)
            rows.writerow(
                as_row(made._replace(updated_on=day, sequence=place + 1, name=f"{text}第{place}"))
            )
    started = time.monotonic()
    await load_changes(database, system_clock, path)
    taken = time.monotonic() - started
    await look(database, home / "registry-index")
    async with database.looking() as session:
        found = await search(session, Asked(text=text))
    seconds = time.monotonic() - started
    if found.total != LARGEST_DAY:
        raise RuntimeError(f"{found.total} of {LARGEST_DAY} are found")
    print(
        f"a day of {LARGEST_DAY:,} rows: taken in in {taken:.1f} s, all found after {seconds:.1f} s"
    )


def _pairs(names: Sequence[tuple[str, str, str]], many: int) -> list[str]:
    """Two characters out of the middle of names."""
    chooser, found = random.Random(SEED), []
    while len(found) < many:
        core = name_key(chooser.choice(names)[1]).core
        if len(core) > 1:
            start = chooser.randrange(len(core) - 1)
            found.append(core[start : start + 2])
    return found


async def _awaited(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


def _timed(work: Callable[[str], object], text: str) -> float:
    started = time.perf_counter()
    work(text)
    return (time.perf_counter() - started) * 1000


def _quantiles(times: Sequence[float]) -> str:
    ordered = sorted(times)
    p50, p95 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.95))
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, at most {ordered[-1]:.1f} ms"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _options() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--corporations", type=int, default=5_500_000)
    parser.add_argument("--real", type=Path, default=REAL)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--stages", type=lambda text: text.split(","), default=list(STAGES))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--database", default="madoguchi_bench_registry")
    return parser.parse_args()


if __name__ == "__main__":
    main()
