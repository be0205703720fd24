"""After an erasure nothing of the content is left anywhere, and every proof still stands."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select
from typer.testing import CliRunner

from madoguchi.cases.exports.models import Export
from madoguchi.cases.filing.receipt import receipt_value
from madoguchi.cases.models import Case, Letter
from madoguchi.cases.retention import deciding, erasing
from madoguchi.cases.retention.models import Erasure
from madoguchi.cases.retention.parts import EMPTIED
from madoguchi.cli import app
from madoguchi.documents.models import Document
from madoguchi.installation.doctor import examine
from madoguchi.kernel import journal
from madoguchi.kernel.canonical import sha256_hex
from madoguchi.kernel.journal.models import Entry, Unplaced
from madoguchi.kernel.transparency import Log, open_log
from madoguchi.kernel.transparency.receipts import check_receipt, read_receipt
from madoguchi.kernel.transparency.sequencing import run as keep_log
from madoguchi.messages.models import Message
from tests.cases.desk.counter import ONE_FILE, Counter
from tests.cases.retention.world import (
    MARK,
    WHY,
    erased,
    everything,
    files_with,
    granted,
    held_in,
    plant,
    work,
)


async def sequenced(counter: Counter, log: Log) -> None:
    """Place every entry in the log, as the program does beside its work."""
    closing = asyncio.Event()
    task = asyncio.create_task(keep_log(counter.database, log, closing))
    for _ in range(600):
        async with counter.database.reading() as session:
            if not await session.scalar(select(func.count(Unplaced.entry_id))):
                break
        await asyncio.sleep(0.1)
    closing.set()
    await task


async def receipt(counter: Counter, log: Log, case_id: str) -> dict[str, object]:
    async with counter.database.reading() as session:
        case = await session.get(Case, case_id)
        assert case is not None
        value = await receipt_value(session, case, log)
    return read_receipt(json.dumps(value, ensure_ascii=False).encode())


async def test_nothing_is_left_and_the_proof_stands(counter: Counter, tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", "test.example/log")
    case_id, other = await granted(counter), await granted(counter)
    await work(counter, tmp_path)
    await sequenced(counter, log)
    old = await receipt(counter, log, case_id)
    assert check_receipt(old, log.key) == []
    await plant(counter, case_id)
    before = held_in(await everything(counter.database))
    assert {"case.data", "journal.payload", "letter.html", "document.name"} <= before
    assert len(before) > 30, sorted(before)
    # The other case is like it: what it holds must stay.
    async with counter.database.session() as session:
        kept = await session.get(Case, other)
        assert kept is not None
        untouched = dict(kept.data)

    row = await erased(counter, case_id, tmp_path)

    assert row.state == "done"
    assert row.left == []
    assert row.counts["entries"] >= 3
    dump = await everything(counter.database)
    found = held_in(dump)
    others = {"case.data", "case.decision", "case.last_proposal", "journal.payload", "letter.html"}
    assert found <= others | {"fact.value", "message.body", "message.subject"}, sorted(found)
    await _only_of(counter, other)
    assert await files_with(counter.blobs.folder) == []
    assert counter.blobs.exists(sha256_hex(ONE_FILE))  # somebody else's too
    assert (await counter.case(other)).data == untouched
    case = await counter.case(case_id)
    assert (case.erased_at, case.data, case.filer_name) == (counter.now, {}, "")
    assert (case.state, bool(case.arrival_number)) == ("granted", True)
    assert {name for name in EMPTIED if getattr(case, name) not in ({}, "", None)} == set()

    # Receipts of before and of now hold, the journal and its log agree, the doctor is content.
    assert check_receipt(old, log.key) == []
    await sequenced(counter, log)
    new = await receipt(counter, log, case_id)
    assert check_receipt(new, log.key) == []
    assert new["content"] is None
    assert MARK not in json.dumps(new, ensure_ascii=False)
    for name, value in (("old", old), ("new", new)):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        said = CliRunner().invoke(app, ["receipt", "verify", str(path), "--key", str(log.key)])
        assert (said.exit_code, said.stdout.strip()) == (0, "OK")
    faked = {**new, "erased": []}
    assert check_receipt(faked, log.key) != []
    findings = await examine(counter.database, counter.blobs, log, counter.now, deep=True)
    assert findings.faults == []
    async with counter.database.reading() as session:
        entries = await journal.entries(session, f"case:{case_id}")
        assert all(journal.verify(entry) for entry in entries)
        last = entries[-1]
    assert (last.action, last.actor) == ("erased", counter.people["records"].id)
    assert last.payload is not None
    assert last.payload["reason"] == WHY.reason
    assert last.payload["proposed_by"] == counter.people["manager"].id


async def _only_of(counter: Counter, other: str) -> None:
    """What still holds the mark belongs to the case that was not erased."""
    async with counter.database.reading() as session:
        for letter in await session.scalars(select(Letter)):
            assert (MARK in letter.html) == (letter.case_id == other)
        for entry in await session.scalars(select(Entry).where(Entry.payload.is_not(None))):
            if MARK in json.dumps(entry.payload, ensure_ascii=False):
                assert entry.subject == f"case:{other}"
        for case in await session.scalars(select(Case)):
            assert (MARK in json.dumps(case.data, ensure_ascii=False)) == (case.id == other)


async def test_what_is_under_way_brings_nothing_back(counter: Counter, tmp_path: Path) -> None:
    """A letter still to be set and a list being made when the erasure comes."""
    case_id = await granted(counter)
    async with counter.database.session() as session:
        waiting = Export(
            id="0" * 26, person_id="x", language="ja", selection={"source": "cases"},
            agencies=["pref-14"], format="csv", rows=1, name="x", created_at=counter.now,
            expires_at=counter.now,
        )  # fmt: skip
        session.add(waiting)
        row = await deciding.propose_for_case(
            session, counter.people["manager"], counter.clock, case_id, "request", WHY
        )
        await deciding.decide(
            session, counter.people["records"], counter.clock, row.id, approve=True
        )
        await session.commit()
    async with counter.database.session() as session:
        found, case = await session.get(Erasure, row.id), await session.get(Case, case_id)
        assert found is not None
        assert case is not None
        await erasing.carry_out(session, found, case, counter.now)
        await session.commit()
    await work(counter, tmp_path)  # the letter's job runs only now
    async with counter.database.reading() as session:
        letter = (await session.scalars(select(Letter))).one()
        export = (await session.scalars(select(Export))).one()
        told = list(await session.scalars(select(Message.subject)))
    assert (letter.html, letter.sha256) == ("", None)
    assert (export.state, export.sha256) == ("failed", None)
    assert sum(subject["ja"].startswith("内容を消去しました") for subject in told) == 1
    assert await files_with(counter.blobs.folder) == []


async def test_not_even_in_the_file(counter: Counter, tmp_path: Path) -> None:
    """SQLite overwrites what is deleted; PostgreSQL does so when it vacuums (named as a limit)."""
    if not counter.database.is_sqlite:
        return
    case_id = await granted(counter)
    await work(counter, tmp_path)
    await plant(counter, case_id)
    path = Path(str(counter.database.url.database))

    def raw() -> bytes:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()

    assert MARK.encode() in await asyncio.to_thread(raw)
    await erased(counter, case_id, tmp_path)
    assert MARK.encode() not in await asyncio.to_thread(raw)


async def test_a_file_somebody_needs_stays(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await plant(counter, case_id)
    async with counter.database.session() as session:
        case = await session.get(Case, case_id)
        assert case is not None
        sha256 = case.attached["drawing"][0]["sha256"]
        mine = await session.scalar(select(Document).where(Document.sha256 == sha256))
        assert mine is not None
        values = {c.key: getattr(mine, c.key) for c in Document.__table__.columns}
        # The same content, sent by somebody else.
        session.add(Document(**values | {"id": "0" * 26, "owner_person": "y"}
                             | {"owner_organisation": None}))  # fmt: skip
        await session.commit()
    await erased(counter, case_id, tmp_path)
    assert counter.blobs.exists(sha256)
    async with counter.database.reading() as session:
        left = list(await session.scalars(select(Document).where(Document.sha256 == sha256)))
    assert [document.owner_person for document in left] == ["y"]


async def test_what_is_being_sent_just_now_waits(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await plant(counter, case_id)
    await work(counter, tmp_path)
    async with counter.database.session() as session:
        row = await deciding.propose_for_case(
            session, counter.people["manager"], counter.clock, case_id, "request", WHY
        )
        await deciding.decide(
            session, counter.people["records"], counter.clock, row.id, approve=True
        )
        await session.commit()
    for path in counter.blobs.folder.glob("??/??/*"):
        path.touch()
    await work(counter, tmp_path, quiet=False)
    log = open_log(tmp_path / "log", "test.example/log")
    findings = await examine(counter.database, counter.blobs, log, counter.now)
    assert [fault for fault in findings.faults if "erasure" in fault] == []
    assert len(await files_with(counter.blobs.folder)) > 0
    later = counter.now.replace(day=counter.now.day + 2)
    findings = await examine(counter.database, counter.blobs, log, later)
    assert [fault for fault in findings.faults if "files on the disk" in fault]
    counter.now = later
    await work(counter, tmp_path)
    assert await files_with(counter.blobs.folder) == []
    findings = await examine(counter.database, counter.blobs, log, later)
    assert [fault for fault in findings.faults if "erasure" in fault] == []


async def test_an_interrupted_erasure_is_found_and_done(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await work(counter, tmp_path)
    async with counter.database.session() as session:
        row = await deciding.propose_for_case(
            session, counter.people["manager"], counter.clock, case_id, "mistake", WHY
        )
        await deciding.decide(
            session, counter.people["records"], counter.clock, row.id, approve=True
        )
        await session.commit()
    # The program dies in the middle: nothing of the act is there.
    async with counter.database.session() as session:
        found = await session.get(Erasure, row.id)
        case = await session.get(Case, case_id)
        assert found is not None
        assert case is not None
        await erasing.carry_out(session, found, case, counter.now)
        await session.rollback()
    assert (await counter.case(case_id)).data
    log = open_log(tmp_path / "log", "test.example/log")
    later = counter.now.replace(day=counter.now.day + 2)
    findings = await examine(counter.database, counter.blobs, log, later)
    assert [fault for fault in findings.faults if "approved" in fault]
    await work(counter, tmp_path)
    assert (await counter.case(case_id)).data == {}


async def test_one_file_alone(counter: Counter, tmp_path: Path) -> None:
    case_id = await granted(counter)
    await plant(counter, case_id)
    case = await counter.case(case_id)
    [file] = case.attached["drawing"]
    await erased(counter, case_id, tmp_path, "mistake", file["id"])
    after = await counter.case(case_id)
    assert "drawing" not in after.attached
    assert after.data == case.data
    assert after.erased_at is None
    assert not counter.blobs.exists(file["sha256"])
    dump = await everything(counter.database)
    assert file["sha256"] not in dump["journal.payload"]
    log = open_log(tmp_path / "log", "test.example/log")
    await sequenced(counter, log)
    assert check_receipt(await receipt(counter, log, case_id), log.key) == []
