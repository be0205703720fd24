"""Opening a database and getting sessions from it.

SQLite allows one writer at a time. Writers therefore share a single connection and queue for it
in order of arrival (no busy polling inside the process), and begin with BEGIN IMMEDIATE, so that
no transaction reads first and then fails to upgrade. Readers have connections of their own, which
refuse to write and never wait for the writer (WAL).
"""

import math
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Executable, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError, TimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolProxiedConnection

from madoguchi.kernel.database.columns import read_json, write_json
from madoguchi.kernel.database.explaining import DatabaseAway, DatabaseBusy, explain, refuse_nul
from madoguchi.kernel.database.looking import look_plainly
from madoguchi.kernel.database.together import Together

Item = TypeVar("Item")
Result = TypeVar("Result")

BUSY_MILLISECONDS = 10_000
QUEUE_SECONDS = 30
READERS = 4
# All are kept: making one costs PostgreSQL a process and more time than many a request.
POSTGRES_CONNECTIONS = 15
RESTED_SECONDS = 5
ASK_SECONDS = 5.0
# A network that goes silent says nothing: only these end the waiting for it. The kernel's, in which
# long statements do not count, as long as the other side's kernel acknowledges; and a bound on
# each statement of a program that answers requests, longer than any of them may take.
SILENT_SECONDS = 25
STATEMENT_SECONDS = 300.0


class PatientQueue(AsyncAdaptedQueuePool):
    """A pool whose waiting ends in words for the sender instead of a fault of the server."""

    def connect(self) -> PoolProxiedConnection:
        """A connection, at the latest after the pool's timeout. DatabaseBusy, DatabaseAway."""
        try:
            return super().connect()
        except TimeoutError as fault:
            raise DatabaseBusy from fault
        except Exception as fault:
            # asyncpg's own faults of connecting reach us unwrapped, past `explain`.
            if isinstance(fault, OSError) or hasattr(fault, "sqlstate"):
                raise DatabaseAway from fault
            raise


class Database:
    """An open database. Sessions commit only when told to: `await session.commit()`.

    `engine` writes; `reading_engine` reads. Never open a second writing session inside a first
    one: on SQLite the second would wait for the first until it gives up (DatabaseBusy).
    """

    def __init__(
        self,
        url: URL,
        engine: AsyncEngine,
        reading_engine: AsyncEngine,
        looking_engine: AsyncEngine | None = None,
    ) -> None:
        self.url = url
        self.engine = engine
        self.reading_engine = reading_engine
        looking_engine = self._looking_engine = looking_engine or reading_engine
        info = {"database": self}
        self._writing = async_sessionmaker(engine, expire_on_commit=False, info=info)
        self._reading = async_sessionmaker(reading_engine, expire_on_commit=False, info=info)
        self._looking = async_sessionmaker(looking_engine, expire_on_commit=False, info=info)
        self._together: dict[Any, Together[Any, Any]] = {}

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite (one writer) rather than PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def session(self) -> AsyncSession:
        """A session for work that writes: `async with database.session() as session:`.

        On SQLite its first statement takes the write lock until commit or close: keep it short
        and never await people or networks inside it.
        """
        return self._writing()

    def reading(self) -> AsyncSession:
        """A session that only reads, from one snapshot; writing in it fails on both databases."""
        return self._reading()

    def looking(self) -> AsyncSession:
        """A session for SELECTs that stand each for itself: no transaction around them.

        On PostgreSQL that is one round trip in place of three. Never write in it.
        """
        return self._looking()

    async def look(
        self, statement: Executable, asked: Mapping[str, Any]
    ) -> Sequence[Sequence[Any]]:
        """The rows of one SELECT of columns, as `looking` without the session around it.

        For what is asked a thousand times a second, by a statement made once and kept.
        """
        if not self.is_sqlite:
            return await look_plainly(self.engine, statement, asked)
        async with self._looking_engine.connect() as connection:
            return (await connection.execute(statement, asked)).all()

    async def together(
        self,
        work: Callable[["Database", Sequence[Item]], Awaitable[Sequence[Result]]],
        item: Item,
    ) -> Result:
        """The result of `work` for an item, done with all others that want it at this moment.

        `work(database, items)` is a function of a module: it gives a result for each item.
        """
        group = self._together.get(work)
        if group is None:
            group = self._together[work] = Together(lambda items: work(self, items))
        done: Result = await group.do(item)
        return done

    async def dispose(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
        if self.reading_engine.sync_engine.pool is not self.engine.sync_engine.pool:
            await self.reading_engine.dispose()


def create_database(url: str, longest: float | None = None) -> Database:
    """Open `sqlite+aiosqlite:///path` or `postgresql+asyncpg://user@host/name`.

    `longest`: seconds a statement of PostgreSQL may take; then its connection counts as lost
    (DatabaseAway). None, for migrations and loading: any time.

    ValueError for another kind of database and for SQLite in memory, whose connections would
    each see a database of their own.
    """
    parsed = make_url(url)
    if parsed.drivername == "sqlite+aiosqlite":
        if parsed.database in (None, "", ":memory:"):
            raise ValueError("SQLite needs a file: sqlite+aiosqlite:///path/to/file.db")
        return Database(parsed, _sqlite(parsed, writes=True), _sqlite(parsed, writes=False))
    if parsed.drivername == "postgresql+asyncpg":
        engine = _postgres(parsed, longest)
        return Database(
            parsed,
            engine,
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
            engine.execution_options(isolation_level="AUTOCOMMIT"),
        )
    raise ValueError(f"unknown kind of database: {parsed.drivername}")


def _postgres(url: URL, longest: float | None) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=PatientQueue,
        json_serializer=write_json,
        json_deserializer=read_json,
        hide_parameters=True,  # values are personal data: keep them out of logs and errors
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=QUEUE_SECONDS,
        connect_args={"command_timeout": longest},
    )
    event.listen(engine.sync_engine, "connect", _hear_silence)
    event.listen(engine.sync_engine, "checkin", _note_use)
    event.listen(engine.sync_engine, "checkout", _look_before_use)
    event.listen(engine.sync_engine, "handle_error", explain)
    return engine


