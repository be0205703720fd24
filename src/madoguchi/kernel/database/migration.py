"""Bringing the tables of a database up to date (Alembic, configured in code)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import event, inspect, text
from sqlalchemy.engine import Connection

from madoguchi.kernel.database.append_only import guard
from madoguchi.kernel.database.columns import Base
from madoguchi.kernel.database.engine import create_database

MIGRATION_LOCK = 0x6D61646F  # any fixed number: nodes starting together migrate one by one


def migrations_folder() -> Path:
    """The folder of Alembic's env.py: inside the installed package, else beside src/."""
    packaged = Path(__file__).parents[2] / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[4] / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """The configuration Alembic needs, without an alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def migrate(url: str) -> None:
    """Upgrade the database at `url` to the newest revision, in one transaction."""
    database = create_database(url)
    if database.is_sqlite:
        _forget_foreign_keys(database.engine.sync_engine)
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await database.dispose()


async def new_revision(url: str, message: str) -> None:
    """Write a revision file holding what differs between the models and the database."""
    database = create_database(url)
    try:
        async with database.engine.connect() as connection:
            await connection.run_sync(
                lambda bound: command.revision(
                    alembic_config(bound), message=message, autogenerate=True
                )
            )
    finally:
        await database.dispose()


def _forget_foreign_keys(engine: object) -> None:
    """SQLite changes a table by copying it; with foreign keys on, dropping the old one cascades."""

    @event.listens_for(engine, "connect")
    def _off(connection: object, entry: object) -> None:
        connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[attr-defined]


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    command.upgrade(alembic_config(connection), "head")
    existing = set(inspect(connection).get_table_names())
    guard(connection, [table for table in Base.metadata.tables.values() if table.name in existing])
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise RuntimeError(f"the migration broke {len(broken)} references: {broken[:5]}")
