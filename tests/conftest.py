"""Fixtures shared by every test: each stored-state test runs on SQLite and on PostgreSQL."""

import importlib
import os
import pkgutil
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

import madoguchi

POSTGRES = os.environ.get("MADOGUCHI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
SHARED_DATA = Path(
    os.environ.get("MADOGUCHI_SHARED_DATA", Path(__file__).parents[1] / "../shared/data")
)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that need it skip where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real data not found at {SHARED_DATA} (set MADOGUCHI_SHARED_DATA)")
    return SHARED_DATA


def import_all_models() -> None:
    """Import every models module so that Base.metadata is complete."""
    for module in pkgutil.walk_packages(madoguchi.__path__, "madoguchi."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)


async def postgres_available() -> bool:
    """Whether the test PostgreSQL answers."""
    try:
        connection = await asyncpg.connect(f"{POSTGRES}/postgres", timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of an empty database of each kind, dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
        return
    if not await postgres_available():
        pytest.skip(f"PostgreSQL does not answer at {POSTGRES}")
    name = f"madoguchi_test_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(f"{POSTGRES}/postgres")
    await admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{POSTGRES.replace('postgresql://', 'postgresql+asyncpg://')}/{name}"
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator["object"]:
    """An open database with every table."""
    from madoguchi.kernel.database import Base, create_database

    import_all_models()
    opened = create_database(database_url)
    async with opened.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield opened
    finally:
        await opened.dispose()
