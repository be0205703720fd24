"""Somebody who goes away before their request is sent to its end."""

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp


async def left(app: ASGIApp, path: str, body: bytes, headers: Mapping[str, str]) -> list[int]:
    """Send part of a body and leave; the statuses the application answered nobody with."""
    told = {"host": "testserver", "content-length": str(len(body) + 9), **headers}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "server": ("testserver", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
    }  # fmt: skip
    coming = iter([{"type": "http.request", "body": body, "more_body": True}])
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return next(coming, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return [message["status"] for message in sent if message["type"] == "http.response.start"]
