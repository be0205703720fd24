"""Receiving and opening documents; on both databases."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from madoguchi.documents import intake, jobs, service
from madoguchi.documents.crew import Crew, CrewError
from madoguchi.documents.models import Document
from madoguchi.documents.service import Accept, DocumentError, Owner, StoredFile
from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.database import Database
from madoguchi.kernel.jobs import Worker
from madoguchi.settings import Settings
from tests.documents import files

AT = datetime(2026, 4, 1, 3, tzinfo=UTC)
HANAKO = Owner("HANAKO", "AOBA")


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


async def receive(
    database: Database, blobs: BlobStore, content: bytes, name: str = "計画.pdf", scan: bool = False
) -> StoredFile:
    async with database.session() as session:
        stored = await service.receive(
            session,
            blobs,
            name=name,
            stream=content,
            spec=Accept(("pdf", "png"), 1),
            at=AT,
            owner=HANAKO,
            scan=scan,
        )
        await session.commit()
        return stored


async def test_a_good_file_is_kept_as_its_content_says(
    database: Database, blobs: BlobStore
) -> None:
    stored = await receive(database, blobs, files.pdf(), r"C:\計画\計画.pdf")
    assert (stored.name, stored.type, stored.scan_state) == (
        "計画.pdf",
        "application/pdf",
        "unscanned",
    )
    assert stored.as_json()["sha256"] == stored.sha256
    async with database.session() as session:
        found, path = await service.open_document(session, blobs, stored.id, person="HANAKO")
        assert found == stored
        assert path.stat().st_size == stored.size


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"", "file_empty", 422),
        (bytes(1_048_577), "file_too_large", 413),
        (files.program(), "executable", 422),
        (files.encrypted_pdf("secret"), "encrypted", 422),
    ],
    ids=["empty", "too large", "program", "encrypted"],  # the same name in every worker
)
async def test_a_bad_file_leaves_nothing_behind(
    database: Database, blobs: BlobStore, content: bytes, code: str, status: int
) -> None:
    with pytest.raises(DocumentError) as caught:
        await receive(database, blobs, content)
    assert (caught.value.code, caught.value.status) == (code, status)
    assert "計画.pdf" in caught.value.message["ja"]
    assert [path for path in blobs.folder.rglob("*") if path.is_file()] == []
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Document)) == 0


async def test_too_much_is_refused_while_it_flows(database: Database, blobs: BlobStore) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield bytes(100_000)

    async with database.session() as session:
        with pytest.raises(DocumentError):
            await service.receive(
                session,
                blobs,
                name="a.pdf",
                stream=endless(),
                spec=Accept(("pdf",), 1),
                at=AT,
                owner=HANAKO,
            )
    assert sent == 11


async def test_only_the_owner_opens_it(database: Database, blobs: BlobStore) -> None:
    stored = await receive(database, blobs, files.pdf())
    async with database.session() as session:
        assert await service.open_document(
            session, blobs, stored.id, person="TARO", organisations=["AOBA"]
        )
        for person, organisations in [("TARO", []), (None, []), ("TARO", ["OTHER"])]:
            with pytest.raises(DocumentError) as caught:
                await service.open_document(
                    session, blobs, stored.id, person=person, organisations=organisations
                )
            assert caught.value.status == 404
        with pytest.raises(DocumentError):
            await service.content_path(session, blobs, "0" * 64)


async def test_a_document_of_nobody_is_opened_by_nobody(
    database: Database, blobs: BlobStore
) -> None:
    async with database.session() as session:
        stored = await service.store_letter(
            session, blobs, pdf=files.pdf(), name="許可書.pdf", at=AT, owner=Owner()
        )
        await session.commit()
        with pytest.raises(DocumentError):
            await service.open_document(session, blobs, stored.id, person=None, organisations=[])
        assert (await service.content_path(session, blobs, stored.sha256)).is_file()


async def clamd(answer: bytes) -> tuple[asyncio.Server, str, bytearray]:
    """A scanner that reads an INSTREAM and gives one answer."""
    received = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            received.extend(await reader.readexactly(size))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    return server, f"tcp://127.0.0.1:{port}", received


@pytest.mark.parametrize(
    ("answer", "state", "code"),
    [
        (b"stream: OK\0", "clean", None),
        (b"stream: Eicar-Test-Signature FOUND\0", "infected", "infected"),
        (b"INSTREAM size limit exceeded. ERROR\0", "quarantine", "quarantined"),
        (b"", "quarantine", "quarantined"),
    ],
)
async def test_quarantine_until_scanned(
    database: Database, blobs: BlobStore, answer: bytes, state: str, code: str | None
) -> None:
    stored = await receive(database, blobs, files.pdf(), scan=True)
    assert stored.scan_state == "quarantine"
    async with database.session() as session:
        with pytest.raises(DocumentError) as caught:
            await service.open_document(session, blobs, stored.id, person="HANAKO")
        assert caught.value.code == "quarantined"
    server, url, received = await clamd(answer)
    async with server:
        worker = Worker(database, jobs.handlers(Settings(scanner_url=url)), lambda: AT, blobs)
        assert await worker.run_once()
    assert bytes(received) == await blobs.read(stored.sha256)
    async with database.session() as session:
        assert await service.scan_states(session, [stored.sha256]) == {stored.sha256: state}
        if code is None:
            await service.open_document(session, blobs, stored.id, person="HANAKO")
        else:
            with pytest.raises(DocumentError) as caught:
                await service.open_document(session, blobs, stored.id, person="HANAKO")
            assert caught.value.code == code


async def test_a_child_that_died_meanwhile_is_replaced(
    database: Database, blobs: BlobStore
) -> None:
    await receive(database, blobs, files.pdf())
    child = intake._crew._idle[-1][0]
    child.kill()
    child.wait()
    assert await receive(database, blobs, files.pdf(2))


@pytest.mark.parametrize("order", [{"sleep": 60}, {"die": True}, {"raise": True}])
async def test_a_task_that_hangs_or_kills_its_child_fails_alone(order: dict[str, object]) -> None:
    crew = Crew("tests.documents.clumsy_child", size=1, seconds=3)
    with pytest.raises(CrewError):
        await crew.do(order)
    assert await crew.do({}, b"next") == ({"length": 4}, b"next")
    crew.close()


@pytest.mark.parametrize(
    ("name", "media_type", "inline", "disposition"),
    [
        ("a.pdf", "application/pdf", True, "inline"),
        ("a.pdf", "application/pdf", False, "attachment"),
        ("a.csv", "text/csv", True, "attachment"),
    ],
)
def test_download_headers(name: str, media_type: str, inline: bool, disposition: str) -> None:
    headers = service.download_headers(name, media_type, inline=inline)
    assert headers["Content-Disposition"].startswith(disposition)
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_download_headers_of_any_name() -> None:
    headers = service.download_headers('計"画\r\n.pdf', "application/pdf")
    value = headers["Content-Disposition"]
    assert value.isascii()
    assert "\n" not in value
    assert "filename*=UTF-8''%E8%A8%88%22%E7%94%BB" in value
