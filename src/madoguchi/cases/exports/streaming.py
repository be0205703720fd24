"""Sending a file while it grows (作成しながらの送信)."""

from collections.abc import AsyncIterator
from typing import IO

CHUNK = 1 << 16


async def sent_while_written(out: IO[bytes], parts: AsyncIterator[int]) -> AsyncIterator[bytes]:
    """What `parts` add to `out`, as soon as it is there; `out` only ever grows at its end."""
    sent = 0
    async for _ in parts:
        out.seek(sent)
        while chunk := out.read(CHUNK):
            sent += len(chunk)
            yield chunk
