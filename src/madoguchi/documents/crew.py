"""Child processes for work that must not stop or endanger the server (別プロセス).

Looking into hostile files and typesetting letters are heavy, and their libraries are written in C.
Each child does one task at a time; one that dies or takes too long is replaced, and only that task
fails. Children hold no secrets: their environment is empty, and their memory is limited.
"""

import asyncio
import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_MOST = 200


class CrewError(Exception):
    """The child died, took too long, or said that it failed; the text says which."""


class Crew:
    """Up to `size` children that run `python -m {module}`, started when first needed.

    The module reads a line of JSON (with "length" of the body that follows) and answers likewise.
    After orders of a weight of `most` a child is replaced: what a library leaks does not add up.
    """

    def __init__(self, module: str, *, size: int, seconds: float, most: int = _MOST) -> None:
        self.module = module
        self.seconds = seconds
        self.most = most
        self._idle: list[tuple[subprocess.Popen[bytes], int]] = []
        self._threads = ThreadPoolExecutor(size, thread_name_prefix=module.rsplit(".", 1)[-1])
        atexit.register(self.close)

    async def do(
        self,
        order: Mapping[str, Any],
        body: bytes = b"",
        *,
        seconds: float | None = None,
        weight: int = 1,
    ) -> tuple[dict[str, Any], bytes]:
        """Give a child the order and the body; its answer and body. Raises CrewError.

        `seconds`: how long it may take, if less than is usual; `weight`: of how many tasks it is.
        """
        loop = asyncio.get_running_loop()
        limit = seconds or self.seconds
        return await loop.run_in_executor(self._threads, self._do, order, body, limit, weight)

    def close(self) -> None:
        """End the idle children."""
        while self._idle:
            _end(self._idle.pop()[0])

    def _do(
        self, order: Mapping[str, Any], body: bytes, seconds: float, weight: int
    ) -> tuple[dict[str, Any], bytes]:
        child, done = self._free_child()
        late = threading.Timer(seconds, child.kill)
        late.start()
        try:
            answer = _exchange(child, order, body)
        except (OSError, ValueError, EOFError) as fault:
            child.kill()
            _end(child)
            raise CrewError("took too long or broke down") from fault
        finally:
            late.cancel()
        if done + weight < self.most:
            self._idle.append((child, done + weight))
        else:
            _end(child)
            self._idle.append((self._start(), 0))  # ready by the time it is needed
        if "failed" in answer[0]:
            raise CrewError(str(answer[0]["failed"]))
        return answer

    def _free_child(self) -> tuple[subprocess.Popen[bytes], int]:
        while True:
            try:
                child, done = self._idle.pop()
            except IndexError:
                return self._start(), 0
            if child.poll() is None:
                return child, done

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        kept["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", self.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
            start_new_session=True,  # Ctrl+C ends the server, which then closes the pipes
        )


def _exchange(
    child: subprocess.Popen[bytes], order: Mapping[str, Any], body: bytes
) -> tuple[dict[str, Any], bytes]:
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(json.dumps({**order, "length": len(body)}).encode() + b"\n" + body)
    child.stdin.flush()
    line = child.stdout.readline()
    if not line:
        raise EOFError
    answer: dict[str, Any] = json.loads(line)
    content = child.stdout.read(answer.get("length", 0))
    if len(content) < answer.get("length", 0):
        raise EOFError
    return answer, content


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