def _hear_silence(connection: Any, entry: ConnectionPoolEntry) -> None:
    """Have the kernel give a connection up whose other side does not acknowledge any more."""
    transport = getattr(connection.driver_connection, "_transport", None)
    line = transport.get_extra_info("socket") if transport else None
    if line is None or line.family not in (socket.AF_INET, socket.AF_INET6):
        return  # on the same machine nothing goes silent
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in SILENCE.items():
        if hasattr(socket, name):  # not every system knows them all
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


SILENCE = {
    "TCP_KEEPIDLE": SILENT_SECONDS // 5 * 2,
    "TCP_KEEPINTVL": SILENT_SECONDS // 5,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": SILENT_SECONDS * 1000,
}


def _note_use(connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info["used"] = time.monotonic()


def _look_before_use(
    connection: Any, entry: ConnectionPoolEntry, proxy: PoolProxiedConnection
) -> None:
    """Whether a kept connection still leads to a database; with those of its age it is replaced if not.

    One the server closed is known at once. Only one that rested, and may be cut off without a word,
    is asked: asking before each use (pool_pre_ping) is three round trips, more than most requests.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
    if time.monotonic() - entry.info.get("used", math.inf) > RESTED_SECONDS:
        try:
            connection.run_async(lambda driver: driver.fetchrow(";", timeout=ASK_SECONDS))
        except Exception as fault:
            raise InvalidatePoolError from fault


def _sqlite(url: URL, *, writes: bool) -> AsyncEngine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        poolclass=PatientQueue,
        json_serializer=write_json,
        json_deserializer=read_json,
        hide_parameters=True,  # values are personal data: keep them out of logs and errors
        pool_size=1 if writes else READERS,
        max_overflow=0,
        pool_timeout=QUEUE_SECONDS,
    )
    event.listen(engine.sync_engine, "connect", _prepare(writes))
    event.listen(engine.sync_engine, "begin", _begin("BEGIN IMMEDIATE" if writes else "BEGIN"))
    event.listen(engine.sync_engine, "before_cursor_execute", refuse_nul)
    event.listen(engine.sync_engine, "handle_error", explain)
    return engine


def _prepare(writes: bool) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    settings = [
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged filing survives a power cut
        "foreign_keys=ON",
        "recursive_triggers=ON",  # else INSERT OR REPLACE deletes without asking the triggers
        f"query_only={'OFF' if writes else 'ON'}",
    ]

    def prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    return prepare


def _begin(statement: str) -> Callable[[Connection], None]:
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return begin
