"""The real server as a process of its own, filled with the demo, and who may sign in there."""

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from madoguchi.documents.service import SCAN_JOB

ROOT = Path(__file__).parents[2]
PATIENCE = 240  # seconds: a busy machine fills the demo slowly


@dataclass(frozen=True)
class Site:
    """A running server."""

    address: str
    home: Path
    log: Path


def demo_data(folder: Path) -> Path:
    """A demo's home, its letters and messages made, in a folder the workers of a run share.

    Whoever comes first makes it, the others wait: it takes a minute of a processor.
    """
    folder.mkdir(exist_ok=True)
    home, finished = folder / "home", folder / "finished"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            with _served(home):
                pass
            finished.touch()
    return home


@contextmanager
def demo_site(home: Path, data: Path) -> Iterator[Site]:
    """Serve a copy of the demo's data."""
    shutil.copytree(data, home, dirs_exist_ok=True)
    with _served(home) as site:
        yield site


@contextmanager
def _served(home: Path) -> Iterator[Site]:
    """Start `madoguchi demo` (on the day of demo_day) on a free port; stop it and its workers afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "server.log"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")},
        "MADOGUCHI_HOME": str(home),
        "PORT": str(port),
        "PYTHONPATH": str(Path(__file__).with_name("demo_day")),
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "madoguchi.cli", "demo"],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
    site = Site(f"http://127.0.0.1:{port}", home, log)
    try:
        _wait(site, server)
        yield site
    finally:
        _stop(server)


def _wait(site: Site, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urlopen(f"{site.address}/sign-in", timeout=5) as answer:
                if answer.status == 200 and _nothing_to_do(site.home):
                    return
        except (URLError, OSError, sqlite3.Error):
            pass
        time.sleep(0.3)
    raise AssertionError(f"the server did not start:\n{site.log.read_text()[-4000:]}")


def _nothing_to_do(home: Path) -> bool:
    """Whether the demo's letters and messages are made: pages that show them are looked at."""
    with closing(sqlite3.connect(f"file:{home / 'madoguchi.db'}?mode=ro", uri=True)) as database:
        (left,) = database.execute(
            "SELECT count(*) FROM job WHERE state IN ('waiting', 'running') AND name <> ?",
            (SCAN_JOB,),
        ).fetchone()
    return bool(left == 0)


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)
