"""What doors share (受付口): ASGI middleware before sessions and routes that takes in the plain.

A door reads a request whole and answers it, or lets it go on to the ordinary way as it came.
"""

from collections.abc import Mapping
from functools import partial

from starlette.types import Message, Receive, Scope, Send


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers by lower-case name; of one sent twice the first counts, as everywhere."""
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in reversed(list(scope["headers"]))
    }


async def read_whole(receive: Receive, largest: int) -> Message:
    """The body in one message, or its beginning when it is longer than `largest` bytes."""
    message = await receive()
    if not message.get("more_body"):
        return message
    parts, total = [message.get("body") or b""], len(message.get("body") or b"")
    while message.get("more_body") and total <= largest:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body") or b"")
        total += len(parts[-1])
    return {
        "type": "http.request",
        "body": b"".join(parts),
        "more_body": bool(message.get("more_body")),
    }


def offering(message: Message, receive: Receive) -> Receive:
    """`receive` that gives a message already read, then what is still to come."""
    return partial(_again, [message], receive)


async def _again(first: list[Message], receive: Receive) -> Message:
    return first.pop() if first else await receive()


async def send_answer(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Answer a request."""
    head = [(name.encode(), value.encode()) for name, value in headers.items()]
    head.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
