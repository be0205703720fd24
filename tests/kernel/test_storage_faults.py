"""What a full disk and a database that is away look like: words and a 5xx, and then it goes on."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from madoguchi.kernel.database import Database, DatabaseAway, create_database
from madoguchi.kernel.durable import StorageFull, write_once
from madoguchi.settings import Settings


async def test_a_full_disk_is_told_and_later_work_is_kept(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("CREATE TABLE filler (content TEXT)"))
        await session.commit()
    async with database.session() as session:
        if database.is_sqlite:
            pages = await session.scalar(text("PRAGMA page_count"))
            await session.execute(text(f"PRAGMA max_page_count={pages}"))
            too_much = "INSERT INTO filler VALUES (printf('%.100000c', 'x'))"
        else:
            too_much = "DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"
        with pytest.raises(StorageFull) as caught:
            await session.execute(text(too_much))
    assert caught.value.status == 507
    async with database.session() as session:
        if database.is_sqlite:
            await session.execute(text("PRAGMA max_page_count=1073741823"))
        await session.execute(text("INSERT INTO filler VALUES ('y')"))
        await session.commit()
    async with database.reading() as session:
        assert list(await session.scalars(text("SELECT content FROM filler"))) == ["y"]


async def test_a_connection_cut_off_is_told_and_the_next_one_works(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no connection to lose")
    async with database.session() as session:
        with pytest.raises(DatabaseAway) as caught:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert caught.value.status == 503
    async with database.session() as session:
        assert await session.scalar(text("SELECT 1")) == 1


@pytest.mark.parametrize("state", ["57P01", "57P02", "57P03", "08006"])
async def test_a_database_going_down_or_coming_up_is_away(database: Database, state: str) -> None:
    if database.is_sqlite:
        pytest.skip("states of PostgreSQL")
    async with database.session() as session:
        with pytest.raises(DatabaseAway):
            await session.execute(
                text(f"DO $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '{state}'; END $$")
            )


async def test_where_nobody_listens_the_database_is_away() -> None:
    with socket.socket() as taken:  # bound, but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        database = create_database(f"postgresql+asyncpg://nobody@127.0.0.1:{port}/none")
        for _ in range(2):
            async with database.session() as session:
                with pytest.raises(DatabaseAway):
                    await session.execute(text("SELECT 1"))
        await database.dispose()


def test_what_is_written_once_is_whole_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_once(path, b"first")
    write_once(path, b"second")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [left.name for left in tmp_path.iterdir()] == ["key"]


def test_a_crash_never_leaves_an_empty_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Crash(BaseException):
        pass

    def crash(*args: object) -> None:
        raise Crash

    settings = Settings(home=tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", crash)
        with pytest.raises(Crash):
            _ = settings.secret_key
    assert not (tmp_path / "secret-key").exists()
    assert len(settings.secret_key) > 40
    assert Settings(home=tmp_path).secret_key == settings.secret_key
