"""A network that goes silent: nobody waits for ever, and what comes after it is served."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from sqlalchemy import text

from madoguchi.kernel.database import Database, DatabaseAway, create_database
from madoguchi.kernel.database.engine import SILENCE


class Line:
    """A way to the database on which everything can stop without a word."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.passing = asyncio.Event()
        self.passing.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self.host, self.port)
        await asyncio.gather(self._copy(reader, back), self._copy(there, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            while piece := await reader.read(65536):
                await self.passing.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()


@pytest.fixture
async def line(database: Database) -> AsyncIterator[tuple[Line, Database]]:
    """A line to the test's database, and that database opened over it, a second a statement."""
    if database.is_sqlite:
        pytest.skip("SQLite has no network")
    line = Line(database.url.host or "127.0.0.1", database.url.port or 5432)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    at = database.url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    far = create_database(at.render_as_string(hide_password=False), longest=1.0)
    yield line, far
    line.passing.set()
    await far.dispose()
    server.close()


async def one(database: Database) -> int:
    async with database.session() as session:
        return int(await session.scalar(text("SELECT 1")) or 0)


async def test_a_statement_nobody_answers_ends_and_the_next_one_works(
    line: tuple[Line, Database],
) -> None:
    way, far = line
    assert await one(far) == 1
    way.passing.clear()
    with pytest.raises(DatabaseAway):
        await asyncio.wait_for(one(far), 30)
    way.passing.set()
    assert await asyncio.wait_for(one(far), 30) == 1


async def test_a_statement_may_take_its_time_where_no_bound_is_set(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no network")
    async with database.session() as session:
        await session.execute(text("SELECT pg_sleep(1.5)"))


async def test_the_kernel_gives_up_a_connection_nobody_acknowledges(
    line: tuple[Line, Database],
) -> None:
    _, far = line
    async with far.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        kept = driver._transport.get_extra_info("socket")  # type: ignore[union-attr]
        assert kept.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        for name, value in SILENCE.items():
            if hasattr(socket, name):
                assert kept.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) == value
