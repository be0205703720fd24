"""Posting to a witness or an authority (第三者への送信): one address, one answer, bounded in time and size.

Only addresses the administrator named are called. Redirects are not followed: whoever answers there
cannot send us elsewhere.
"""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

SECONDS = 20.0
LARGEST = 1_000_000

Post = Callable[[str, bytes, str], Awaitable[tuple[int, bytes]]]


def web_address(url: str) -> str:
    """The address itself, if it is one of the web. ValueError."""
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as fault:
        raise ValueError(f"not an address: {url!r} ({fault})") from None
    if target.scheme not in ("http", "https") or not target.host or target.userinfo:
        raise ValueError(f"the address begins with http:// or https:// and names a host: {url!r}")
    return url


async def post(
    url: str, body: bytes, kind: str, *, seconds: float = SECONDS, largest: int = LARGEST
) -> tuple[int, bytes]:
    """Status and body of the answer to `body` of media type `kind`.

    OSError (TimeoutError among them) when none comes within `seconds`, or one over `largest` bytes.
    """
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(follow_redirects=False, timeout=seconds) as client,
            client.stream(
                "POST",
                web_address(url),
                content=body,
                headers={"Content-Type": kind, "Accept-Encoding": "identity"},
            ) as answer,
        ):
            received = bytearray()
            async for chunk in answer.aiter_raw():
                received += chunk
                if len(received) > largest:
                    raise OSError(f"the answer of {url} is too large")
            return answer.status_code, bytes(received)
    except httpx.HTTPError as fault:
        raise OSError(f"{url}: {type(fault).__name__} {fault}") from fault
