"""The journal: gap-free, unalterable, verifiable, forgetful on demand."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database, DatabaseBusy
from madoguchi.kernel.journal import Entry, JournalError, append, entries, erase_payload, verify
from madoguchi.kernel.journal.leaf import entry_content, leaf_hash

AT = datetime(2026, 4, 1, 1, 2, 3, 456789, tzinfo=UTC)


async def add(database: Database, subject: str = "case:1", **payload: object) -> Entry:
    async with database.session() as session:
        entry = await append(
            session, subject=subject, action="filed", actor="person:1", at=AT, payload=payload
        )
        await session.commit()
        return entry


async def test_entries_count_per_subject(database: Database) -> None:
    for subject in ("case:1", "case:1", "case:2", "case:1"):
        await add(database, subject)
    async with database.reading() as session:
        assert [entry.seq for entry in await entries(session, "case:1")] == [1, 2, 3]
        assert [entry.seq for entry in await entries(session, "case:1", after=1)] == [2, 3]
        assert [entry.seq for entry in await entries(session, "case:1", limit=1)] == [1]
        assert [entry.seq for entry in await entries(session, "case:2")] == [1]


async def test_two_entries_in_one_transaction(database: Database) -> None:
    async with database.session() as session:
        for action in ("filed", "assigned"):
            await append(session, subject="case:1", action=action, actor="a", at=AT, payload={})
        await session.commit()
        assert [entry.seq for entry in await entries(session, "case:1")] == [1, 2]


async def test_concurrent_writers_leave_no_gap(database: Database) -> None:
    await asyncio.gather(*(add(database, number=number) for number in range(20)))
    async with database.reading() as session:
        assert [entry.seq for entry in await entries(session, "case:1")] == list(range(1, 21))


async def test_a_rolled_back_entry_leaves_no_gap(database: Database) -> None:
    async with database.session() as session:
        await append(session, subject="case:1", action="x", actor="a", at=AT, payload={})
        await session.flush()
        await session.rollback()
    assert (await add(database)).seq == 1


async def test_a_stored_entry_verifies(database: Database) -> None:
    await add(database, amount=Decimal("1.50"), day=date(2026, 4, 1), 名="窓口", big=2**60, l=[1])
    async with database.reading() as session:
        (entry,) = await entries(session, "case:1")
    assert entry.at == AT
    assert entry.payload["amount"] == "1.5"
    assert verify(entry)
    assert leaf_hash(entry_content(entry)) == entry.leaf_hash


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "person:2"},
        {"seq": 9},
        {"action": "granted"},
        {"payload": '{"amount": 2}'},
        {"at": "2026-04-02 00:00:00"},
    ],
)
async def test_tampering_in_the_database_is_found(database: Database, change: dict) -> None:
    await add(database, amount=1)
    (column, value) = next(iter(change.items()))
    literal = value if isinstance(value, int) else f"'{value}'"
    async with database.session() as session:
        await unguard(database, session)
        await session.execute(text(f'UPDATE journal SET "{column}" = {literal}'))
        await session.commit()
    async with database.reading() as session:
        assert not verify((await entries(session, "case:1"))[0])


async def unguard(database: Database, session: AsyncSession) -> None:
    """What someone who owns the database can do: switch the triggers off."""
    if not database.is_sqlite:
        await session.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        return
    for name in ("delete", "update", "erase"):
        await session.execute(text(f"DROP TRIGGER journal_append_only_{name}"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET actor = 'x'",
        "UPDATE journal SET payload = '{}'",
        "UPDATE journal SET payload = NULL, salt = 'aa'",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "INSERT OR REPLACE INTO journal SELECT id, subject, seq, at, 'x', on_behalf_of, action, "
        "payload, salt, payload_commitment, leaf_hash FROM journal",
    ],
)
async def test_the_database_itself_refuses_changes(database: Database, statement: str) -> None:
    await add(database, amount=1)
    async with database.session() as session:
        with pytest.raises(DBAPIError, match=r"append-only|syntax error"):
            await session.execute(text(statement))
    async with database.reading() as session:
        (entry,) = await entries(session, "case:1")
    assert verify(entry)
    assert (entry.actor, entry.payload) == ("person:1", {"amount": 1})


async def test_an_entry_cannot_be_changed(database: Database) -> None:
    await add(database)
    async with database.session() as session:
        (entry,) = await entries(session, "case:1")
        entry.actor = "someone else"
        with pytest.raises(JournalError):
            await session.commit()
    async with database.session() as session:
        (entry,) = await entries(session, "case:1")
        await session.delete(entry)
        with pytest.raises(JournalError):
            await session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        update(Entry).values(actor="x"),
        delete(Entry).where(Entry.seq == 1),
        update(Entry.__table__).values(actor="x"),
        delete(Entry.__table__),
    ],
    ids=["update", "delete", "core update", "core delete"],
)
async def test_bulk_statements_are_refused(database: Database, statement: object) -> None:
    await add(database)
    async with database.session() as session:
        with pytest.raises(JournalError):
            await session.execute(statement)


async def test_erasing_the_payload_keeps_the_proof(database: Database) -> None:
    before = await add(database, name="山田太郎")
    async with database.session() as session:
        (entry,) = await entries(session, "case:1")
        await erase_payload(session, entry)
        await session.commit()
    async with database.reading() as session:
        (entry,) = await entries(session, "case:1")
    assert entry.payload is None
    assert entry.salt is None
    assert entry.leaf_hash == before.leaf_hash
    assert verify(entry)


async def test_equal_payloads_have_unequal_commitments(database: Database) -> None:
    first, second = await add(database, yes=True), await add(database, yes=True)
    assert first.payload_commitment != second.payload_commitment


@pytest.mark.parametrize("payload", [{"ratio": 0.5}, {"x": object()}])
async def test_a_payload_without_canonical_form_is_refused(
    database: Database, payload: dict
) -> None:
    with pytest.raises(TypeError):
        await add(database, **payload)


async def test_writers_that_block_each_other_are_told_to_try_again(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time: SQLite knows no deadlock between writers")

    async def write(session: AsyncSession, subject: str) -> None:
        await append(session, subject=subject, action="x", actor="a", at=AT, payload={})

    async def both(subjects: list[str], met: asyncio.Barrier) -> str:
        async with database.session() as session:
            await write(session, subjects[0])
            await met.wait()
            try:
                await write(session, subjects[1])
            except DatabaseBusy:
                return "busy"
            await session.commit()
            return "written"

    met = asyncio.Barrier(2)
    outcomes = await asyncio.gather(
        both(["case:1", "case:2"], met), both(["case:2", "case:1"], met)
    )
    assert sorted(outcomes) == ["busy", "written"]
