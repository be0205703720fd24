"""From entry to proof on both databases: order, crashes, two sequencers, and every kind of damage."""

import asyncio
import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text

from madoguchi.kernel import journal
from madoguchi.kernel.canonical import canonical_json, digest, plain
from madoguchi.kernel.database import Database
from madoguchi.kernel.journal.models import Place, Unplaced
from madoguchi.kernel.transparency import Log, LogError, open_log, sequence, sequencing
from madoguchi.kernel.transparency import log as log_file
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.notes import (
    COSIGNATURE,
    Note,
    cosign,
    key_of,
    read_note,
    signed_by,
    witnessed_at,
)
from madoguchi.kernel.transparency.proving import prove, prove_growth
from madoguchi.kernel.transparency.receipts import check_receipt, read_receipt, sealed
from madoguchi.kernel.transparency.tree import grew, root_of_path
from madoguchi.kernel.transparency.verifying import check_journal
from madoguchi.kernel.transparency.witnessing import newest_cosigned, take_cosignatures

AT = datetime(2026, 4, 1, 3, 4, 5, tzinfo=UTC)
TABLES = ("journal", "journal_place", "journal_unplaced")


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return open_log(tmp_path / "log", "madoguchi.example/log")


async def write(database: Database, count: int, subject: str = "case:1") -> list[str]:
    async with database.session() as session:
        entries = [
            await journal.append(
                session, subject=subject, action="filed", actor="u1", at=AT, payload={"n": n}
            )
            for n in range(count)
        ]
        await session.commit()
    return [entry.id for entry in entries]


async def _one(session: Any, subject: str, payload: dict[str, Any]) -> journal.Entry:
    entry = await journal.append(
        session, subject=subject, action="filed", actor="u1", at=AT, payload=payload
    )
    await session.flush()
    return entry


async def tamper(database: Database, statement: str) -> None:
    """Change the journal as somebody with the database's password would."""
    async with database.engine.begin() as connection:
        if database.is_sqlite:
            names = await connection.scalars(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            )
            for name in names.all():
                await connection.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            for table in TABLES:
                await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await connection.execute(text(statement))


async def test_entries_get_places_proofs_and_a_signed_state(database: Database, log: Log) -> None:
    ids = await write(database, 300)
    assert await sequence(database, log, limit=200) == 200
    async with database.reading() as session:
        assert await prove(session, log, ids) is None  # not all of them yet
    assert await sequence(database, log, limit=200) == 100
    assert await sequence(database, log) == 0
    async with database.reading() as session:
        proofs = await prove(session, log, ids)
        entries = {e.id: e for e in await journal.entries(session, "case:1", limit=300)}
    assert proofs is not None
    state = read_checkpoint(proofs.note.text)
    assert (state.size, signed_by(proofs.note, log.key)) == (300, True)
    for entry, (place, path) in proofs.places.items():
        leaf = bytes.fromhex(entries[entry].leaf_hash)
        assert root_of_path(place, 300, leaf, path) == state.root
    report = await check_journal(database, log)
    assert (report.entries, report.waiting, report.flaws) == (300, 0, [])


async def test_what_is_rolled_back_never_gets_a_place(database: Database, log: Log) -> None:
    async with database.session() as session:
        await _one(session, "case:1", {})
        await session.rollback()
    assert await sequence(database, log) == 0
    assert log.note() is None


async def test_growth_is_provable_between_any_two_states(database: Database, log: Log) -> None:
    states = []
    for count in (1, 5, 290, 3):
        await write(database, count, f"case:{count}")
        await sequence(database, log)
        states.append(log.checkpoint())
    for old in states:
        for new in states:
            if old.size <= new.size:
                path = prove_growth(log, old.size, new.size)
                assert grew(old.size, new.size, old.root, new.root, path)
    with pytest.raises(IndexError):
        prove_growth(log, 1, 300)


async def test_two_sequencers_do_not_meet(database: Database, log: Log) -> None:
    await write(database, 50)
    done = await asyncio.gather(*(sequence(database, log, limit=10) for _ in range(8)))
    while log.checkpoint().size < 50:
        await sequence(database, log, limit=10)
    assert sum(done) <= 50
    assert (await check_journal(database, log)).flaws == []


async def test_the_sequencer_runs_until_told_and_tidies_its_queue(
    database: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "TIDY_AT_REST", 20)
    monkeypatch.setattr(sequencing, "EVERY_SECONDS", 0.01)
    tidied: list[int] = []
    tidy = sequencing.tidy

    async def seen(of: Database) -> None:
        await tidy(of)
        tidied.append(log.checkpoint().size)

    monkeypatch.setattr(sequencing, "tidy", seen)
    stopping = asyncio.Event()
    await write(database, 50)
    running = asyncio.create_task(sequencing.run(database, log, stopping))
    async with asyncio.timeout(300):
        while not tidied:
            await asyncio.sleep(0.01)
        await write(database, 5, "case:2")
        while log.checkpoint().size < 55:
            await asyncio.sleep(0.01)
    stopping.set()
    await running
    assert tidied == [50]
    assert (await check_journal(database, log)).flaws == []


