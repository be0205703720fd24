"""A backup taken while the installation writes, brought back elsewhere, and looked over."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import func, select

from madoguchi.documents.models import Document
from madoguchi.documents.service import Owner, store_letter
from madoguchi.installation.backup import BackupError, backup, restore
from madoguchi.installation.doctor import examine
from madoguchi.kernel import journal
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.database import Database, create_database, migrate
from madoguchi.kernel.transparency import LogError, open_log, sequence
from madoguchi.settings import Settings
from tests.conftest import ASYNC_POSTGRES, POSTGRES

AT = datetime(2026, 4, 1, 3, 4, 5, tzinfo=UTC)


async def file_one(database: Database, blobs: BlobStore, number: int) -> None:
    """One letter and the entry about it, as a decision leaves them."""
    async with database.session() as session:
        stored = await store_letter(
            session,
            blobs,
            pdf=b"%PDF " + str(number).encode(),
            name="通知書.pdf",
            at=AT,
            owner=Owner(person="p1"),
        )
        await journal.append(
            session,
            subject=f"case:{number}",
            action="filed",
            actor="p1",
            at=AT,
            payload={"sha256": stored.sha256},
        )
        await session.commit()


@pytest.fixture
async def elsewhere(database_url: str, tmp_path: Path) -> AsyncIterator[Callable[[], Settings]]:
    """Settings of an empty installation of the same kind."""
    name = f"{database_url.rsplit('/', 1)[1]}_again"
    postgres = database_url.startswith("postgresql")
    if postgres:
        admin = await asyncpg.connect(f"{POSTGRES}/postgres")
        await admin.execute(f'CREATE DATABASE "{name}"')
    home = tmp_path / "elsewhere"
    url = f"{ASYNC_POSTGRES}/{name}" if postgres else f"sqlite+aiosqlite:///{home / 'm.db'}"
    yield lambda: Settings(home=home, database_url=url)
    if postgres:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


async def test_what_is_backed_up_while_running_is_whole_elsewhere(
    database_url: str, tmp_path: Path, elsewhere: Callable[[], Settings]
) -> None:
    settings = Settings(home=tmp_path / "home", database_url=database_url)
    settings.home.mkdir()
    (settings.home / "secret-key").write_text("secret")
    await migrate(database_url)
    database, blobs = create_database(database_url), BlobStore(settings.blob_folder)
    log = open_log(settings.log_folder, "madoguchi.example/log")
    for number in range(20):
        await file_one(database, blobs, number)
    await sequence(database, log)

    async def going_on() -> None:
        for number in range(20, 60):
            await file_one(database, blobs, number)
            await sequence(database, log)

    folder = tmp_path / "backup"
    made, _ = await asyncio.gather(asyncio.to_thread(backup, settings, folder, AT), going_on())
    assert made.log_size >= 20
    again = await asyncio.to_thread(backup, settings, folder, AT)  # renewed: only what is new
    assert again.blobs == 60
    assert (await examine(database, blobs, log, AT, deep=True)).faults == []
    await database.dispose()

    other = elsewhere()
    assert await asyncio.to_thread(restore, other, folder) == again
    restored, there = create_database(other.url), BlobStore(other.blob_folder)
    same = open_log(other.log_folder, "another name")
    assert (same.origin, str(same.key)) == (log.origin, str(log.key))
    await sequence(restored, same)
    found = await examine(restored, there, same, AT, deep=True)
    assert found.faults == []
    async with restored.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Document)) == 60
    assert same.checkpoint() == log.checkpoint()
    await restored.dispose()
    with pytest.raises(BackupError, match=r"empty"):
        await asyncio.to_thread(restore, other, folder)


async def test_the_doctor_names_every_gap(database: Database, tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path / "blobs")
    log = open_log(tmp_path / "log", "madoguchi.example/log")
    for number in range(4):
        await file_one(database, blobs, number)
    late = AT + timedelta(hours=1)
    (standing,) = (await examine(database, blobs, log, late)).faults
    assert standing.startswith("the log stands still")
    await sequence(database, log)
    async with database.reading() as session:
        names = sorted(await session.scalars(select(Document.sha256)))
    blobs.path(names[0]).unlink()
    blobs.path(names[1]).chmod(0o600)
    blobs.path(names[1]).write_bytes(b"other")
    await blobs.put(b"nobody names this", 100)
    found = await examine(database, blobs, log, late, deep=True)
    assert found.faults == [
        f"document: file {names[0]} is missing",
        f"document: file {names[1]} is damaged",
    ]
    assert "4 files named, 1 kept that no row names" in found.notes


@pytest.mark.parametrize("damage", ["manifest", "database", "kind", "blob", "unfinished"])
async def test_a_backup_that_is_not_whole_is_refused(damage: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    await migrate(settings.url)
    database, blobs = create_database(settings.url), BlobStore(settings.blob_folder)
    await file_one(database, blobs, 1)
    await database.dispose()
    folder = tmp_path / "backup"
    backup(settings, folder, AT)
    manifest = folder / "manifest.json"
    if damage == "manifest":
        manifest.write_text("{}")
    elif damage == "unfinished":
        manifest.unlink()
    elif damage == "kind":
        held = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({**held, "kind": "postgresql"}))
    elif damage == "database":
        content = bytearray((folder / "database").read_bytes())
        content[5000] ^= 1
        (folder / "database").write_bytes(content)
    else:
        (path,) = (p for p in (folder / "blobs").rglob("*") if p.is_file())
        path.chmod(0o600)
        path.write_bytes(b"other")
    with pytest.raises(BackupError):
        restore(Settings(home=tmp_path / "new"), folder)


async def test_an_old_database_beside_a_newer_log_signs_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.home.mkdir()
    await migrate(settings.url)
    database, blobs = create_database(settings.url), BlobStore(settings.blob_folder)
    log = open_log(settings.log_folder, "madoguchi.example/log")
    await file_one(database, blobs, 1)
    await sequence(database, log)
    backup(settings, tmp_path / "backup", AT)
    await file_one(database, blobs, 2)
    await sequence(database, log)
    await database.dispose()
    old = Settings(home=tmp_path / "new")
    restore(old, tmp_path / "backup")
    restored = create_database(old.url)
    await file_one(restored, BlobStore(old.blob_folder), 3)
    before = log.note()
    with pytest.raises(LogError, match="ahead"):
        await sequence(restored, log)
    assert log.note() == before
    await sequence(restored, open_log(old.log_folder, "x"))  # beside its own log it goes on
    await restored.dispose()
