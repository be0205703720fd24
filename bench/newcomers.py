"""Newcomers at the counter: a process that opens pages faster than they can be served.

Each is a browser of the plainest kind: a new connection a request, one cookie, and the Refresh of
the waiting page obeyed. Who is let in goes away content.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

SLOW = 30.0  # seconds after which a person would give up


@dataclass
class Seen:
    """What newcomers saw; times in seconds, `let_in` in order: (joined in ms, or None; when)."""

    came: int = 0
    asked: int = 0
    waited_pages: int = 0
    failed: int = 0
    let_in: list[tuple[int | None, float]] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)


async def ask(port: int, path: str, place: str) -> tuple[int, dict[str, str]]:
    """One GET on a connection of its own: status and headers. OSError, TimeoutError."""
    async with asyncio.timeout(SLOW):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            cookie = f"Cookie: place={place}\r\n" if place else ""
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n"
                f"{cookie}Connection: close\r\n\r\n".encode()
            )
            head, _, _ = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}


async def newcomer(port: int, path: str, seen: Seen, end: float) -> None:
    """Come, and wait as told until let in or until the bench ends."""
    place, joined = "", None
    seen.came += 1
    while time.time() < end:
        seen.asked += 1
        begun = time.perf_counter()
        try:
            status, headers = await ask(port, path, place)
        except (OSError, TimeoutError, ValueError, IndexError):
            seen.failed += 1
            await asyncio.sleep(5)
            continue
        if status == 200:
            seen.let_in.append((joined, time.time()))
            return
        seen.pages.append(time.perf_counter() - begun)
        seen.waited_pages += 1
        place = headers.get("set-cookie", "").partition("place=")[2].partition(";")[0] or place
        if joined is None and place:
            joined = int(place.split("~")[2])
            seen.tickets.append(joined)
        await asyncio.sleep(int(headers.get("retry-after", "5")))


async def crowd(port: int, path: str, rate: float, seconds: float, after: float) -> Seen:
    """So many newcomers a second for a while; then the doors are watched a little longer."""
    seen, start = Seen(), time.monotonic()
    end = time.time() + seconds + after
    running = []
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + n / rate - time.monotonic()))
        if time.monotonic() - start > seconds:
            break  # this machine cannot make them come faster
        running.append(asyncio.create_task(newcomer(port, path, seen, end)))
    await asyncio.wait(running, timeout=max(1.0, end - time.time()))
    for task in running:
        task.cancel()
    return seen


if __name__ == "__main__":
    port, path, rate, seconds, after = sys.argv[1:]
    found = asyncio.run(crowd(int(port), path, float(rate), float(seconds), float(after)))
    json.dump(asdict(found), sys.stdout)
