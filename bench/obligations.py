"""Making 250,000 yearly obligations from a register, on SQLite and on PostgreSQL where it answers.

The register is filled first (not measured). Then one run makes the duties of a period, a second
run finds them all again, as it must be safe to repeat. The limit is 30 s for the first.
"""

import asyncio
import os
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
from sqlalchemy import func, insert, select
from tests.conftest import ASYNC_POSTGRES, POSTGRES, import_all_models, postgres_available

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.obligations.generating import generate
from madoguchi.cases.obligations.models import Obligation
from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import Base, Database, create_database
from madoguchi.kernel.ids import new_id
from madoguchi.procedures.package.load import load
from madoguchi.procedures.periods import period_of
from madoguchi.procedures.service import Package

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "250000"))
LIMIT_SECONDS = 30
PACKAGE = """\
id: bench-report
kind: report
title: {ja: 運転費用報告, en: Operating costs}
summary: {ja: 測定, en: Bench}
audience: {ja: 測定, en: Bench}
law: [{act: 試験法, article: 第1条}]
effective: {from: 2020-04-01}
authority: {agency: meti}
data:
  facility: {type: entry, label: {ja: 設備, en: Facility}, register: facilities, required: true}
  year: {type: integer, label: {ja: 年, en: Year}, required: true}
about: {entry: facility, period: year}
obligations:
  running_costs:
    title: {ja: 運転費用報告, en: Operating costs}
    register: facilities
    who: entry.output >= 10 or entry.source != "solar"
    period: calendar_year
    due: date(period.year, entry.started_on.month, 1) + duration("P2M") - duration("P1D")
workflow: {pattern: notice}
"""


def package() -> Package:
    """A duty whose rules read every entry: by output and source, in the month after the start."""
    found = load({"procedure.yaml": PACKAGE}, "v1")
    assert found.package is not None, found.faults
    return found.package


async def fill(database: Database) -> None:
    """The register: facilities of some size that started on some day."""
    now = datetime.now(UTC)
    for first in range(0, ENTRIES, 10_000):
        rows = [
            {
                "id": new_id(),
                "entry_id": new_id(),
                "register": "facilities",
                "number": f"A{n:09}",
                "agency_id": "bureau-kanto",
                "organisation_id": f"{n // 5:026}",
                "organisation_name": f"発電事業者 {n // 5}",
                "columns": {
                    "source": "wind" if n % 10 == 0 else "solar",
                    "output": {"$decimal": f"{10 + n % 990}.5"},
                    "started_on": {
                        "$date": date(2013 + n % 12, 1 + n % 12, 1 + n % 28).isoformat()
                    },
                    "address": "神奈川県横浜市中区北仲通5-57",
                },
                "public": {},
                "labels": {},
                "valid_from": date(2020, 4, 1),
                "valid_to": None,
                "recorded_at": now,
                "superseded_at": None,
                "status": "valid",
                "search_text": "",
            }
            for n in range(first, min(first + 10_000, ENTRIES))
        ]
        async with database.session() as session:
            await session.execute(insert(RegisterEntry.__table__), rows)
            await session.commit()


async def measure(name: str, url: str) -> bool:
    """Make the duties twice; whether the first run kept the limit."""
    import_all_models()
    database = create_database(url)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await fill(database)
        duty = package().obligations["running_costs"]
        period = period_of("calendar_year", date(2026, 1, 1))
        times, work = [], []
        for _ in range(2):
            start, before = time.perf_counter(), time.process_time()
            done = await generate(database, duty, period, system_clock)
            times.append(time.perf_counter() - start)
            work.append(time.process_time() - before)
            assert (done.owed, done.void) == (ENTRIES, 0), done
        async with database.reading() as session:
            count = await session.scalar(select(func.count()).select_from(Obligation))
        assert count == ENTRIES
        print(
            f"  {name:10} {ENTRIES:,} obligations made in {times[0]:.1f} s ({work[0]:.1f} s of CPU here),"
            f" again in {times[1]:.1f} s ({work[1]:.1f} s); load {os.getloadavg()[0]:.1f}"
        )
        return times[0] < LIMIT_SECONDS
    finally:
        await database.dispose()


async def on_postgres() -> bool:
    """The measure on a database of its own."""
    name = f"madoguchi_bench_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(f"{POSTGRES}/postgres")
    await admin.execute(f'CREATE DATABASE "{name}"')
    try:
        return await measure("PostgreSQL", f"{ASYNC_POSTGRES}/{name}")
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


async def run() -> bool:
    """Both databases in turn."""
    with tempfile.TemporaryDirectory() as folder:
        kept = await measure("SQLite", f"sqlite+aiosqlite:///{folder}/bench.db")
    if await postgres_available():
        kept = await on_postgres() and kept
    return kept


def main() -> None:
    """Print the figures; fail when the limit is not kept."""
    print("obligations: a register read, rules asked for every entry, rows written and journalled")
    if not asyncio.run(run()):
        sys.exit(f"slower than {LIMIT_SECONDS} s")


if __name__ == "__main__":
    main()
