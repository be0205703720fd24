"""The index follows the registry: deltas say what a rebuild says, nothing that is asked ever fails."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update

from madoguchi.kernel.database import Database
from madoguchi.registry import changes
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.changes import note_changes
from madoguchi.registry.corporations.loading import take_in
from madoguchi.registry.corporations.record import read_row
from madoguchi.registry.search import writing
from madoguchi.registry.search.asked import Asked, Found
from madoguchi.registry.search.generations import (
    Busy,
    begin,
    current,
    read_state,
    unfinished,
)
from madoguchi.registry.search.generations import writing as held
from madoguchi.registry.search.keeping_up import look, standing
from madoguchi.registry.search.service import search
from madoguchi.registry.search.serving import served
from madoguchi.registry.search.writing import build, catch_up
from tests.registry.activities.made import activity
from tests.registry.corporations.records import incoming, number, withdrawn
from tests.registry.search.indexed import AT, indexed, known

QUESTIONS = (
    Asked(facets=True, limit=1_000),
    Asked(text="窓口", facets=True, limit=1_000),
    Asked(text="新社", limit=1_000),
    Asked(text="マドグチ", limit=1_000),
    Asked(activities=("subsidy",), limit=1_000),
    Asked(status="closed", limit=1_000),
)


async def answers(database: Database) -> list[Found]:
    async with database.reading() as session:
        return [await search(session, asked) for asked in QUESTIONS]


async def test_a_day_taken_in_is_what_a_rebuild_gives(database: Database, tmp_path: Path) -> None:
    folder = await indexed(database, tmp_path, *({} for _ in range(40)))
    before = await answers(database)
    async with database.session() as session:
        day = {"updated": "2026-06-02", "process": "11"}
        rows = [
            incoming(serial, sequence=serial, **day, name="株式会社新社名") for serial in (3, 4)
        ]
        rows += [incoming(5, sequence=5, updated="2026-06-02", closed="2026-06-01", cause="01")]
        rows += [incoming(6, sequence=6, updated="2026-06-02", hidden="1")]
        rows += [read_row(withdrawn(7, date(2026, 6, 2), 7)), incoming(41, updated="2026-06-02")]
        await take_in(session, rows)
        session.add(activity(9))
        session.add(activity(10, withdrawn_at=AT))
        await note_changes(session, [*map(number, (3, 4, 5, 6, 7, 9, 10, 41))], AT)
        await session.commit()
    await look(database, folder)
    taken_in = await answers(database)
    assert taken_in != before
    assert [found.total for found in taken_in] == [39, 39, 2, 39, 1, 1]
    assert taken_in[1].facets == {
        "kind": {"301": 39},
        "prefecture": {"13": 39},
        "city": {"13101": 39},
        "status": {"open": 38, "closed": 1},
        "activity": {"subsidy": 1},
    }
    await build(database, folder)
    assert await answers(database) == taken_in
    async with database.session() as session:
        await session.execute(update(Activity).values(withdrawn_at=AT))
        await note_changes(session, [number(9)], AT)
        await session.commit()
    assert await catch_up(database, folder) == 1
    assert (await answers(database))[4].total == 0
    assert await catch_up(database, folder) == 0


async def test_a_stopped_builder_goes_on_and_nobody_is_in_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("madoguchi.registry.search.entries.AT_ONCE", 7)
    monkeypatch.setattr(writing, "COMMIT_EVERY", 10)
    folder = await indexed(database, tmp_path, *({} for _ in range(40)))
    whole = await answers(database)
    served_before = current(folder)

    def stop(done: int) -> None:
        if done > 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await build(database, folder, tell=stop)
    assert current(folder) == served_before
    assert unfinished(folder) is not None
    assert await answers(database) == whole
    seen: list[int] = []
    assert await build(database, folder, tell=seen.append) == 40
    assert max(seen) < 40
    assert unfinished(folder) is None
    assert current(folder) != served_before
    assert not (served_before or folder).exists()
    assert await answers(database) == whole


async def test_one_writes_at_a_time(database: Database, tmp_path: Path) -> None:
    folder = await indexed(database, tmp_path, {})
    async with database.session() as session:
        await note_changes(session, [number(1)], AT)
        await session.commit()
    with held(folder):
        with pytest.raises(Busy):
            await catch_up(database, folder)
        await look(database, folder)
    index = served(database)
    assert index is not None
    assert (await standing(database, index)).waiting == 1
    await look(database, folder)
    now = await standing(database, index)
    assert (now.entries, now.corporations, now.waiting) == (1, 1, 0)


@pytest.mark.parametrize("damage", ["meta.json", "state.json", "*.term", "*.idx", "current"])
async def test_a_damaged_index_is_no_fault_of_the_one_who_asks(
    database: Database, tmp_path: Path, damage: str
) -> None:
    folder = await indexed(database, tmp_path, {}, {})
    generation = current(folder)
    assert generation is not None
    place = folder if damage == "current" else generation
    for file in place.glob(damage):
        file.write_bytes(b"\xff" * 3)
    async with database.reading() as session:
        found = await search(session, Asked(text="株式会社窓口1"))
    assert found.limited
    assert [hit.number for hit in found.hits] == [number(1)]
    index = served(database)
    assert index is not None
    if damage != "state.json":
        assert (await standing(database, index)).entries is None
    await build(database, folder)
    assert not (await answers(database))[1].limited


async def test_the_log_is_in_order_and_an_index_older_than_it_is_built_anew(
    database: Database, tmp_path: Path
) -> None:
    folder = await indexed(database, tmp_path, {})
    async with database.session() as session:
        for serial in (2, 3, 4):
            await known(session, {"serial": serial, "sequence": 1})
        await note_changes(session, [], AT)
        await session.commit()
    async with database.session() as session:
        assert await changes.newest(session) == 4
        assert await changes.forget(session, AT) == 0
        assert await changes.forget(session, AT + changes.KEPT * 2) == 3
        await session.commit()
    assert await catch_up(database, folder) is None
    await look(database, folder)  # small enough to be built anew at once
    generation = current(folder)
    state = read_state(generation) if generation else None
    assert state is not None
    assert (state.place, state.whole) == (4, True)
    assert (await answers(database))[1].total == 4


async def test_a_state_of_another_format_is_none(tmp_path: Path) -> None:
    made = begin(tmp_path, 7)
    assert read_state(made) is not None
    (made / "state.json").write_text('{"place": 7, "whole": true, "format": 0}')
    assert read_state(made) is None
