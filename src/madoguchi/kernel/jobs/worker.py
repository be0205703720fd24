"""Running jobs, one after the other; start several workers for several at a time."""

import asyncio
import contextlib
import logging
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.blobs import BlobStore
from madoguchi.kernel.clock import Clock, system_clock
from madoguchi.kernel.database import Database, DatabaseAway
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import leasing
from madoguchi.kernel.jobs.leasing import Lease
from madoguchi.kernel.jobs.models import Job
from madoguchi.kernel.jobs.progress import Progress, live
from madoguchi.kernel.jobs.queue import count_of
from madoguchi.kernel.jobs.waking import sleeper

LEASE = timedelta(seconds=60)
POLL_SECONDS = 1.0
YIELD_SECONDS = 1.0
READY_SECONDS = 0.2  # between looks for due and abandoned jobs while there is enough to do
PROGRESS_SECONDS = 0.5  # between writes of one job's progress

_log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has taken the job over; the effects of this attempt are rolled back."""


@dataclass
class JobContext:
    """What a handler is given besides session and payload."""

    database: Database
    clock: Clock
    blobs: BlobStore | None
    id: str
    name: str
    key: str | None
    attempt: int
    _session: AsyncSession
    _written: float = field(default=-PROGRESS_SECONDS)

    async def progress(self, done: int, total: int | None = None, note: str | None = None) -> None:
        """Report how far the job is; call it as often as you like.

        Seen at once in this process. In others too, except on SQLite while the handler's own
        transaction is open (it holds the one write lock); then when the job is finished.
        """
        now = Progress(done, total, note[:200] if note else None)
        live(self.database)[self.id] = now
        blocked = self.database.is_sqlite and self._session.in_transaction()
        if blocked or time.monotonic() - self._written < PROGRESS_SECONDS:
            return
        self._written = time.monotonic()
        async with self.database.session() as session:
            values = leasing.progress_values(now)
            await count_of(session, update(Job).where(Job.id == self.id).values(values))
            await session.commit()


Work = Callable[[AsyncSession, dict[str, Any], JobContext], Awaitable[None]]


@dataclass(frozen=True)
class Batch:
    """A handler of many jobs of a name at once, `most` of them, that share one transaction.

    work(session, payloads, context) gives for each what kept it from being done, or None; a job
    that failed must have left nothing in the session. What it raises counts for no job yet: each
    is then tried by itself. `context` names the first of them.
    """

    work: Callable[
        [AsyncSession, Sequence[dict[str, Any]], JobContext], Awaitable[Sequence[Exception | None]]
    ]
    most: int = 50


Handler = Work | Batch


class Worker:
    """Takes jobs that have a handler, runs them, and survives whatever they do.

    handler(session, payload, context) works in `session` and does not commit: its effects commit
    with the completion of the job (several at once: `Batch`). An exception rolls them back and the job is tried again later.
    Effects outside the database (a mail sent) can happen twice when a worker dies after them.
    On SQLite the handler's first statement takes the write lock: fetch from networks before it.
    While `crowded()` holds, it begins one job a second at most.
    """

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        clock: Clock = system_clock,
        blobs: BlobStore | None = None,
        *,
        lease: timedelta = LEASE,
        poll_seconds: float = POLL_SECONDS,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self.database = database
        self.handlers = dict(handlers)
        self._most = {
            name: handler.most if isinstance(handler, Batch) else 1
            for name, handler in self.handlers.items()
        }
        self.clock = clock
        self.blobs = blobs
        self.lease = lease
        self.poll_seconds = poll_seconds
        self.crowded = crowded
        self.name = new_id()
        self._stopping = asyncio.Event()
        self._readied = float("-inf")

    async def run(self) -> None:
        """Work until stop(); between jobs, sleep until one is committed or the next look is due."""
        with sleeper(self.database, self.handlers) as roused:
            while not self._stopping.is_set():
                roused.clear()
                await self._let_pass()
                try:
                    worked = await self.run_once()
                except DatabaseAway:  # it will be back; a trace a second would fill the disk
                    _log.warning("worker %s: the database is away", self.name)
                    worked = False
                except Exception:
                    _log.exception("worker %s could not look for jobs", self.name)
                    worked = False
                if not worked:
                    await self._sleep(roused)

    async def _let_pass(self) -> None:
        """While people wait for what only this process can do, jobs wait, too; not for ever."""
        until = time.monotonic() + YIELD_SECONDS
        while self.crowded() and time.monotonic() < until and not self._stopping.is_set():
            await asyncio.sleep(YIELD_SECONDS / 20)

    def stop(self) -> None:
        """Let run() return after the job at hand. To interrupt that too, cancel run()."""
        self._stopping.set()

    async def drain(self) -> int:
        """Run every job that is ready or due now, and those they enqueue; how many attempts."""
        count = 0
        while tried := await self.run_once():
            count += tried
        return count

    async def run_once(self) -> int:
        """Run one attempt of the first ready job, or of as many as its handler takes; how many."""
        leases = await self._take()
        if not leases:
            return 0
        try:
            await self._try(leases)
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back(leases))
            raise
        return len(leases)

    async def _try(self, leases: list[Lease]) -> None:
        try:
            await self._attempt(leases)
        except LeaseLost:
            _log.warning("job %s (%s) was taken over", leases[0].name, leases[0].id)
            fault: Exception | None = None
        except Exception as raised:
            fault = raised
        else:
            return
        finally:
            live(self.database).pop(leases[0].id, None)
        if len(leases) > 1:  # one of them: whichever it was, the others are done
            for lease in leases:
                await self._try([lease])
        elif fault is not None:
            await self._failed(leases[0], fault)

    async def _take(self) -> list[Lease]:
        if not self.handlers:
            return []
        async with self.database.looking() as session:
            if not await leasing.is_there_work(session, self.handlers, self.clock()):
                return []
        async with self.database.session() as session:
            readied = time.monotonic() - self._readied >= READY_SECONDS
            if readied:
                await self._make_ready(session)
            leases = await self._take_ready(session)
            if not leases and not readied:
                await self._make_ready(session)
                leases = await self._take_ready(session)
            await session.commit()
            return leases

    async def _make_ready(self, session: AsyncSession) -> None:
        self._readied = time.monotonic()
        await leasing.make_ready(session, self.clock())

    async def _take_ready(self, session: AsyncSession) -> list[Lease]:
        return await leasing.take(session, self._most, self.name, self.clock(), self.lease)

    async def _attempt(self, leases: list[Lease]) -> None:
        first, handler = leases[0], self.handlers[leases[0].name]
        async with self._kept_alive(leases), self.database.session() as session:
            context = JobContext(
                database=self.database,
                clock=self.clock,
                blobs=self.blobs,
                id=first.id,
                name=first.name,
                key=first.key,
                attempt=first.attempt,
                _session=session,
            )
            faults: Sequence[Exception | None] = [None]
            if isinstance(handler, Batch):
                payloads = [lease.payload for lease in leases]
                faults = await handler.work(session, payloads, context)
            else:
                await handler(session, first.payload, context)
            failed = [
                (lease, fault)
                for lease, fault in zip(leases, faults, strict=True)
                if fault is not None
            ]
            done = [lease for lease, fault in zip(leases, faults, strict=True) if fault is None]
            reached = live(self.database).get(first.id)
            if not await leasing.finish(session, done, self.clock(), reached):
                raise LeaseLost
            await session.commit()
        for lease, fault in failed:
            await self._failed(lease, fault)

    async def _failed(self, lease: Lease, fault: Exception) -> None:
        error = "".join(traceback.format_exception(fault))
        async with self.database.session() as session:
            dead = await leasing.fail(session, lease, self.clock(), error)
            await session.commit()
        _log.log(
            logging.ERROR if dead else logging.WARNING,
            "job %s (%s) failed at attempt %d of %d",
            lease.name,
            lease.id,
            lease.attempt,
            lease.max_attempts,
            exc_info=fault,
        )

    async def _give_back(self, leases: Sequence[Lease]) -> None:
        async with self.database.session() as session:
            for lease in leases:
                await leasing.give_back(session, lease)
            await session.commit()

    @contextlib.asynccontextmanager
    async def _kept_alive(self, leases: Sequence[Lease]) -> AsyncIterator[None]:
        heart = asyncio.create_task(self._beat(leases))
        try:
            yield
        finally:
            heart.cancel()
            await asyncio.wait([heart])

    async def _beat(self, leases: Sequence[Lease]) -> None:
        held = True
        while held:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            try:
                async with self.database.session() as session:
                    held = await leasing.extend(session, leases, self.clock() + self.lease)
                    await session.commit()
            except Exception:  # try again at the next beat
                _log.warning("the lease of job %s was not extended", leases[0].id, exc_info=True)

    async def _sleep(self, roused: asyncio.Event) -> None:
        """Sleep until a job is committed here, stop() is called, or it is time to look again."""
        waits = [asyncio.create_task(roused.wait()), asyncio.create_task(self._stopping.wait())]
        try:
            await asyncio.wait(
                waits, timeout=self.poll_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
