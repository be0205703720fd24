"""Entries made fast for filling a journal: byte for byte what `journal.append` would have written.

Canonical JSON is written here by one format for one shape, which saves nine tenths of the time; one
entry in a thousand is checked with the journal's own `verify`.
"""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import asyncpg

from madoguchi.kernel import journal
from madoguchi.kernel.ids import new_id

BATCH = 40_000
PER_SUBJECT = 4  # entries of one case
ACTIONS = ("filed", "accepted", "asked", "decided")
BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
STEP = timedelta(seconds=3)
ACTORS = [new_id() for _ in range(50_000)]
COLUMNS = (
    "id",
    "subject",
    "seq",
    "at",
    "actor",
    "on_behalf_of",
    "action",
    "payload",
    "salt",
    "payload_commitment",
    "leaf_hash",
)

Row = tuple[str, str, int, str, str, str, str, str, str, str, str]


def batches(count: int) -> Iterator[list[Row]]:
    """`count` entries in lists of 40,000; the entries of one subject are spread over its list."""
    for start in range(0, count, BATCH):
        wide = min(BATCH, count - start)
        subjects = [f"case:{new_id()}" for _ in range(-(-wide // PER_SUBJECT))]
        rows = [
            _row(
                subjects[n % len(subjects)],
                n // len(subjects) + 1,
                start + n,
                ACTORS[n * 7 % 50_000],
            )
            for n in range(wide)
        ]
        for row in rows[::1000]:
            assert journal.verify(_entry(row)), row
        yield rows


def _row(subject: str, seq: int, number: int, actor: str) -> Row:
    id, salt = new_id(), secrets.token_hex(16)
    at = (BEGIN + number * STEP).replace(tzinfo=None).isoformat()
    action = ACTIONS[(seq - 1) % len(ACTIONS)]
    payload = (
        f'{{"arrival_number":"20260401-8R2K-M4TX-{number:08d}","content_hash":"sha256:'
        f'{number:064x}","side":"applicant","title":"高圧ガス製造許可申請"}}'
    )
    committed = hashlib.sha256(bytes.fromhex(salt) + payload.encode()).hexdigest()
    leaf = (
        f'{{"action":"{action}","actor":"{actor}","at":"{at}Z","id":"{id}",'
        f'"on_behalf_of":"{actor}","payload_commitment":"{committed}","seq":{seq},'
        f'"subject":"{subject}"}}'
    )
    hashed = hashlib.sha256(b"\x00" + leaf.encode()).hexdigest()
    return id, subject, seq, at, actor, actor, action, payload, salt, committed, hashed


def _entry(row: Row) -> journal.Entry:
    values = dict(zip(COLUMNS, row, strict=True))
    at = datetime.fromisoformat(row[3]).replace(tzinfo=UTC)
    return journal.Entry(**{**values, "at": at, "payload": json.loads(row[7])})


async def fill_postgres(dsn: str, count: int) -> None:
    """COPY into journal and its queue. Indexes that no key needs are made afterwards."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
    remade = await _without_indexes(connection)
    for rows in batches(count):
        lines = ["\t".join((*map(str, row[:3]), row[3] + "Z", *row[4:])) for row in rows]
        await _copy(connection, "journal", COLUMNS, lines)
        await _copy(connection, "journal_unplaced", ("entry_id",), [row[0] for row in rows])
    for statement in remade:
        await connection.execute(statement, timeout=3600)
    await connection.execute("VACUUM (ANALYZE) journal")
    await connection.close()


async def _copy(
    connection: asyncpg.Connection, table: str, columns: tuple[str, ...], lines: list[str]
) -> None:
    async def content() -> AsyncIterator[bytes]:
        yield ("\n".join(lines) + "\n").encode()

    await connection.copy_to_table(table, source=content(), columns=columns, format="text")


async def _without_indexes(connection: asyncpg.Connection) -> list[str]:
    """Drop the indexes of the journal but its primary key; the statements that make them again."""
    unique = await connection.fetch(
        "SELECT conname AS name, pg_get_constraintdef(oid) AS made FROM pg_constraint"
        " WHERE conrelid = 'journal'::regclass AND contype = 'u'"
    )
    names = [record["name"] for record in unique]
    plain = await connection.fetch(
        "SELECT indexname AS name, indexdef AS made FROM pg_indexes WHERE tablename = 'journal'"
        " AND indexname <> 'pk_journal' AND NOT indexname = ANY($1::text[])",
        names,
    )
    for record in unique:
        await connection.execute(f'ALTER TABLE journal DROP CONSTRAINT "{record["name"]}"')
    for record in plain:
        await connection.execute(f'DROP INDEX "{record["name"]}"')
    again = [f'ALTER TABLE journal ADD CONSTRAINT "{r["name"]}" {r["made"]}' for r in unique]
    return again + [record["made"] for record in plain]


def fill_sqlite(path: str, count: int) -> None:
    """executemany, without waiting for the disk: what is lost in a crash is made anew."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA cache_size=-1000000")
    into = f"INSERT INTO journal ({','.join(COLUMNS)}) VALUES ({','.join('?' * len(COLUMNS))})"
    for rows in batches(count):
        connection.execute("BEGIN")
        stored = [(*row[:3], row[3].replace("T", " ") + ".000000", *row[4:]) for row in rows]
        connection.executemany(into, stored)
        connection.executemany(
            "INSERT INTO journal_unplaced VALUES (?)", [(row[0],) for row in rows]
        )
        connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.close()