async def test_places_count_on_beyond_32_bits_and_only_what_is_placed_leaves_the_queue(
    database: Database,
) -> None:
    async with database.session() as session:
        session.add(Place(position=2**32, entry_id="0" * 26))
        await session.commit()
    ids = await write(database, 5)
    assert await sequencing._place(database, 3) == 3
    async with database.reading() as session:
        places = await session.execute(
            select(Place.position, Place.entry_id).order_by(Place.position).offset(1)
        )
        assert places.all() == [(2**32 + 1 + n, id) for n, id in enumerate(ids[:3])]
        left = await session.scalars(select(Unplaced.entry_id).order_by(Unplaced.entry_id))
        assert left.all() == ids[3:]
    assert [await sequencing._place(database, 3) for _ in range(2)] == [2, 0]


async def test_a_crash_between_place_and_tiles_is_made_good(
    database: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(database, 10)

    async def dies(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sequencing, "_publish", dies)
        with pytest.raises(KeyboardInterrupt):
            await sequence(database, log)
    assert log.note() is None
    await sequence(database, open_log(log.folder, "ignored"))
    assert log.checkpoint().size == 10
    assert (await check_journal(database, log)).flaws == []


async def test_a_database_older_than_its_log_signs_nothing(database: Database, log: Log) -> None:
    await write(database, 5)
    await sequence(database, log)
    before = log.note()
    await tamper(database, "DELETE FROM journal_place WHERE position >= 3")
    await write(database, 1, "case:2")
    with pytest.raises(LogError, match="ahead"):
        await sequence(database, log)
    assert log.note() == before


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE journal SET actor = 'u2' WHERE seq = 2", "journal {1} (case:1 2)"),
        ("UPDATE journal SET payload = '{{\"n\": 9}}' WHERE seq = 3", "journal {2} (case:1 3)"),
        ("DELETE FROM journal WHERE seq = 4", "journal_place 3"),
        ("DELETE FROM journal_place WHERE position = 1", "journal_place 1"),
        ("UPDATE journal_place SET position = 9999 WHERE position = 299", "1 entries"),
    ],
)
async def test_damage_in_the_database_is_named(
    statement: str, named: str, database: Database, log: Log
) -> None:
    ids = await write(database, 300)
    await sequence(database, log)
    await tamper(database, statement.replace("{{", "{").replace("}}", "}"))
    flaws = (await check_journal(database, log)).flaws
    assert any(named.format(*ids) in flaw for flaw in flaws), flaws


async def test_every_flipped_byte_of_the_log_is_named(database: Database, log: Log) -> None:
    await write(database, 300)
    await sequence(database, log)
    files = [
        log.folder / "checkpoint",
        *(p for p in (log.folder / "tile").rglob("*") if p.is_file()),
    ]
    assert len(files) == 4  # 0/000, 0/001.p/44, 1/000.p/1
    for path in files:
        whole = path.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 6)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            fresh = open_log(log.folder, log.origin)
            flaws = (await check_journal(database, fresh)).flaws
            named = "checkpoint" if path.name == "checkpoint" else str(path.relative_to(log.folder))
            assert any(named in flaw for flaw in flaws), (named, place, flaws)
        path.write_bytes(whole)
    edge = log.folder / "tile/0/001.p/44"
    edge.write_bytes(bytes(44 * 32))
    await write(database, 1, "case:2")
    with pytest.raises(LogError):  # nothing is signed on top of damage
        await sequence(database, open_log(log.folder, log.origin))


async def test_nothing_is_signed_on_damage_that_proofs_keep_from_seeing(
    database: Database, log: Log
) -> None:
    """Proofs keep what they have read in memory; who signs looks at the disk."""
    ids = await write(database, 300)
    await sequence(database, log)
    async with database.reading() as session:
        before = await prove(session, log, ids[-1:])
    (log.folder / "tile/0/001.p/44").write_bytes(bytes(44 * 32))
    await write(database, 1, "case:2")
    with pytest.raises(LogError):
        await sequence(database, log)
    async with database.reading() as session:
        assert await prove(session, log, ids[-1:]) == before


