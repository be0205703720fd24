"""A look past SQLAlchemy's execution: the same values, the same words for what goes wrong."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from madoguchi.kernel.database import Database, DatabaseAway, UnstorableText, among
from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.models import RegistryChange
from tests.registry.corporations.records import number
from tests.registry.programs.site import add_corporations

NOW = datetime(2026, 11, 1, 3, 4, 5, tzinfo=UTC)
NAMES = select(Corporation.name).where(among(Corporation.number, "numbers"))
CHANGES = select(RegistryChange.place, RegistryChange.numbers, RegistryChange.at)
NAMED = select(func.count()).where(Corporation.name == bindparam("name"), Corporation.kind != "999")
SLOW = select(func.pg_sleep(30))
END_SLOW = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE '%pg_sleep%' "
    "AND state = 'active' AND pid <> pg_backend_pid()"
)


async def ended_slow(database: Database) -> bool:
    """In a transaction of its own each time: within one, PostgreSQL shows what ran at its first look."""
    async with database.session() as session:
        return bool((await session.execute(END_SLOW)).all())


async def test_values_come_as_from_a_session(database: Database) -> None:
    await add_corporations(database)
    async with database.session() as session:
        session.add(RegistryChange(place=99, numbers=[number(1), number(2)], at=NOW))
        await session.commit()
    whole = select(*Corporation.__table__.c)
    async with database.looking() as session:
        for statement in (CHANGES, whole, select(*Activity.__table__.c)):
            told = [tuple(row) for row in await session.execute(statement)]
            assert [tuple(row) for row in await database.look(statement, {})] == told
    assert (await database.look(CHANGES, {}))[-1][1:] == ([number(1), number(2)], NOW)
    assert {type(day) for *_, day in await database.look(select(Corporation.updated_on), {})} == {
        date
    }


@pytest.mark.parametrize("many", [0, 1, 2, 3_000])
async def test_however_many_values_are_one_parameter(database: Database, many: int) -> None:
    await add_corporations(database)
    numbers = [number(place) for place in range(1, many + 1)]
    there = await database.look(select(Corporation.number), {})
    found = await database.look(NAMES, {"numbers": numbers})
    assert len(found) == len({row[0] for row in there} & set(numbers))


async def test_what_is_fixed_in_a_statement_is_given_along(database: Database) -> None:
    await add_corporations(database)
    (name,), *_ = await database.look(NAMES, {"numbers": [number(1)]})
    assert (await database.look(NAMED, {"name": name}))[0][0] >= 1
    assert (await database.look(NAMED, {"name": name + "'; --"}))[0][0] == 0


@pytest.mark.parametrize("text", ["\0", "a\udc80"])
async def test_what_no_database_keeps_is_said_in_words(database: Database, text: str) -> None:
    with pytest.raises(UnstorableText):
        await database.look(NAMED, {"name": text})
    assert await database.look(NAMED, {"name": "a"})


async def test_a_lost_connection_is_said_in_words_and_replaced(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no connections to lose")
    looking = asyncio.create_task(database.look(SLOW, {}))
    while not await ended_slow(database):
        assert not looking.done()
        await asyncio.sleep(0.02)
    with pytest.raises(DatabaseAway):
        await looking
    assert await database.look(NAMED, {"name": "a"})


async def test_who_goes_away_leaves_no_statement_to_the_next(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a statement of SQLite runs in a thread of its own")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(database.look(SLOW, {}), 0.1)
    found: list[Any] = await asyncio.gather(*(database.look(NAMED, {"name": "a"}) for _ in "ab"))
    assert [rows[0][0] for rows in found] == [0, 0]


async def test_a_fault_of_ours_stays_one(database: Database) -> None:
    """Two connections: the fault must not cost one its place in the pool."""
    broken = select(Corporation.number).where(text("no_such_column = 1"))
    for _ in range(20):
        with pytest.raises(Exception, match="no_such_column") as fault:
            await database.look(broken, {})
        assert not isinstance(fault.value, DatabaseAway)
        assert isinstance(fault.value, DBAPIError) == database.is_sqlite
    assert await database.look(NAMED, {"name": "a"})
