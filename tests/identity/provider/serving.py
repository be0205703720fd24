"""A provider that programs of others reach over HTTP, on a port the system chose, in this process."""

import asyncio

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

# What belongs to one connection, not to the message (RFC 9110 7.6.1); httpx has decoded the content.
HOP = frozenset({b"connection", b"transfer-encoding", b"content-length", b"content-encoding"})


async def listen(app_of: dict[str, FastAPI]) -> tuple[asyncio.Server, str]:
    """A server of app_of["app"], which may be made after its address is known; and the address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = [tuple(line.split(": ", 1)) for line in head[1:] if line]
        length = next((int(v) for k, v in headers if k.lower() == "content-length"), 0)
        body = await reader.readexactly(length) if length else b""
        transport = ASGITransport(app_of["app"])
        async with AsyncClient(transport=transport, base_url=address) as client:
            got = await client.request(method, target, headers=headers, content=body)
        lines = [f"HTTP/1.1 {got.status_code} OK".encode()]
        lines += [b"%s: %s" % pair for pair in got.headers.raw if pair[0].lower() not in HOP]
        lines += [b"content-length: %d" % len(got.content), b"connection: close", b"", got.content]
        writer.write(b"\r\n".join(lines))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    return server, address