async def test_what_is_in_memory_is_proved_without_another_thread(
    database: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "FRESH_SECONDS", 1e9)
    threads: list[object] = []
    to_thread = asyncio.to_thread

    async def counted(*arguments: Any) -> Any:
        threads.append(arguments[0])
        return await to_thread(*arguments)

    monkeypatch.setattr(asyncio, "to_thread", counted)
    ids = await write(database, 600)
    await sequence(database, log)

    async def proved(entry: str) -> tuple[Any, int]:
        before = len(threads)
        async with database.reading() as session:
            found = await prove(session, log, [entry])
        return found, len(threads) - before

    first, waited = await proved(ids[7])
    assert (waited, await proved(ids[7])) == (1, (first, 0))
    _, waited = await proved(ids[300])  # of another tile
    assert waited == 1
    assert (await proved(ids[301]))[1] == 0
    (later,) = await write(database, 1, "case:2")
    assert await proved(later) == (None, 0)  # it has no place yet
    await sequence(database, log)
    found, waited = await proved(later)  # in no checkpoint that is in memory
    assert waited == 1
    assert read_checkpoint(found.note.text).size == 601
    monkeypatch.setattr(log_file, "FRESH_SECONDS", -1.0)
    log.note()
    assert (await proved(later)) == (found, 1)  # what was read too long ago is read again


async def test_a_changed_checkpoint_is_refused_though_an_earlier_one_was_good(
    database: Database, log: Log
) -> None:
    ids = await write(database, 3)
    await sequence(database, log)
    whole = (log.folder / "checkpoint").read_text(encoding="utf-8")
    assert log.note() is not None
    (log.folder / "checkpoint").write_text(whole.replace("\n3\n", "\n2\n"), encoding="utf-8")
    async with database.reading() as session:
        with pytest.raises(LogError):
            await prove(session, log, ids[:1])


async def receipt_of(database: Database, log: Log) -> dict[str, Any]:
    content = {"procedure": "p", "data": {"gas": "水素", "n": 12}}
    async with database.session() as session:
        entry = await _one(session, "case:7", {"content_hash": digest(content), "n": 1})
        await session.commit()
        await session.refresh(entry)
    await sequence(database, log)
    names = "id subject seq at actor on_behalf_of action payload salt payload_commitment leaf_hash"
    async with database.reading() as session:
        proofs = await prove(session, log, [entry.id])
    value = {
        "arrival_number": "20260401-TEST",
        "content_hash": digest(content),
        "content": content,
        "journal": [{name: getattr(entry, name) for name in names.split()}],
    }
    return json.loads(canonical_json(sealed(plain(value), log, proofs)))


async def test_a_receipt_holds_and_every_change_of_it_is_seen(database: Database, log: Log) -> None:
    await write(database, 5)
    receipt = await receipt_of(database, log)
    assert check_receipt(receipt, log.key) == []
    whole = canonical_json(receipt)
    for place in range(len(whole)):
        bent = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        try:
            found = read_receipt(bent)
        except ValueError:
            continue
        assert check_receipt(found, log.key), bent[max(0, place - 20) : place + 20]
    other = Ed25519PrivateKey.generate()
    assert check_receipt(receipt, key_of(other, log.origin))
    for broken in ({}, {**receipt, "journal": "x"}, {**receipt, "log": {"checkpoint": 5}}):
        assert check_receipt(broken, log.key)


async def test_a_receipt_before_its_place_says_so(database: Database, log: Log) -> None:
    receipt = await receipt_of(database, log)
    early = sealed(
        {k: v for k, v in receipt.items() if k not in ("log", "key", "signature")}, log, None
    )
    (flaw,) = check_receipt(early, log.key)
    assert flaw.where == "log"


async def test_erasure_leaves_the_proof(database: Database, log: Log) -> None:
    (entry_id,) = await write(database, 1)
    await sequence(database, log)
    async with database.session() as session:
        (entry,) = await journal.entries(session, "case:1")
        await journal.erase_payload(session, entry)
        await journal.append(
            session,
            subject="case:1",
            action="erased",
            actor="u9",
            at=AT,
            payload={"entry": entry_id, "reason": "保存期間の満了"},
        )
        await session.commit()
    await sequence(database, log)
    assert (await check_journal(database, log)).flaws == []
    async with database.reading() as session:
        assert await prove(session, log, [entry_id]) is not None


async def test_witnesses_cosign(database: Database, log: Log) -> None:
    private = Ed25519PrivateKey.generate()
    witness = key_of(private, "pref-14.example/witness", COSIGNATURE)
    await write(database, 3)
    await sequence(database, log)
    note = log.note()
    assert note is not None
    line = cosign(note.text, private, witness.name, 1767000000)
    signed = str(dataclasses.replace(note, signatures=(*note.signatures, line)))
    async with database.session() as session:
        for _ in range(2):
            assert await take_cosignatures(session, log, [witness], signed) == (witness.name,)
        await session.commit()
        kept = read_note(await newest_cosigned(session) or "")
        assert signed_by(kept, log.key)
        assert witnessed_at(kept, witness) == 1767000000
        for wrong in (
            "",
            str(note),
            signed.replace("madoguchi", "elsewhere"),
            str(Note("x\n", (line,))),
        ):
            with pytest.raises(LogError):
                await take_cosignatures(session, log, [witness], wrong)
        with pytest.raises(LogError):
            await take_cosignatures(session, log, [], signed)
