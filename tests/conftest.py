"""Fixtures shared by every test: each stored-state test runs on SQLite and on PostgreSQL."""

import asyncio
import gc
import importlib
import os
import pkgutil
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import hypothesis
import psycopg
import pytest

import madoguchi
from madoguchi.kernel.database import Base, Database, create_database

POSTGRES = os.environ.get("MADOGUCHI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
ASYNC_POSTGRES = POSTGRES.replace("postgresql://", "postgresql+asyncpg://")
SHARED_DATA = Path(
    os.environ.get("MADOGUCHI_SHARED_DATA", Path(__file__).parents[1] / "../shared/data")
)
TURNS = ("journeys-walk", "forms", "journeys-acts")  # groups of xdist


# A busy machine must not turn a slow example into a failure, and a red run must be the change's
# doing: the same examples every time. `--hypothesis-profile=long` is what looks for new ones.
hypothesis.settings.register_profile("madoguchi", deadline=None, derandomize=True)
hypothesis.settings.register_profile(
    "long", deadline=None, max_examples=100_000, suppress_health_check=list(hypothesis.HealthCheck)
)
hypothesis.settings.load_profile("madoguchi")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys are two groups, so that two workers may each have a browser and a server.

    Walking through every page takes about as long as all the rest. It begins, and makes the demo;
    the forms of the shared data come between, so that the second worker need not wait for it.
    """
    for item in items:
        if "journeys" in item.path.parts:
            walk = item.path.stem in ("test_every_page", "test_access", "test_packages")
            item.add_marker(pytest.mark.xdist_group("journeys-walk" if walk else "journeys-acts"))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """Groups first, the one that takes longest before the others; then tests one by one."""
    mark = item.get_closest_marker("xdist_group")
    name = mark.args[0] if mark else ""
    return TURNS.index(name) if name in TURNS else len(TURNS)


def pytest_collection_finish() -> None:
    """What is imported by now stays: to look through it for garbage again and again takes time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """The same of what a file of tests left for others: packages compiled once, whole sets of forms."""
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """The name of a file made for a test: its content differs from worker to worker."""
    return argname if isinstance(val, bytes) and len(val) > 40 else None


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
        connection = await asyncpg.connect(f"{POSTGRES}/postgres", timeout=30)
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
        yield f"{ASYNC_POSTGRES}/{name}"
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One empty database with all tables of each kind, made once: making them is slow."""
    made: dict[str, str] = {}

    async def create(url: str) -> None:
        import_all_models()
        opened = create_database(url)
        async with opened.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await opened.dispose()

    async def admin(statement: str) -> None:
        connection = await asyncpg.connect(f"{POSTGRES}/postgres")
        await connection.execute(statement)
        await connection.close()

    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(create(f"sqlite+aiosqlite:///{path}"))
    made["sqlite"] = str(path)
    if asyncio.run(postgres_available()):
        made["postgresql"] = f"madoguchi_template_{uuid4().hex[:12]}"
        asyncio.run(admin(f'CREATE DATABASE "{made["postgresql"]}"'))
        asyncio.run(create(f"{ASYNC_POSTGRES}/{made['postgresql']}"))
    yield made
    if "postgresql" in made:
        asyncio.run(admin(f'DROP DATABASE IF EXISTS "{made["postgresql"]}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def sweeper(templates: dict[str, str]) -> Iterator[psycopg.Connection | None]:
    """The connection that empties PostgreSQL's template between tests; None without PostgreSQL."""
    if "postgresql" not in templates:
        yield None
        return
    with psycopg.connect(f"{POSTGRES}/{templates['postgresql']}", autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(
    request: pytest.FixtureRequest,
    templates: dict[str, str],
    sweeper: psycopg.Connection | None,
    tmp_path: Path,
) -> AsyncIterator[Database]:
    """An open database with every table and nothing in them."""
    if request.param == "postgresql" and sweeper is None:
        pytest.skip(f"PostgreSQL does not answer at {POSTGRES}")
    if request.param == "sqlite":
        shutil.copy(templates["sqlite"], tmp_path / "test.db")
        opened = create_database(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
        try:
            yield opened
        finally:
            await opened.dispose()
        return
    opened = create_database(f"{ASYNC_POSTGRES}/{templates['postgresql']}")
    try:
        yield opened
    finally:
        await opened.dispose()
        empty(sweeper)


def empty(connection: psycopg.Connection) -> None:
    """Delete every row of a PostgreSQL database: far quicker than making another one.

    Only tables that hold something are touched, over a connection that stays. As a replica its
    triggers rest, those that keep tables append-only and foreign keys too.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    # A test may have put triggers to sleep to see what happens without them.
    asleep = connection.execute(
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
        " WHERE tgenabled = 'D' AND NOT tgisinternal"
    ).fetchall()
    filled = connection.execute(
        " UNION ALL ".join(
            f"(SELECT '{table.name}' FROM \"{table.name}\" LIMIT 1)"
            for table in Base.metadata.sorted_tables
        )
    ).fetchall()
    statements = [f"ALTER TABLE {name} ENABLE TRIGGER USER" for (name,) in asleep]
    statements += [f'DELETE FROM "{name}"' for (name,) in filled]
    if statements:
        connection.execute("; ".join(statements))
