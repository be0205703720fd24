"""Full files in pieces that survive a crash, difference files whole or not at all; both databases."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from madoguchi.kernel.clock import system_clock
from madoguchi.kernel.database import Database
from madoguchi.registry.corporations import loading
from madoguchi.registry.corporations.files import FileFault, Refused
from madoguchi.registry.corporations.loading import Taken, load_changes, load_full
from madoguchi.registry.corporations.models import Corporation, CorporationFile, PastCorporation
from madoguchi.registry.corporations.queries import as_of, current, history
from tests.registry.corporations.records import as_csv, number, row, withdrawn


async def count(database: Database, table: type) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


def full(tmp_path: Path, many: int) -> Path:
    path = tmp_path / "00_zenkoku_all.csv"
    path.write_bytes(as_csv([row(serial, sequence=serial) for serial in range(1, many + 1)]))
    return path


def day(tmp_path: Path, rows: list[list[str]], name: str = "diff.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(as_csv(rows))
    return path


async def test_a_full_file_and_again(database: Database, tmp_path: Path) -> None:
    path = full(tmp_path, 23)
    assert await load_full(database, system_clock, path) == Taken(23, 0)
    assert (await load_full(database, system_clock, path)).again
    assert (await count(database, Corporation), await count(database, PastCorporation)) == (23, 0)
    async with database.reading() as session:
        found = await current(session, number(5))
        assert found is not None
        assert (found.name, found.city, found.assigned_on) == (
            "株式会社窓口5",
            "千代田区",
            date(2015, 10, 5),
        )
        assert await current(session, number(99)) is None


async def test_interrupted_it_goes_on_where_it_stopped(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PIECE", 5)
    path = full(tmp_path, 23)

    def stop(rows: int) -> None:
        if rows == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load_full(database, system_clock, path, tell=stop)
    assert await count(database, Corporation) == 10
    seen: list[int] = []
    taken = await load_full(database, system_clock, path, tell=seen.append)
    assert (taken, seen) == (Taken(23, 0), [15, 20, 23])
    assert await count(database, Corporation) == 23


async def test_rows_that_cannot_be_read_are_told_and_the_rest_is_there(
    database: Database, tmp_path: Path
) -> None:
    told: list[Refused] = []
    path = day(tmp_path, [row(1), row(2, kind="xxx"), row(3)], "full.csv")
    assert await load_full(database, system_clock, path, report=told.append) == Taken(2, 1)
    assert [(item.place, item.why) for item in told] == [(2, "unknown kind 'xxx'")]
    assert await load_full(database, system_clock, path) == Taken(2, 1, again=True)


async def test_a_day_changes_what_is_known_and_keeps_the_past(
    database: Database, tmp_path: Path
) -> None:
    await load_full(database, system_clock, full(tmp_path, 3))
    changes = day(
        tmp_path,
        [
            row(
                1, sequence=1, updated="2026-06-02", changed="2026-06-01", process="11", name="改名"
            ),
            row(2, sequence=2, updated="2026-06-02", correct="1", kana="テイセイ"),
            withdrawn(3, date(2026, 6, 2), 3),
            row(4, sequence=4, updated="2026-06-02", hidden="1"),
        ],
    )
    assert await load_changes(database, system_clock, changes) == Taken(4, 0)
    async with database.reading() as session:
        renamed = await history(session, number(1))
        corrected = await history(session, number(2))
        gone = await history(session, number(3))
        new = await history(session, number(4))
    assert [item.record.name for item in renamed] == ["改名", "株式会社窓口1"]
    assert [item.superseded_on for item in renamed] == [None, None]
    assert [(item.record.kana, item.superseded_on) for item in corrected] == [
        ("テイセイ", None),
        ("マドグチ", date(2026, 6, 2)),
    ]
    assert [(item.record.process, item.record.name) for item in gone] == [
        ("99", "株式会社窓口3"),
        ("01", "株式会社窓口3"),
    ]
    assert new[0].record.hidden
    before = as_of(renamed, date(2026, 5, 31), date(2026, 6, 30))
    assert before is not None
    assert before.name == "株式会社窓口1"


async def test_the_same_day_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    changes = day(tmp_path, [row(1, sequence=1), row(1, sequence=2, process="12", city="港区")])
    await load_changes(database, system_clock, changes)
    assert (await load_changes(database, system_clock, changes)).again
    copied = tmp_path / "copy.csv"
    copied.write_bytes(changes.read_bytes().replace(b"\r\n", b"\n"))  # the same under another hash
    assert await load_changes(database, system_clock, copied) == Taken(2, 0)
    assert (await count(database, Corporation), await count(database, PastCorporation)) == (1, 1)


DAMAGED = {
    "cut off": lambda content: content[:-25],
    "doubled": lambda content: content + content,
    "a row missing": lambda content: b"".join(content.splitlines(keepends=True)[::2]),
    "two days": lambda content: content.replace(b"2026-06-01", b"2026-06-02", 1),
    "empty": lambda content: b"",
}


@pytest.mark.parametrize("damage", DAMAGED)
async def test_of_a_damaged_day_nothing_is_taken_in(
    database: Database, tmp_path: Path, damage: str
) -> None:
    path = day(tmp_path, [row(serial, sequence=serial) for serial in (1, 2, 3)])
    path.write_bytes(DAMAGED[damage](path.read_bytes()))
    with pytest.raises(FileFault):
        await load_changes(database, system_clock, path)
    assert await count(database, Corporation) == await count(database, CorporationFile) == 0


async def test_a_day_that_fails_midway_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = day(tmp_path, [row(serial, sequence=serial) for serial in (1, 2, 3)])
    monkeypatch.setattr(loading, "PIECE", 1)
    calls = 0
    taking = loading.take_in

    async def failing(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError("the disk is full")
        return await taking(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "take_in", failing)
    with pytest.raises(OSError, match="full"):
        await load_changes(database, system_clock, path)
    assert await count(database, Corporation) == 0
    monkeypatch.setattr(loading, "take_in", taking)
    assert await load_changes(database, system_clock, path) == Taken(3, 0)


async def test_real_days(database: Database, tmp_path: Path, shared_data: Path) -> None:
    """Two real days, as Shift_JIS files, forwards and then once more backwards."""
    source = shared_data / "nta" / "changes_2026_06_07.parquet"
    if not source.is_file():
        pytest.skip("no real changes here")
    days: dict[str, list[list[str]]] = defaultdict(list)
    for values in pq.read_table(
        source, filters=[("column00", "in", ["20260601", "20260602"])]
    ).to_pylist():
        columns = [value or "" for value in values.values()]
        days[columns[0]].append(columns[1:])
    paths = []
    for name, rows in sorted(days.items()):
        path = tmp_path / f"diff_{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
        paths.append(path)
    taken = [await load_changes(database, system_clock, path) for path in paths]
    assert [item.rows for item in taken] == [len(days[name]) for name in sorted(days)]
    assert sum(item.refused for item in taken) == 0
    kept = await count(database, Corporation), await count(database, PastCorporation)
    assert kept[0] == len({columns[1] for rows in days.values() for columns in rows})
    for path in reversed(paths):
        path.write_bytes(path.read_bytes() + b"\r\n")  # another hash, the same rows
        await load_changes(database, system_clock, path)
    assert (await count(database, Corporation), await count(database, PastCorporation)) == kept
