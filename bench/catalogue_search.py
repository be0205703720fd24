"""Searching the national catalogue: latency on SQLite and PostgreSQL, beside a LIKE scan.

    uv run python bench/catalogue_search.py [--queries 300] [--seconds 240]

Needs procedures/procedures_survey_r6.parquet in MADOGUCHI_SHARED_DATA (default ../shared/data).
Queries are drawn with a fixed seed from real names, laws, two-character words, pairs of words,
filters, everyday words and misses. One "search" is all a page needs: hits in order, total, counts
of seven facets, the 20 cards. Each query runs once with the index's memory of words emptied
before (cold) and once right after (warm). The peer does less: first 20 rows and total, no facets.
"""

import argparse
import asyncio
import os
import random
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

import asyncpg
import pyarrow.parquet as pq
from sqlalchemy import func, or_, select

from madoguchi.kernel.database import Base, Database, create_database
from madoguchi.procedures.catalogue import importer, queries, service
from madoguchi.procedures.catalogue.models import CatalogueEntry
from madoguchi.procedures.catalogue.words import split

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("MADOGUCHI_SHARED_DATA", ROOT / "../shared/data"))
SURVEY = DATA / "procedures/procedures_survey_r6.parquet"
POSTGRES = os.environ.get("MADOGUCHI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
EVERYDAY = [
    "引っ越し",
    "お店を開く",
    "会社を作る",
    "ガソリンスタンド",
    "パスポート",
    "薬機法",
    "確定申告",
]
MISSES = [
    "宇宙エレベーター",
    "高圧ガス保全法",
    "ｘｙｚｚｙ",
    "電子申請の使い方がわからない",
    "転出証書",
]


def draw(count: int) -> list[service.Query]:
    """Queries as people ask them: a fifth each of five sorts, some with filters."""
    table = pq.read_table(SURVEY, columns=["手続名", "法令名", "所管府省庁"])
    names = table.column("手続名").to_pylist()
    laws = table.column("法令名").to_pylist()
    ministries = sorted(set(table.column("所管府省庁").to_pylist()))
    dice = random.Random(20261122)

    def piece(text: str, length: int) -> str:
        start = dice.randrange(max(len(text) - length, 0) + 1)
        return text[start : start + length].strip() or "届出"

    kinds: list[Callable[[], str]] = [
        lambda: piece(dice.choice(names), dice.randint(4, 10)),
        lambda: dice.choice(laws)[:30],
        lambda: piece(dice.choice(names), 2),
        lambda: f"{piece(dice.choice(names), 3)} {dice.choice(['申請', '届出', '許可', '変更'])}",
        lambda: dice.choice(EVERYDAY + MISSES),
    ]
    found = []
    for number in range(count):
        filters = {}
        if number % 7 == 0:
            filters = {"ministry": [dice.choice(ministries)], "kind": ["application"]}
        found.append(service.Query(kinds[number % len(kinds)](), filters))
    return found


async def like_scan(database: Database, query: service.Query) -> None:
    """The peer: LIKE over name and law for every word, ordered by filings, and the total."""
    conditions = [
        or_(CatalogueEntry.name.like(f"%{word}%"), CatalogueEntry.law.like(f"%{word}%"))
        for word in split(query.text)
    ]
    async with database.reading() as session:
        rows = select(CatalogueEntry).where(*conditions).order_by(CatalogueEntry.yearly.desc())
        (await session.execute(rows.limit(20))).scalars().all()
        await session.scalar(select(func.count(CatalogueEntry.id)).where(*conditions))


async def ours(database: Database, query: service.Query) -> None:
    """One page of results as a browser gets it."""
    async with database.reading() as session:
        await service.search_page(session, query)


async def cold(database: Database, query: service.Query) -> None:
    """The same with every word looked for anew."""
    async with database.reading() as session:
        shelves = await queries.shelves(session)
    for shelf in shelves.parts:
        shelf.rows_with.cache_clear()
    await ours(database, query)


async def measure(
    search: Callable[[Database, service.Query], Awaitable[None]],
    database: Database,
    asked: list[service.Query],
    seconds: float,
) -> str:
    """p50, p95, max in milliseconds over as many queries as the time allows.

    "cpu" is what this process worked (not the database server): it tells a slow search from a
    busy machine.
    """
    times: list[float] = []
    worked: list[float] = []
    deadline = time.monotonic() + seconds
    for query in asked:
        started, begun = time.perf_counter(), time.process_time()
        await search(database, query)
        times.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - begun) * 1000)
        if time.monotonic() > deadline:
            break
    cuts, cpu = quantiles(times, n=100), quantiles(worked, n=100)
    return (
        f"p50 {cuts[49]:6.1f}  p95 {cuts[94]:6.1f}  max {max(times):6.1f} ms  "
        f"(cpu p50 {cpu[49]:5.1f}  p95 {cpu[94]:5.1f} ms; {len(times)} queries)"
    )


@asynccontextmanager
async def databases() -> AsyncIterator[dict[str, str]]:
    """Addresses of an empty SQLite file and, where it answers, an empty PostgreSQL database."""
    name = f"madoguchi_bench_{uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": f"sqlite+aiosqlite:///{folder}/bench.db"}
        try:
            admin = await asyncpg.connect(f"{POSTGRES}/postgres", timeout=3)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            print("PostgreSQL does not answer: left out")
            yield found
            return
        await admin.execute(f"CREATE DATABASE {name}")
        server = POSTGRES.replace("postgresql://", "postgresql+asyncpg://")
        try:
            yield found | {"PostgreSQL": f"{server}/{name}"}
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await admin.close()


async def run(label: str, url: str, asked: list[service.Query], seconds: float) -> None:
    """Import, warm up, search and compare on one database."""
    database = create_database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    for round_ in ("first import", "second import"):
        print(f"{label:10} {round_:14}", await importer.import_survey(database, SURVEY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    async with database.reading() as session:
        await service.warm(session)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{label:10} index built    {time.perf_counter() - started:.1f} s, peak +{grown:.0f} MB")
    print(f"{label:10} search, cold  ", await measure(cold, database, asked, seconds))
    print(f"{label:10} search, warm  ", await measure(ours, database, asked, seconds))
    print(f"{label:10} LIKE scan     ", await measure(like_scan, database, asked, seconds))
    await database.dispose()


async def main() -> None:
    """Parse the arguments and run on each database within the time given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=240.0)
    given = parser.parse_args()
    if not SURVEY.is_file():
        raise SystemExit(f"no survey at {SURVEY}: set MADOGUCHI_SHARED_DATA")
    asked = draw(given.queries)
    async with databases() as found:
        for label, url in found.items():
            await run(label, url, asked, given.seconds / len(found) / 3)


if __name__ == "__main__":
    asyncio.run(main())
