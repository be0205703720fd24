"""The virus scanner (ウイルス検査): clamd's INSTREAM over TCP (clamd(8)), nothing more."""

import asyncio
from collections.abc import AsyncIterable
from urllib.parse import urlsplit

_SECONDS = 120.0
_PORT = 3310


class ScannerError(Exception):
    """The scanner does not answer, or answers what it should not: the scan is tried again."""


async def scan(url: str, content: AsyncIterable[bytes]) -> str | None:
    """The name of the virus found, or None. `url` is tcp://host:3310. Raises ScannerError."""
    parsed = urlsplit(url)
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(parsed.hostname, parsed.port or _PORT)
            try:
                writer.write(b"zINSTREAM\0")
                async for part in content:
                    writer.write(len(part).to_bytes(4, "big") + part)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
                answer = (await reader.read(4096)).rstrip(b"\0\r\n").decode("utf-8", "replace")
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError) as fault:
        raise ScannerError(f"{type(fault).__name__}: {fault}") from fault
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer.endswith(" OK") or answer == "stream: OK":
        return None
    raise ScannerError(answer or "no answer")
