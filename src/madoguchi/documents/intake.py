"""Taking in a file (受領): spool it within its size limit, look inside, only then keep it."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from madoguchi.documents.crew import Crew, CrewError
from madoguchi.documents.inspect.kinds import DEFAULT_ACCEPT
from madoguchi.documents.inspect.names import clean_name
from madoguchi.documents.inspect.verdict import Verdict
from madoguchi.documents.refusals import Refusal, refused

_PART = 1 << 18
_SECONDS = 60.0
_crew = Crew("madoguchi.documents.inspect.child", size=2, seconds=_SECONDS)


@dataclass(frozen=True)
class Accept:
    """What a place for files takes: kinds as packages name them, and the most megabytes a file."""

    kinds: tuple[str, ...] = DEFAULT_ACCEPT
    max_mb: int = 20

    @property
    def limit(self) -> int:
        """The most bytes; a megabyte is 1,048,576 bytes, as people's file managers count."""
        return self.max_mb << 20


async def spool(
    stream: AsyncIterable[bytes] | bytes, name: str, accept: Accept, folder: Path | None
) -> Path:
    """Write the stream to a temporary file, refusing while it flows once it passes the limit.

    `folder`: that for what comes in of the store, which is cleared of what a crash leaves there.
    """
    handle, path = tempfile.mkstemp(prefix="intake-", dir=folder)
    size = 0
    try:
        with os.fdopen(handle, "wb") as file:
            async for part in parts(stream):
                size += len(part)
                if size > accept.limit:
                    raise Refusal("file_too_large", limit=accept.max_mb)
                await asyncio.to_thread(file.write, part)
        if size == 0:
            raise Refusal("file_empty")
    except BaseException as fault:
        Path(path).unlink(missing_ok=True)
        if isinstance(fault, Refusal):
            raise refused(fault, clean_name(name)) from fault
        raise
    return Path(path)


async def judge(path: Path, name: str, accept: Accept) -> Verdict:
    """The verdict on a spooled file, from another process. Raises DocumentError."""
    order = {"path": str(path), "name": name, "accept": list(accept.kinds)}
    try:
        answer, _ = await _crew.do(order)
    except CrewError as fault:
        raise refused(Refusal("inspection_failed"), clean_name(name)) from fault
    if "refused" in answer:
        raise refused(Refusal(answer["refused"], **answer["params"]), clean_name(name))
    return Verdict(**answer["verdict"])


async def parts(stream: AsyncIterable[bytes] | bytes) -> AsyncIterator[bytes]:
    """The stream in parts of bearable size."""
    if isinstance(stream, bytes):
        for start in range(0, len(stream), _PART):
            yield stream[start : start + _PART]
        return
    async for part in stream:
        yield part


async def read_back(path: Path) -> AsyncIterator[bytes]:
    """A spooled file in parts."""
    with path.open("rb") as file:
        while part := await asyncio.to_thread(file.read, _PART):
            yield part
