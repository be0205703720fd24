"""Finding, killing and outliving processes."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """A port nobody listens on, below those the system gives to outgoing connections.

    While a server is down its clients try on and on: from a port of that range one of them would
    sooner or later connect to itself, and the server could not listen there again.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
                if fields[0] != "Z":
                    found.setdefault(int(fields[1]), []).append(int(entry))
    return found


def children(pid: int) -> list[int]:
    """The processes a process has started."""
    return _children().get(pid, [])


def descendants(pid: int) -> list[int]:
    """The processes a process has started, and those they have."""
    of, found, waiting = _children(), list[int](), [pid]
    while waiting:
        started = of.get(waiting.pop(), [])
        found += started
        waiting += started
    return found


def kill(*pids: int) -> None:
    """SIGKILL; who is gone already is gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def state(pid: int) -> str:
    """One letter of /proc: R, S, T (stopped), Z …; X when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "X"


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    return state(pid) not in "ZX"


def age(pid: int) -> float:
    """For how many seconds a process has been running; 0 when there is none."""
    try:
        with open(f"/proc/{pid}/stat") as file, open("/proc/uptime") as clock:
            started = int(file.read().rsplit(")", 1)[1].split()[19]) / os.sysconf("SC_CLK_TCK")
            return float(clock.read().split()[0]) - started
    except OSError:
        return 0.0


async def until(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait for a condition; how long it took, in seconds. TimeoutError naming what did not happen."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(0.02)
    return time.monotonic() - start
