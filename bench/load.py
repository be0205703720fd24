"""A load generator over plain sockets: cheap enough not to be what is measured.

HTTP/1.1 with kept-alive connections and requests written beforehand; an answer is read by its
Content-Length. `closed` sends as fast as answers come (what is the most?), `steady` at a given rate
whether or not answers come (how long do people wait?): its times count from when a request was due.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Make = Callable[[int], Sequence["Step"]]


@dataclass(frozen=True)
class Step:
    """One request of a piece of work: its bytes, or what makes them of the answer before.

    `then` gets the answer when its status is right. The answer of a redirect is its Location.
    """

    name: str
    request: bytes | Callable[[bytes], bytes]
    status: int = 201
    then: Callable[[bytes], None] | None = None


@dataclass
class Measured:
    """How it went: pieces done, seconds, milliseconds of each step by name, refused answers."""

    done: int = 0
    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    refused: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Pieces of work a second."""
        return self.done / self.seconds if self.seconds else 0.0

    def quantile(self, name: str, part: float) -> float:
        """Milliseconds within which this part of the steps of that name was answered."""
        times = sorted(self.times.get(name) or [0.0])
        return times[min(len(times) - 1, int(len(times) * part))]


class Wire(asyncio.Protocol):
    """One connection: sends a request, gives back status and body (of a redirect its Location)."""

    def __init__(self) -> None:
        self._read = bytearray()
        self._needed = -1
        self._location = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits learns of it."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        """Collect one answer."""
        self._read += data
        if self._needed < 0:
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._read[:end]).lower()
            place = head.find(b"content-length:")
            if place < 0:
                raise ValueError(f"an answer without Content-Length: {head[:200]!r}")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0])
            self._needed = end + 4 + length
            place = head.find(b"\r\nlocation:")
            rest = bytes(self._read[place + 11 : end])
            sent_on = place >= 0 and head[9:10] == b"3"
            self._location = rest.split(b"\r\n", 1)[0].strip() if sent_on else b""
        if len(self._read) >= self._needed and self._answer is not None:
            status = int(self._read[9:12])
            body = self._location or bytes(self._read[: self._needed].split(b"\r\n\r\n", 1)[1])
            del self._read[: self._needed]
            self._needed = -1
            answer, self._answer = self._answer, None
            if not answer.done():
                answer.set_result((status, body))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


def post(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def closed(port: int, make: Make, seconds: float, connections: int) -> Measured:
    """As many pieces of work as `connections` get done one after the other in some seconds."""
    measured, numbers = Measured(), iter(range(10**9))
    wires = [await _connect(port) for _ in range(connections)]
    start = time.perf_counter()

    async def client(wire: Wire) -> None:
        while time.perf_counter() - start < seconds:
            await _piece(wire, make(next(numbers)), time.perf_counter(), measured)

    await asyncio.gather(*(client(wire) for wire in wires))
    measured.seconds = time.perf_counter() - start
    return measured


async def steady(port: int, make: Make, rate: float, seconds: float, connections: int) -> Measured:
    """Pieces of work begun at a steady rate; each waits for a free connection if it must."""
    measured = Measured()
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await _connect(port))
    start = time.perf_counter()
    running = set()

    async def one(number: int, due: float) -> None:
        wire = await free.get()
        await _piece(wire, make(number), due, measured)
        free.put_nowait(wire)

    for number, due in _due(start, rate, seconds):
        ahead = due - time.perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        task = asyncio.create_task(one(number, due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    measured.seconds = time.perf_counter() - start
    return measured


def _due(start: float, rate: float, seconds: float) -> Iterator[tuple[int, float]]:
    for number in range(int(rate * seconds)):
        yield 10**6 + number, start + number / rate


async def _connect(port: int) -> Wire:
    _, wire = await asyncio.get_running_loop().create_connection(Wire, "127.0.0.1", port)
    return wire


async def _piece(wire: Wire, steps: Sequence[Step], due: float, measured: Measured) -> None:
    before = b""
    for step in steps:
        request = step.request if isinstance(step.request, bytes) else step.request(before)
        status, before = await wire.send(request)
        now = time.perf_counter()
        measured.times.setdefault(step.name, []).append((now - due) * 1000)
        due = now
        if status != step.status:
            measured.refused.append(before[:300])
            return
        if step.then is not None:
            step.then(before)
    measured.done += 1
