"""Answers are kept, and are never older than the request: whoever changes what is known, and however."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.database import Database, create_database
from madoguchi.registry.activities.cleansing import cleansed
from madoguchi.registry.activities.keeping import keep, withdraw_others
from madoguchi.registry.activities.published import Published
from madoguchi.registry.changes import newest, note_changes
from madoguchi.registry.corporations.loading import changed_by, take_in
from madoguchi.registry.models import RegistryChange
from madoguchi.registry.prepared import Answer, Store, store_of
from tests.registry.corporations.records import incoming, number
from tests.registry.programs.site import (
    add_corporations,
    add_key,
    client,
    gbizinfo,
    make_app,
)
from tests.web.app import NOW

ONE, TWO = number(1), number(2)
OURS, THEIRS = f"/api/v1/corporations/{ONE}", f"/hojin/v2/hojin/{ONE}"
SOURCE = "csv:Hojokinjoho_UTF-8.csv"


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Database]:
    """The database as another process has opened it."""
    opened = create_database(database.url.render_as_string(hide_password=False))
    yield opened
    await opened.dispose()


def published(**more: Any) -> Published:
    values = {
        "kind": "subsidy", "number": ONE, "key": "k", "title": "省エネ", "day": "2026-01-05",
        "amount": "5", "department": "環境省", "target": "", "updated": "",
        "data": {"title": "省エネ"}, "details": {},
    }  # fmt: skip
    return Published(**(values | more))


async def renamed(session: AsyncSession) -> None:
    merged = await take_in(session, [incoming(1, name="改名", process="11", updated="2026-06-09")])
    await note_changes(session, changed_by(merged), NOW)


async def told(session: AsyncSession) -> None:
    await keep(session, SOURCE, [cleansed(published(), date(2026, 6, 1))], NOW)


async def detailed(session: AsyncSession) -> None:
    row = published(kind="", details={"capital_stock": 30_000_000})
    await keep(session, SOURCE, [cleansed(row, date(2026, 6, 1))], NOW)


async def withdrawn(session: AsyncSession) -> None:
    await withdraw_others(session, SOURCE, NOW + timedelta(days=1))


Change = Callable[[AsyncSession], Awaitable[None]]


async def test_what_another_process_changes_is_in_the_next_answer(
    database: Database, other: Database
) -> None:
    await add_corporations(database)
    await add_key(database)
    app = make_app(database)
    async with client(app) as asking, gbizinfo(app) as theirs:
        seen = {(await asking.get(OURS)).headers["etag"]}
        records = [(await theirs.get(THEIRS)).json()["hojin-infos"]]
        for place, change in enumerate((renamed, told, detailed, withdrawn), 2):
            async with other.session() as session:
                await change(session)
                await session.commit()
            answer = await asking.get(OURS)
            again = await asking.get(OURS, headers={"If-None-Match": answer.headers["etag"]})
            seen.add(answer.headers["etag"])
            record = (await theirs.get(THEIRS)).json()["hojin-infos"]
            assert (len(seen), again.status_code) == (place, 304), change.__name__
            assert record != records[-1], change.__name__
            records.append(record)
        assert answer.json()["name"] == "改名"
        assert answer.json()["activities"] == []


async def test_only_what_changed_is_read_again(
    database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_corporations(database)
    app = make_app(database)
    asked: list[str] = []
    look = database.look

    async def noting(statement: Any, given: Any) -> Any:
        asked.append(str(statement))
        return await look(statement, given)

    monkeypatch.setattr(database, "look", noting)

    def reads() -> int:
        many = sum("FROM corporation" in statement for statement in asked)
        asked.clear()
        return many

    async with client(app) as asking:
        for _ in range(3):
            assert (await asking.get(OURS)).status_code == 200
            assert (await asking.get(f"/api/v1/corporations/{TWO}")).status_code == 200
        assert reads() == 2
        async with other.session() as session:
            await renamed(session)
            await session.commit()
        assert (await asking.get(f"/api/v1/corporations/{TWO}")).status_code == 200
        assert reads() == 0
        assert (await asking.get(OURS)).json()["name"] == "改名"
        assert reads() == 1


async def test_what_was_read_after_a_change_nobody_noticed_is_dropped_by_the_next(
    database: Database, other: Database
) -> None:
    """Who asks for what is not kept does not look at the log: it is caught up with later."""
    await add_corporations(database)
    async with client(make_app(database)) as asking:
        assert (await asking.get(f"/api/v1/corporations/{TWO}")).status_code == 200
        async with other.session() as session:
            await told(session)
            await session.commit()
        one = (await asking.get(OURS)).headers["etag"]
        async with other.session() as session:
            await renamed(session)
            await session.commit()
        assert (await asking.get(OURS)).headers["etag"] != one


async def test_changes_forgotten_or_many_or_undone_drop_everything(
    database: Database, other: Database
) -> None:
    await add_corporations(database)
    app = make_app(database)
    store = store_of(database)

    async def note(times: int) -> None:
        for _ in range(times):
            async with other.session() as session:
                await note_changes(session, [number(9)], NOW)
                await session.commit()

    async with client(app) as asking:
        await note(3)
        await asking.get(OURS)
        await asking.get(f"/api/v1/corporations/{TWO}")
        assert store.bytes > 0
        for work in ("many", "forgotten", "undone"):
            if work == "many":
                await note(25)
            else:
                await note(2)
                async with other.session() as session:
                    places = RegistryChange.place
                    gone = places < await newest(session) if work == "forgotten" else places > 2
                    await session.execute(delete(RegistryChange).where(gone))
                    await session.commit()
            await asking.get(f"/api/v1/corporations/{TWO}")
            before = store.bytes
            await asking.get(OURS)
            assert store.bytes > before > 0, work


async def test_unknown_numbers_are_not_remembered(database: Database) -> None:
    app = make_app(database)
    async with client(app) as asking:
        assert (await asking.get(OURS)).status_code == 404
        await add_corporations(database)
        assert (await asking.get(OURS)).status_code == 200


def test_the_store_is_bounded_and_keeps_what_is_asked_for() -> None:
    def make(known: Any) -> Answer:
        raise AssertionError

    store = Store(5_000)
    for place in range(50):
        store.put(make, str(place), Answer(b"x" * 600))
        assert store.get(make, "0") is not None
        assert store.bytes <= 5_000
    assert store.get(make, "1") is None
    assert store.get(make, "49") is not None
