"""Sending one request to an endpoint (送信), to addresses that may be called and no others.

The name is resolved here and the connection made to the address that was judged (no rebinding);
redirects are not followed; time and size of the answer are bounded.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpx

from madoguchi.web.outgoing.addresses import Networks, may_call, url_fault

SECONDS = 10.0
MOST_BYTES = 64 * 1024
KEPT = 2_000  # characters of the answer that the log keeps


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or the fault for which nothing did; the body's beginning."""

    status: int | None
    fault: str | None
    body: str
    milliseconds: int

    @property
    def taken(self) -> bool:
        """Whether the endpoint took the event over (2xx)."""
        return self.status is not None and 200 <= self.status < 300


class Unreachable(Exception):
    """Nothing, or nothing that may be taken, came back; `fault` is a short code."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


async def send(
    url: str, body: bytes, headers: Mapping[str, str], allowed: Networks, seconds: float = SECONDS
) -> Answer:
    """POST body to url; never raises for what the other side does."""
    begun = time.monotonic()
    status: int | None = None
    fault: str | None = None
    text = b""
    try:
        status, text = await fetch("POST", url, headers, body, allowed, seconds)
    except Unreachable as unreachable:
        fault = unreachable.fault
    shown = text.decode("utf-8", "replace").replace("\0", "�")[:KEPT]
    return Answer(status, fault, shown, round((time.monotonic() - begun) * 1000))


async def fetch(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    allowed: Networks,
    seconds: float = SECONDS,
) -> tuple[int, bytes]:
    """Status and body of the answer, whatever the status. Unreachable when there is none."""
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(method, url, headers, body, allowed)
    except TimeoutError:
        raise Unreachable("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, UnicodeError):
        raise Unreachable("unreachable") from None


async def _exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes, allowed: Networks
) -> tuple[int, bytes]:
    if url_fault(url, allowed) is not None:
        raise Unreachable("refused_address")
    target = httpx.URL(url)
    address = await _resolve(target, allowed)
    client = httpx.AsyncClient(
        verify=_trust(), trust_env=False, follow_redirects=False, timeout=SECONDS
    )
    host = target.netloc.decode("ascii")
    async with (
        client,
        client.stream(
            method,
            target.copy_with(host=address),
            content=body,
            headers={**headers, "Host": host, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": target.host},
        ) as answer,
    ):
        received = bytearray()
        async for chunk in answer.aiter_raw():
            received += chunk
            if len(received) > MOST_BYTES:
                raise Unreachable("too_large")
        return answer.status_code, bytes(received)


async def _resolve(target: httpx.URL, allowed: Networks) -> str:
    """The address to connect to. Every address of the name must be one that may be called."""
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            target.host, port, type=socket.SOCK_STREAM
        )
    except (socket.gaierror, UnicodeError) as fault:
        raise Unreachable("unknown_host") from fault
    addresses = [str(item[4][0]) for item in found]
    if not addresses or not all(may_call(address, allowed) for address in addresses):
        raise Unreachable("refused_address")
    return next((one for one in addresses if ":" not in one), addresses[0])


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
