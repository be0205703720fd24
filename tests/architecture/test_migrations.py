"""The migrations that ship make exactly the tables the models describe, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from madoguchi.kernel.database import Base, create_database, migrate
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
