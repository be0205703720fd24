"""The real `journal.append` on a large journal and on an empty one in turns, so that the load of the
machine is the same for both."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from madoguchi.kernel import journal
from madoguchi.kernel.database import Database
from madoguchi.kernel.ids import new_id

ROUNDS = 300
LANES = 8
TOGETHER = 500
PAYLOAD = {"arrival_number": "20260401-8R2K-M4TX-0QJ9-F", "data": {"name": "港商事", "n": 12}}


async def compare(large: Database, empty: Database) -> None:
    """Print how long an append with its commit takes on each, alone and eight at a time; then 500."""
    both = {"here": large, "empty": empty}
    for database in both.values():
        await _commit(database, 1)
    for lanes, each, rounds in ((1, 1, ROUNDS), (LANES, 1, ROUNDS // LANES), (1, TOGETHER, 4)):
        times: dict[str, list[float]] = {name: [] for name in both}
        spent = dict.fromkeys(both, 0.0)
        for _ in range(rounds):
            for name, database in both.items():
                began = time.perf_counter()
                times[name] += await asyncio.gather(
                    *(_commit(database, each) for _ in range(lanes))
                )
                spent[name] += time.perf_counter() - began
        found = "; ".join(
            f"{name} {rounds * lanes * each / spent[name]:,.0f}/s, {spread(times[name])}"
            for name in both
        )
        print(f"append, {each} a commit, {lanes} at once: {found}", flush=True)


async def _commit(database: Database, entries: int) -> float:
    began = time.perf_counter()
    async with database.session() as session:
        for _ in range(entries):
            await journal.append(
                session,
                subject=f"case:{new_id()}",
                action="filed",
                actor="u1",
                at=datetime.now(UTC),
                payload=PAYLOAD,
            )
        await session.commit()
    return time.perf_counter() - began


def spread(times: Sequence[float]) -> str:
    """Median and 99th percentile of seconds, in milliseconds."""
    ordered = sorted(times)
    median, late = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"p50 {median * 1000:.2f} ms, p99 {late * 1000:.2f} ms"
