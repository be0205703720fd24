"""Which of 5.5 million companies fit which of 1,000 rules: SQL on DuckDB beside Python row by row.

    uv run python -m bench.match [--companies 5500000] [--rules 1000] [--sample 1000]

Companies and rules are synthetic (bench/companies.py, bench/match_rules.py). What many rules share
is computed once (feel.batch), then each rule is one scan that counts its companies. The peer is the
same rule compiled to Python, over a sample of the rows and all rules, scaled to all rows. For the
sample both must find the same companies.
"""

import argparse
import os
import resource
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from bench import companies
from bench.match_rules import conditions
from madoguchi import feel

THREADS, MEMORY = 2, "3GB"
SHARED_BY = 12  # rules that make it worth computing a part beforehand


def prepare(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, rules: feel.Batch
) -> None:
    """Make the table in which the shared parts stand as columns."""
    parts = "".join(f", COALESCE({sql}, FALSE) AS {name}" for name, sql in rules.columns.items())
    connection.execute(
        f"CREATE TEMP TABLE {target} AS SELECT c.*{parts} FROM {source} c WHERE {rules.common}"
    )


def python_seconds(
    rows: list[dict[str, Any]], rules: list[feel.Expression]
) -> tuple[float, list[set[int]]]:
    """Seconds of work to evaluate every rule on every row, and the companies each rule finds."""
    contexts = [
        {
            name: Decimal(value)
            if isinstance(value, int) and not isinstance(value, bool)
            else value
            for name, value in row.items()
        }
        for row in rows
    ]
    started = time.process_time()
    answers = [[rule(context) for context in contexts] for rule in rules]
    seconds = time.process_time() - started
    found = [
        {row["id"] for row, answer in zip(rows, given, strict=True) if answer is True}
        for given in answers
    ]
    return seconds, found


def main() -> None:
    """Parse the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--companies", type=int, default=5_500_000)
    parser.add_argument("--rules", type=int, default=1_000)
    parser.add_argument("--sample", type=int, default=1_000)
    given = parser.parse_args()
    print(f"match: {given.companies:,} companies × {given.rules:,} rules; DuckDB {duckdb.__version__}, "
          f"{THREADS} threads, {MEMORY}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(f"{folder}/match.db") as connection,
    ):
        connection.execute(f"SET threads = {THREADS}; SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET temp_directory = '{folder}/spill'")
        measure(connection, given.companies, given.rules, given.sample, Path(folder))


def measure(
    connection: duckdb.DuckDBPyConnection, count: int, wanted: int, sampled: int, folder: Path
) -> None:
    """Make the companies, compile, match, compare."""
    clock = time.perf_counter
    started = clock()
    companies.create(connection, count)
    size = sum(file.stat().st_size for file in folder.glob("match.db*")) / 1e6
    print(f"  companies made in {clock() - started:.1f} s, {size:.0f} MB on disk")

    started = clock()
    compiled = [feel.compile(text, companies.SCOPE) for text in conditions(wanted)]
    translated = [
        feel.to_sql(rule, companies.COLUMNS, "duckdb", where=True, inline=True) for rule in compiled
    ]
    batch = feel.batch(translated, SHARED_BY)
    print(f"  rules compiled and translated in {clock() - started:.1f} s, "
          f"{len(batch.columns)} parts shared by {SHARED_BY} or more")  # fmt: skip

    started, worked = clock(), time.process_time()
    prepare(connection, "company", "prepared", batch)
    prepared = clock() - started
    matches = [
        connection.execute(f"SELECT COUNT(*) FROM prepared c WHERE {condition}").fetchall()[0][0]
        for condition in batch.conditions
    ]
    seconds, cpu = clock() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  matched in {seconds:.1f} s ({prepared:.1f} s of it shared parts; {cpu:.1f} s of work), "
          f"peak {peak:.0f} MB resident: {sum(matches):,} matches, "
          f"{min(matches):,} to {max(matches):,} a rule")  # fmt: skip

    step = max(count // sampled, 1)
    connection.execute(f"CREATE TEMP TABLE sample AS FROM company WHERE id % {step} = 0")
    cursor = connection.execute("FROM sample")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    by_row, found = python_seconds(rows, compiled)
    prepare(connection, "sample", "prepared_sample", batch)
    for text, condition, ids in zip(conditions(wanted), batch.conditions, found, strict=True):
        same = connection.execute(f"SELECT id FROM prepared_sample c WHERE {condition}").fetchall()
        assert {id for (id,) in same} == ids, text
    scaled = by_row * count / len(rows)
    print(f"  row by row in Python: {by_row:.2f} s of work for {len(rows):,} of the rows "
          f"({by_row / len(rows) / wanted * 1e6:.2f} µs a rule and row), scaled to all {scaled:,.0f} s")  # fmt: skip
    print(f"  so SQL takes 1/{scaled / seconds:.0f} of the time, 1/{scaled / cpu:.0f} of the work; "
          f"both find the same {sum(map(len, found)):,} matches in the sample")  # fmt: skip


if __name__ == "__main__":
    main()
