"""Giving committed entries their places in the log, and publishing its state.

One process at a time does it, off the path of requests. The database decides the order and commits
it first; tiles and checkpoint follow from it. Whoever goes on after a crash therefore writes the
same tiles, and no two trees of one size are ever signed.
"""

import asyncio
import contextlib
import fcntl
import logging
from collections.abc import AsyncIterator

from sqlalchemy import (
    BigInteger,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)

from madoguchi.kernel.database import Database, DatabaseAway, create_database
from madoguchi.kernel.journal.models import Entry, Place, Unplaced
from madoguchi.kernel.transparency.checkpoint import Checkpoint
from madoguchi.kernel.transparency.log import Log, LogError, damaged
from madoguchi.kernel.transparency.tiles import TileMissing
from madoguchi.kernel.transparency.tree import root

BATCH = 5000
ADVISORY_LOCK = 0x6D61646F6C6F67  # any fixed number: one sequencer a database
EVERY_SECONDS = 0.5
TIDY_AFTER = 200_000  # placed entries while more wait
TIDY_AT_REST = 20_000  # when none wait: the queue is empty, its files shrink to nothing
AFTER_FAULT_SECONDS = 5.0

_log = logging.getLogger(__name__)


async def run(database: Database, log: Log, stopping: asyncio.Event) -> None:
    """Sequence until `stopping`; what fails is logged and tried again.

    On PostgreSQL over connections of its own: a node whose requests queue for theirs goes on
    signing. SQLite has one writer, for which the sequencer queues like everybody.
    """
    if database.is_sqlite:
        await _keep(database, log, stopping)
        return
    own = create_database(database.url.render_as_string(hide_password=False))
    try:
        await _keep(own, log, stopping)
    finally:
        await own.dispose()


async def _keep(database: Database, log: Log, stopping: asyncio.Event) -> None:
    untidy = 0
    while not stopping.is_set():
        try:
            placed = await sequence(database, log)
            more, pause = placed == BATCH, EVERY_SECONDS
            untidy += placed
            if untidy >= (TIDY_AFTER if more else TIDY_AT_REST):
                untidy = 0
                await tidy(database)
        except DatabaseAway:
            _log.warning("the transparency log waits for the database")
            more, pause = False, EVERY_SECONDS
        except Exception:
            _log.exception("the transparency log does not go on")
            more, pause = False, AFTER_FAULT_SECONDS
        if not more:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), pause)


async def sequence(database: Database, log: Log, limit: int = BATCH) -> int:
    """Place at most `limit` waiting entries and publish a checkpoint over all placed; how many.

    0 when nothing waits or another process is at it. LogError when tiles or checkpoint are not
    those of this database: nothing is signed then.
    """
    if not await _due(database, log):
        return 0
    async with _alone(database, log) as alone:
        if not alone:
            return 0
        published = await asyncio.to_thread(log.checkpoint)
        await _agree(database, log, published)
        placed = await _place(database, limit)
        await _publish(database, log, published)
        return placed


async def tidy(database: Database) -> None:
    """Give back the room of the rows that left the queue, and let the planner know the places.

    PostgreSQL keeps deleted rows until a VACUUM, and every look into the queue walks over them;
    without figures of the tables it reads them whole. Autovacuum comes once a minute at most, too
    late while a great many entries are placed.
    """
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text(f"VACUUM (ANALYZE) {Unplaced.__tablename__}"))
            await connection.execute(text(f"ANALYZE {Place.__tablename__}"))


async def size_of(database: Database) -> int:
    """How many entries have a place."""
    async with database.reading() as session:
        last = await session.scalar(select(func.max(Place.position)))
    return 0 if last is None else last + 1


async def _due(database: Database, log: Log) -> bool:
    async with database.reading() as session:
        # By the index: an EXISTS may walk over every row that ever left the queue.
        first = select(Unplaced.entry_id).order_by(Unplaced.entry_id).limit(1)
        waiting = await session.scalar(first)
    if waiting is not None:
        return True
    published = await asyncio.to_thread(log.checkpoint)
    return await size_of(database) != published.size


async def _place(database: Database, limit: int) -> int:
    async with database.session() as session:
        last = await session.scalar(select(func.max(Place.position)))
        first = 0 if last is None else last + 1
        waiting = select(Unplaced.entry_id).order_by(Unplaced.entry_id).limit(limit).subquery()
        before = literal(first - 1, BigInteger)
        number = func.row_number().over(order_by=waiting.c.entry_id)
        placed = await session.scalars(
            insert(Place)
            .from_select(["position", "entry_id"], select(before + number, waiting.c.entry_id))
            .returning(Place.entry_id)
        )
        entries = placed.all()
        if not entries:
            return 0
        await session.execute(  # just those: others may have been committed in between
            delete(Unplaced).where(Unplaced.entry_id.in_(entries)),
            execution_options={"synchronize_session": False},
        )
        await session.commit()
        return len(entries)


async def _agree(database: Database, log: Log, published: Checkpoint) -> None:
    """The log must be the beginning of this database's journal, its tiles those signed before.

    The last published leaf decides: a database restored from before it has no entry there, or,
    had it been let go on, another one.
    """
    await asyncio.to_thread(_untouched, log, published.size, published.root)
    total = await size_of(database)
    if published.size > total:
        raise _ahead(published.size, total)
    if published.size:
        last = published.size - 1
        signed = await asyncio.to_thread(log.tiles.reader(published.size), 0, last)
        if await _leaves(database, last, last + 1) != [signed]:
            raise _ahead(published.size, total)


async def _publish(database: Database, log: Log, published: Checkpoint) -> None:
    size, total = published.size, await size_of(database)
    while size < total:
        leaves = await _leaves(database, size, min(size + BATCH, total))
        size = await asyncio.to_thread(log.tiles.append, size, leaves)
    if size > published.size:
        await asyncio.to_thread(log.publish, size)


def _ahead(published: int, total: int) -> LogError:
    return LogError(
        "log_ahead",
        503,
        {
            "ja": "公開済みの記録({published}件)が、データベース({total}件)にありません。"
            "新しいバックアップから戻してください。",
            "en": "The log ({published} entries) is ahead of the database ({total}), or of another "
            "one. Restore a newer backup.",
        },
        {"published": published, "total": total},
    )


def _untouched(log: Log, size: int, expected: bytes) -> None:
    """Never sign on top of tiles that are not those signed before."""
    try:
        if root(size, log.tiles.reader(size)) == expected:
            return
    except TileMissing as fault:
        raise damaged(str(fault)) from None
    raise damaged(f"tile/, {size}")


async def _leaves(database: Database, start: int, end: int) -> list[bytes]:
    async with database.reading() as session:
        found = await session.scalars(
            select(Entry.leaf_hash)
            .join(Place, Place.entry_id == Entry.id)
            .where(Place.position >= start, Place.position < end)
            .order_by(Place.position)
        )
        leaves = [bytes.fromhex(leaf) for leaf in found]
    if len(leaves) != end - start:
        raise damaged(f"journal, {start}-{end}")
    return leaves


@contextlib.asynccontextmanager
async def _alone(database: Database, log: Log) -> AsyncIterator[bool]:
    """Whether this process may sequence now: one a folder, and one a PostgreSQL database."""
    with (log.folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if database.is_sqlite:
            yield True
            return
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            got = await connection.scalar(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}
            )
            try:
                yield bool(got)
            finally:
                if got:
                    await connection.execute(
                        text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK}
                    )
