"""The migrations that ship make exactly the tables the models describe, on both databases."""

from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from madoguchi.kernel import journal
from madoguchi.kernel.database import Base, create_database, migrate
from madoguchi.kernel.database.migration import alembic_config
from tests.conftest import import_all_models


async def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    import_all_models()
    await migrate(database_url)
    database = create_database(database_url)

    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        differences = await connection.run_sync(compare)
    await database.dispose()
    assert differences == [], "make a revision: see docs/howto/change-a-table.md"


async def test_a_journal_of_an_earlier_release_is_kept_and_stays_append_only(
    database_url: str,
) -> None:
    import_all_models()
    database = create_database(database_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(
            lambda bound: command.upgrade(alembic_config(bound), "3c7e51d09ab4")
        )
    async with database.session() as session:
        for n in range(3):
            await journal.append(
                session,
                subject="case:1",
                action="filed",
                actor="u1",
                at=datetime(2026, 4, 1, tzinfo=UTC),
                payload={"n": n},
            )
        await session.commit()
    await database.dispose()
    await migrate(database_url)
    database = create_database(database_url)
    async with database.reading() as session:
        kept = (await session.scalars(select(journal.Entry).order_by(journal.Entry.seq))).all()
    assert [(entry.seq, journal.verify(entry)) for entry in kept] == [(n, True) for n in (1, 2, 3)]
    for statement in ("DELETE FROM journal", "UPDATE journal SET actor = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))
    await database.dispose()
