"""The workers (問合せの実行役の組): each a process that can be killed, asked one query at a time.

A query has a deadline; at it the process is killed, which ends every query, and another one takes its
place. When a newer generation stands in place, workers of the old one are let go of as they come back.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madoguchi.registry.linked.snapshot import current

WAITING = 20  # who may wait for a worker, for each of them
# Each thread of the engine would reserve 64 MB of the address space a worker is given: how many do
# so at once is chance, and now and then one did not start for it.
MALLOC_ARENAS = "2"
START_SECONDS = 60.0
LARGEST_HEAD = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """What one query may take: seconds, megabytes of memory, bytes of its answer."""

    seconds: float = 30.0
    megabytes: int = 2_000
    answer: int = 64_000_000


@dataclass(frozen=True)
class Answer:
    """What a query gave: `fault` is "" or unreadable, service, update, too_large, not_acceptable,
    memory, timeout, busy, none (there is no generation), engine; then `detail` says more and `body` is empty.
    """

    body: bytes
    fault: str = ""
    detail: str = ""


@dataclass(frozen=True)
class _Worker:
    process: asyncio.subprocess.Process
    folder: Path


class Workers:
    """The workers of one process of the site; they are started when they are first needed."""

    def __init__(self, root: Path, many: int, bounds: Bounds | None = None) -> None:
        self.root, self.bounds = root, bounds or Bounds()
        self._many = many
        self._places = asyncio.Semaphore(many)
        self._idle: list[_Worker] = []
        self._all: set[asyncio.subprocess.Process] = set()
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, question: dict[str, Any]) -> Answer:
        """Ask one query; see `worker.answer`. It may wait as long as it may run, for a worker."""
        folder = current(self.root)
        if folder is None or not self._many:
            return Answer(b"", "none")
        if self._waiting >= WAITING * self._many:
            return Answer(b"", "busy")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.bounds.seconds
        self._waiting += 1
        try:
            async with asyncio.timeout_at(deadline):
                await self._places.acquire()
        except TimeoutError:
            return Answer(b"", "busy")
        finally:
            self._waiting -= 1
        try:
            return await self._ask(folder, question)
        finally:
            self._places.release()

    async def close(self) -> None:
        """Kill all of them."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for process in list(self._all):
            await self._kill(process)
        self._idle.clear()

    async def _ask(self, folder: Path, question: dict[str, Any]) -> Answer:
        try:
            worker = await self._take(folder)
        except (OSError, TimeoutError, EOFError) as fault:
            return Answer(b"", "engine", f"a worker did not start: {fault}")
        whole = False
        try:
            async with asyncio.timeout(self.bounds.seconds):
                head, body = await _exchange(worker.process, question)
            whole = True
        except TimeoutError:
            return Answer(b"", "timeout")
        except (OSError, EOFError, ValueError):
            # It ended by itself: memory it was not given is what ends the engine so.
            return Answer(b"", "memory")
        finally:
            if whole and len(self._idle) < self._many:
                self._idle.append(worker)
            else:
                self._end(worker.process)
                self._refill(folder)
        return Answer(body, head.get("fault", ""), head.get("detail", ""))

    async def _take(self, folder: Path) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.folder == folder and worker.process.returncode is None:
                return worker
            await self._kill(worker.process)
        return await self._start(folder)

    async def _start(self, folder: Path) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "madoguchi.registry.linked.worker",
            str(folder),
            str(self.bounds.megabytes * 1_000_000),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=LARGEST_HEAD,
            env={**os.environ, "MALLOC_ARENA_MAX": MALLOC_ARENAS},
        )
        self._all.add(process)
        try:
            async with asyncio.timeout(START_SECONDS):
                if await _output(process).readline() != b"ready\n":
                    raise EOFError("it ended")
        except BaseException:
            await self._kill(process)
            raise
        return _Worker(process, folder)

    def _refill(self, folder: Path) -> None:
        """Start the next one now, so that the next query need not wait for it."""

        async def start() -> None:
            with contextlib.suppress(OSError, TimeoutError, EOFError):
                worker = await self._start(folder)
                if len(self._idle) < self._many:
                    self._idle.append(worker)
                else:
                    await self._kill(worker.process)

        self._behind(start())

    def _end(self, process: asyncio.subprocess.Process) -> None:
        """Kill one now and let it be buried later: freeing gigabytes takes longer than the answer."""
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        self._behind(self._kill(process))

    def _behind(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _kill(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        self._all.discard(process)


async def _exchange(
    process: asyncio.subprocess.Process, question: dict[str, Any]
) -> tuple[dict[str, Any], bytes]:
    if process.stdin is None:
        raise EOFError
    process.stdin.write(json.dumps(question).encode() + b"\n")
    await process.stdin.drain()
    output = _output(process)
    head = json.loads(await output.readline())
    return head, await output.readexactly(head["bytes"])


def _output(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise EOFError
    return process.stdout
