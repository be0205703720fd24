"""Starting and stopping the servers that are measured, each in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: list[str], environment: Mapping[str, str], url: str) -> Iterator[int]:
    """Run a server until the block ends; gives its process id once `url` answers."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=None,  # why a server does not answer is worth reading
    )
    try:
        end = time.monotonic() + 120
        while True:
            try:
                httpx.get(url, timeout=5)
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{command} does not answer") from None
                time.sleep(0.3)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def resident_mb(pid: int) -> float:
    """Memory of a process and all its children, shared pages counted once (PSS), in MB."""
    total = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (int(entry) == pid or _descends(int(entry), pid)):
            with open(f"/proc/{entry}/smaps_rollup") as file:
                total += (
                    next(int(line.split()[1]) for line in file if line.startswith("Pss:")) * 1024
                )
    return total / 1e6


def _descends(child: int, ancestor: int) -> bool:
    while child > 1:
        try:
            with open(f"/proc/{child}/stat") as file:
                child = int(file.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            return False
        if child == ancestor:
            return True
    return False


PYTHON = sys.executable
