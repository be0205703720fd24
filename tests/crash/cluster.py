"""A PostgreSQL cluster of its own, to be killed: in one folder, on its own port and socket."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import asyncpg

from tests.crash.processes import alive, descendants, free_port, kill, state, until

PATIENCE = 120.0  # seconds for a start with recovery, on a busy machine
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "min_wal_size": "8MB",
    "max_wal_size": "32MB",
    "checkpoint_timeout": "30s",
    "fsync": "on",
    "synchronous_commit": "on",
}


class Unavailable(Exception):
    """This machine does not allow that part of the tests; the text says why."""


def binaries() -> Path:
    """The folder of initdb and postgres, the newest. Unavailable."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda at: int(at.parts[-3])
    )
    named = shutil.which("initdb")
    if not found and not named:
        raise Unavailable("PostgreSQL's initdb is not installed")
    return found[-1].parent if found else Path(str(named)).parent


def _as_postgres() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as the user postgres. Unavailable."""
    if os.geteuid() != 0:
        return {}
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise Unavailable("run as root, and there is no user postgres to run PostgreSQL") from None
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Cluster:
    """`folder` must be empty; it and those above it must be open to the user postgres."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._binaries, self._identity = binaries(), _as_postgres()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (folder.parent / f"{folder.name}.log").open("ab")
        if self._identity:
            os.chown(folder, self._identity["user"], self._identity["group"])
        folder.chmod(0o700)
        options = ("-A", "trust", "-E", "UTF8", "--locale=C", "--wal-segsize=1", "--no-sync")
        made = subprocess.run(
            [str(self._binaries / "initdb"), "-D", str(folder), "-U", "postgres", *options],
            capture_output=True,
            check=False,
            cwd="/",
            **self._identity,
        )
        if made.returncode:
            raise Unavailable(f"initdb failed: {made.stderr.decode()[-300:]}")

    @property
    def url(self) -> str:
        """The address of its one database."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def running(self) -> bool:
        """Whether its postmaster lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the postmaster; it recovers by itself."""
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": self.folder}
        given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [str(self._binaries / "postgres"), "-D", str(self.folder), *given],
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            cwd="/",
            **self._identity,
        )

    async def answers(self) -> None:
        """Wait until it takes connections, starting it again if it gives up. TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if not self.running:  # as a supervisor would
                    self.start()
                try:
                    connection = await asyncpg.connect(self.url, timeout=10)
                except (OSError, asyncpg.PostgresError, TimeoutError):
                    await asyncio.sleep(0.05)
                else:
                    await connection.close()
                    return

    async def kill(self) -> None:
        """SIGKILL to the postmaster and all its processes at one moment, as a power cut would."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)  # so that it starts nobody while we look
            await until(
                lambda: state(process.pid) in "TZX", PATIENCE, "the postmaster stands still"
            )
            everyone = descendants(process.pid)
            kill(process.pid, *everyone)
            await until(lambda: not any(map(alive, everyone)), PATIENCE, "PostgreSQL ends")
        await asyncio.to_thread(process.wait)

    async def close(self) -> None:
        """End it."""
        await self.kill()
        self._log.close()
