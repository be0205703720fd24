"""Migrations: the models and a migrated database agree, on both databases."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.engine import Connection

from madoguchi.kernel.database import Base, create_database, migrate, migration


@pytest.fixture
def revisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations of its own, with the real env.py and template."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        shutil.copy(Path(__file__).parents[2] / "migrations" / name, folder / name)
    monkeypatch.setattr(migration, "migrations_folder", lambda: folder)
    return folder / "versions"


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, Base.metadata)


async def test_a_first_revision_makes_what_the_models_say(
    database_url: str, revisions: Path
) -> None:
    await migration.new_revision(database_url, "first")
    (file,) = revisions.glob("*.py")
    source = file.read_text(encoding="utf-8")
    assert "madoguchi" not in source  # a revision must outlive the code it was made from
    assert "create_table" in source
    await migrate(database_url)
    await migrate(database_url)  # the second time, nothing is left to do
    database = create_database(database_url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        catalogue, column = (
            ("sqlite_master WHERE type = 'trigger'", "name")
            if database.is_sqlite
            else ("pg_trigger", "tgname")
        )
        triggers = await connection.scalars(text(f"SELECT {column} FROM {catalogue}"))
        assert "journal_append_only_delete" in triggers.all()
    await database.dispose()


async def test_a_failing_migration_leaves_the_database_as_it_was(
    database_url: str, revisions: Path
) -> None:
    await migration.new_revision(database_url, "first")
    (file,) = revisions.glob("*.py")
    source = file.read_text(encoding="utf-8")
    broken = source.replace(
        "def downgrade", "    raise RuntimeError('half way')\n\n\ndef downgrade"
    )
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(RuntimeError, match="half way"):
        await migrate(database_url)
    database = create_database(database_url)
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda bound: bound.dialect.get_table_names(bound))
    await database.dispose()
    assert "job" not in tables


CHANGE = """
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}
branch_labels = depends_on = None


def upgrade():
    {body}
"""


async def test_changing_a_table_on_sqlite_does_not_cascade(tmp_path: Path, revisions: Path) -> None:
    """SQLite alters by copying; dropping the old parent must not delete its children."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'm.db'}"
    steps = [
        'op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR)")',
        'op.execute("CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL '
        'REFERENCES parent(id) ON DELETE CASCADE)")',
        'op.execute("INSERT INTO parent VALUES (1, NULL)")',
        'op.execute("INSERT INTO child VALUES (1, 1)")',
    ]
    first = CHANGE.format(revision="a", down=None, body="\n    ".join(steps))
    (revisions / "a.py").write_text(first, encoding="utf-8")
    alter = (
        'with op.batch_alter_table("parent") as t:\n        t.alter_column("name", type_=sa.Text())'
    )
    second = CHANGE.format(revision="b", down="a", body=alter)
    (revisions / "b.py").write_text(second, encoding="utf-8")
    await migrate(url)
    database = create_database(url)
    async with database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM child")) == 1
    await database.dispose()


async def test_a_migration_that_breaks_references_is_refused(
    tmp_path: Path, revisions: Path
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'm.db'}"
    steps = [
        'op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")',
        'op.execute("CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER '
        'REFERENCES parent(id))")',
        'op.execute("INSERT INTO child VALUES (1, 99)")',
    ]
    first = CHANGE.format(revision="a", down=None, body="\n    ".join(steps))
    (revisions / "a.py").write_text(first, encoding="utf-8")
    with pytest.raises(RuntimeError, match="broke 1 references"):
        await migrate(url)


def test_the_migrations_are_where_the_program_looks() -> None:
    assert (migration.migrations_folder() / "env.py").is_file()
