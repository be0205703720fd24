"""The server as its users run it: `madoguchi serve`, in a process group of its own."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.crash.processes import alive, children, descendants, free_port, kill, until

PATIENCE = 120.0


class Server:
    """One instance; a crash ends it, `start` begins another on the same port."""

    def __init__(self, environment: Mapping[str, str], log: Path, workers: int) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **os.environ,
            **environment,
            "PORT": str(self.port),
            "MADOGUCHI_WORKERS": str(workers),
        }
        self._log = log.open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether its first process lives."""
        return self._process is not None and self._process.poll() is None

    async def answers(self) -> None:
        """Wait until it answers at all, no matter what. TimeoutError."""
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(timeout=PATIENCE) as client:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    await client.get(f"{self.address}/api/nothing")
                    return
                await asyncio.sleep(0.05)

    def start(self) -> None:
        """Begin; it migrates and then serves."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "madoguchi.cli", "serve"],
            env=self._environment,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    async def kill(self) -> None:
        """SIGKILL to all of the group at one moment."""
        if self._process is None:
            return
        everyone = [self._process.pid, *descendants(self._process.pid)]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        kill(*everyone)  # children that look into files have sessions of their own
        await asyncio.to_thread(self._process.wait)
        await until(lambda: not any(map(alive, everyone)), PATIENCE, "the server ends")

    def workers(self) -> list[int]:
        """The processes that answer requests: children of Granian's first process."""
        found = []
        for pid in children(self._process.pid) if self._process else []:
            with contextlib.suppress(OSError):
                if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
        return found

    async def stop(self, seconds: float = PATIENCE) -> None:
        """SIGTERM, and wait for its end. TimeoutError."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            await until(lambda: not self.running, seconds, "the server stops")

    async def close(self) -> None:
        """End it, whatever it does."""
        await self.kill()
        self._log.close()
