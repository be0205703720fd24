"""Checking a journal of several spans, in one process and in two; and what no database can read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from madoguchi.kernel.database import Database
from madoguchi.kernel.journal.models import Entry, Place
from madoguchi.kernel.journal.service import entry_row
from madoguchi.kernel.transparency import Log, open_log, spans, verifying
from madoguchi.kernel.transparency.spans import SPAN
from madoguchi.kernel.transparency.tree import root
from madoguchi.kernel.transparency.verifying import Report, check_journal
from tests.kernel.transparency.test_log import tamper

AT = datetime(2026, 4, 1, 3, 4, 5, tzinfo=UTC)
ROWS = 1000  # in a statement
BEYOND = 300  # entries in the second span


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return open_log(tmp_path / "log", "madoguchi.example/log")


async def fill(database: Database, log: Log, count: int) -> list[str]:
    """A placed and signed journal, faster than the sequencer makes it; the entries' ids."""
    rows = [
        entry_row(subject=f"case:{n}", action="filed", actor="u1", at=AT, payload={"n": n})
        for n in range(count)
    ]
    async with database.session() as session:
        for start in range(0, count, ROWS):
            part = rows[start : start + ROWS]
            places = [{"position": start + n, "entry_id": r["id"]} for n, r in enumerate(part)]
            await session.execute(insert(Entry), part)
            await session.execute(insert(Place), places)
        await session.commit()
    log.tiles.append(0, [bytes.fromhex(row["leaf_hash"]) for row in rows])
    log.publish(count)
    return [row["id"] for row in rows]


async def both_ways(database: Database, log: Log, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Checked in this process and in two others, which must find the same."""
    fresh = open_log(log.folder, log.origin)
    alone = await check_journal(database, fresh)
    monkeypatch.setattr(verifying, "WORTH_A_PROCESS", 1)
    assert await check_journal(database, fresh, processes=2) == alone
    return alone


async def test_several_spans_are_checked_as_one(
    database: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = SPAN + BEYOND
    ids = await fill(database, log, size)
    seen: list[tuple[int, int]] = []
    report = await check_journal(database, log, lambda *step: seen.append(step))
    assert (report.entries, report.size, report.flaws) == (size, size, [])
    assert seen == [(SPAN, size), (size, size)]

    await tamper(database, f"UPDATE journal SET action = 'x' WHERE id = '{ids[SPAN + 5]}'")
    await tamper(database, f"DELETE FROM journal WHERE id = '{ids[7]}'")
    await tamper(
        database,
        f"DELETE FROM journal_place WHERE position BETWEEN {SPAN - 2} AND {SPAN + 1}"
        f" OR position = {size - 1}",
    )
    tile = log.folder / "tile/0/010"
    tile.write_bytes(tile.read_bytes()[::-1])
    (log.folder / "tile/2/000.p/1").write_bytes(bytes(32))
    flaws = (await both_ways(database, log, monkeypatch)).flaws
    for named in (
        f"journal {ids[SPAN + 5]} (case:{SPAN + 5} 1): was changed",
        "journal_place 7: its entry is missing",
        f"journal_place {SPAN - 2}-{SPAN + 1}: no entry has this place",
        "journal_place: 1 entries of the published log are missing",
        "tile/0/010: differs from the journal",
        "tile/2/000.p/1: differs from the journal",
        "checkpoint: its root is not that of the journal",
        f"journal {ids[size - 1]}: has no place and waits for none",
    ):
        assert named in flaws, (named, flaws)


async def test_tiles_whose_entries_are_all_gone_are_not_named(database: Database, log: Log) -> None:
    await fill(database, log, 600)
    await tamper(database, "DELETE FROM journal_place WHERE position >= 256")
    flaws = (await check_journal(database, log)).flaws
    assert "journal_place: 344 entries of the published log are missing" in flaws
    assert not any("tile/0" in flaw for flaw in flaws)


async def test_the_root_of_every_small_tree_is_that_of_the_definition(
    database: Database, tmp_path: Path
) -> None:
    """Sizes at which tiles begin, end and are one short."""
    for size in (0, 1, 2, 3, 255, 256, 257, 511, 512, 513):
        log = open_log(tmp_path / str(size), "madoguchi.example/log")
        if size:
            await tamper(database, "DELETE FROM journal_place")
            await tamper(database, "DELETE FROM journal")
            await fill(database, log, size)
            assert log.checkpoint().root == root(size, log.tiles.reader(size))
        assert (await check_journal(database, log)).flaws == [], size


async def test_a_row_the_database_cannot_read_is_named(
    database: Database, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite keeps any bytes in a text column, and refuses to give them back."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL keeps no text that is none")
    monkeypatch.setattr(spans, "PAGE", 100)
    ids = await fill(database, log, 300)
    await tamper(database, f"UPDATE journal SET actor = CAST(x'ff' AS TEXT) WHERE id = '{ids[42]}'")
    flaws = (await check_journal(database, log)).flaws
    assert any(flaw.startswith("journal_place 42: the database cannot read it") for flaw in flaws)
    assert not any("was changed" in flaw or "is missing" in flaw for flaw in flaws)
