"""Sessions, column types and what the two databases must have in common."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from madoguchi.kernel.clock import JST
from madoguchi.kernel.database import (
    Database,
    DatabaseBusy,
    UnstorableText,
    ValueTooLarge,
    create_database,
    engine,
)
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.journal.models import Entry

AT = datetime(2026, 4, 1, 9, 0, tzinfo=JST)


def row(subject: str, seq: int = 1, **changed: object) -> Entry:
    values = {
        "id": new_id(), "subject": subject, "seq": seq, "at": AT, "actor": "a", "action": "x",
        "payload": {}, "salt": "", "payload_commitment": "", "leaf_hash": new_id(),
    }  # fmt: skip
    return Entry(**(values | changed))


async def test_what_is_committed_is_read(database: Database) -> None:
    async with database.session() as session:
        session.add(row("s", payload={"n": Decimal("1.50"), "名": "窓", "none": None, "i": 2**70}))
        await session.commit()
    async with database.reading() as session:
        entry = (await session.scalars(select(Entry))).one()
    assert entry.payload == {"n": "1.5", "名": "窓", "none": None, "i": 2**70}
    assert entry.at == AT
    assert entry.at.tzinfo is UTC


async def test_nothing_is_kept_without_commit(database: Database) -> None:
    async with database.session() as session:
        session.add(row("s"))
        await session.flush()
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Entry)) == 0


async def test_a_reading_session_cannot_write(database: Database) -> None:
    async with database.reading() as session:
        session.add(row("s"))
        with pytest.raises(DBAPIError, match=r"read.?only"):
            await session.flush()


async def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    async with database.session() as writing, database.reading() as reading:
        writing.add(row("s"))
        await writing.flush()
        count = select(func.count()).select_from(Entry)
        assert await asyncio.wait_for(reading.scalar(count), 60) == 0
        await writing.commit()
        assert await reading.scalar(count) == 0  # one snapshot until its end
    async with database.reading() as reading:
        assert await reading.scalar(count) == 1


async def test_writers_queue_and_all_succeed(database: Database) -> None:
    """Read, think, write in one transaction: no upgrade fails, no count is lost."""

    async def add_one() -> None:
        async with database.session() as session:
            if not database.is_sqlite:
                await session.execute(text("LOCK TABLE journal IN EXCLUSIVE MODE"))
            newest = await session.scalar(select(func.max(Entry.seq)))
            await asyncio.sleep(0)
            session.add(row("s", (newest or 0) + 1))
            await session.commit()

    await asyncio.gather(*(add_one() for _ in range(30)))
    async with database.reading() as session:
        assert await session.scalar(select(func.max(Entry.seq))) == 30


async def test_a_time_without_zone_is_refused(database: Database) -> None:
    async with database.session() as session:
        session.add(row("s", at=datetime(2026, 4, 1)))
        with pytest.raises(StatementError, match="zone"):
            await session.flush()


@pytest.mark.parametrize("bad", ["a\0b", "half \ud800 pair"])
async def test_unstorable_text_in_json_is_explained(database: Database, bad: str) -> None:
    for payload in ({"a": bad}, {bad: 1}, {"a": [{"b": bad}]}):
        async with database.session() as session:
            session.add(row("s", payload=payload))
            with pytest.raises(UnstorableText):
                await session.flush()


async def test_a_written_backslash_u0000_is_kept(database: Database) -> None:
    async with database.session() as session:
        session.add(row("s", payload={"a": "\\u0000"}))
        await session.commit()
        session.expunge_all()
        assert (await session.scalars(select(Entry.payload))).one() == {"a": "\\u0000"}


async def test_half_a_surrogate_in_a_text_column_is_explained(database: Database) -> None:
    async with database.session() as session:
        session.add(row("half \ud800 pair"))
        with pytest.raises(UnstorableText):
            await session.flush()


@pytest.mark.parametrize("number", [2**70, -(2**70)])
async def test_a_number_too_large_for_its_column_is_explained(
    database: Database, number: int
) -> None:
    async with database.session() as session:
        session.add(row("s", seq=number))
        with pytest.raises(ValueTooLarge) as caught:
            await session.flush()
    assert (caught.value.code, caught.value.status) == ("number_too_large", 422)


async def test_a_text_too_long_for_its_column_is_explained(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite keeps texts of any length")
    async with database.session() as session:
        session.add(row("s" * 121))
        with pytest.raises(ValueTooLarge):
            await session.flush()


async def test_nul_in_a_text_column_is_explained(database: Database) -> None:
    async with database.session() as session:
        session.add(row("a\0b"))
        with pytest.raises(UnstorableText):
            await session.flush()


async def test_values_stay_out_of_error_messages(database: Database) -> None:
    async with database.session() as session:
        session.add_all([row("山田太郎"), row("山田太郎")])
        with pytest.raises(IntegrityError) as caught:
            await session.flush()
    assert "parameters hidden" in str(caught.value)


async def test_a_locked_sqlite_is_busy(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_MILLISECONDS", 50)
    url = f"sqlite+aiosqlite:///{tmp_path}/a.db"
    one, two = create_database(url), create_database(url)  # two processes
    async with one.session() as writing, two.session() as waiting:
        await writing.execute(text("CREATE TABLE t (a)"))
        with pytest.raises(DatabaseBusy) as caught:
            await waiting.execute(text("SELECT 1"))
    assert caught.value.status == 503
    await one.dispose()
    await two.dispose()


async def test_waiting_too_long_for_a_connection_is_busy(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "QUEUE_SECONDS", 0.05)
    database = create_database(f"sqlite+aiosqlite:///{tmp_path}/new/folder/a.db")
    async with database.session() as writing, database.session() as waiting:
        await writing.execute(text("CREATE TABLE t (a)"))
        with pytest.raises(DatabaseBusy):
            await waiting.execute(text("SELECT 1"))
    await database.dispose()


async def test_sqlite_is_durable_and_checks_references(tmp_path: object) -> None:
    database = create_database(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}
    async with database.session() as session:
        for name, value in expected.items():
            assert await session.scalar(text(f"PRAGMA {name}")) == value
    await database.dispose()


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "mysql+aiomysql://h/d"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite needs a file|unknown kind"):
        create_database(url)
