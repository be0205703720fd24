"""Comparing what was promised with what is there: by SQL of our own, not by the product's words."""

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.crash.load import Receipt
from tests.crash.world import World

_SQLITE = """SELECT id, arrival_number, content_hash, json_extract(data, '$.mark'),
json_extract(attached, '$.plan[0].sha256') FROM "case" """
_POSTGRES = """SELECT id, arrival_number, content_hash, data->>'mark',
attached->'plan'->0->>'sha256' FROM "case" """
_FILED = "SELECT subject, count(*) FROM journal WHERE action = 'filed' GROUP BY subject"
_WAITING = "SELECT count(*) FROM journal_unplaced"


@dataclass(frozen=True)
class Kept:
    """What the database holds of one filing."""

    case_id: str
    arrival_number: str
    content_hash: str
    key: str
    attachment: str | None


@dataclass(frozen=True)
class Verdict:
    """Keys of acknowledged filings that are lost, keys filed twice, and what is wrong with which."""

    lost: frozenset[str]
    doubled: frozenset[str]
    why: tuple[str, ...]


async def rows(world: World, statement: str) -> list[tuple[object, ...]]:
    """The rows of a query, read beside the server."""
    if world.cluster is None:
        return await asyncio.to_thread(_sqlite_rows, world, statement)
    connection = await asyncpg.connect(world.cluster.url, timeout=60)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def _sqlite_rows(world: World, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(
        f"file:{world.home / 'madoguchi.db'}?mode=ro", timeout=60, uri=True
    )
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


async def check(
    world: World, promised: Mapping[str, Receipt], files_of: Collection[str]
) -> Verdict:
    """Every promised filing exactly once and as promised, with one entry in the journal.

    `promised`: what was acknowledged before the call. `files_of`: keys whose attachments are read
    and hashed anew. Filings that nobody was told of may be there, but never twice.
    """
    statement = _POSTGRES if world.cluster else _SQLITE
    kept = [Kept(*row) for row in await rows(world, statement)]  # type: ignore[arg-type]
    filed = {str(subject): count for subject, count in await rows(world, _FILED)}
    return await asyncio.to_thread(compare, world.home, dict(promised), set(files_of), kept, filed)


def compare(
    home: Path,
    promised: Mapping[str, Receipt],
    files_of: Collection[str],
    kept: Collection[Kept],
    filed: Mapping[str, object],
) -> Verdict:
    """What was promised beside what is kept; `filed`: entries "filed" in the journal by subject."""
    times = Counter(case.key for case in kept)
    by_key = {case.key: case for case in kept}
    doubled = {key for key, count in times.items() if count > 1}
    why = [f"{key}: filed {times[key]} times" for key in sorted(doubled)]
    lost = set()
    for key, receipt in promised.items():
        flaw = _flaw(home, receipt, by_key.get(key), filed, key in files_of)
        if flaw and key not in doubled:
            lost.add(key)
            why.append(f"{key}: {flaw}")
    return Verdict(frozenset(lost), frozenset(doubled), tuple(why))


def _flaw(
    home: Path, receipt: Receipt, case: Kept | None, filed: Mapping[str, object], read: bool
) -> str:
    if case is None:
        return "is not there"
    found = Kept(
        receipt.case_id,
        receipt.arrival_number,
        receipt.content_hash,
        receipt.key,
        receipt.attachment,
    )
    if case != found:
        return f"is another: {case}, promised {found}"
    if filed.get(f"case:{case.case_id}") != 1:
        return f"has {filed.get(f'case:{case.case_id}', 0)} entries in the journal"
    if read and receipt.attachment and not _stored(home, receipt.attachment):
        return "has lost its attachment"
    return ""


def _stored(home: Path, sha256: str) -> bool:
    path = home / "blobs" / sha256[:2] / sha256[2:4] / sha256
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


async def log_caught_up(world: World, seconds: float) -> None:
    """Wait until every entry of the journal has its place in the log. TimeoutError."""
    async with asyncio.timeout(seconds):
        while await rows(world, _WAITING) != [(0,)]:
            await asyncio.sleep(0.1)


async def look_over(world: World) -> list[str]:
    """What `madoguchi doctor --deep` and `madoguchi journal verify` find wrong, if anything."""
    commands = (("doctor", "--deep"), ("journal", "verify"))
    done = await asyncio.gather(*(asyncio.to_thread(_run, world, command) for command in commands))
    return [flaw for flaw in done if flaw]


def _run(world: World, command: Sequence[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "madoguchi.cli", *command],
        env={**os.environ, **world.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stdout + done.stderr).strip()
    return f"madoguchi {' '.join(command)}: {said[-1500:]}" if done.returncode else ""
