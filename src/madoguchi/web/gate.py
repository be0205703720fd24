"""The gate: what may reach the application at all.

Refuses, with a clear answer and never with a 500: requests of other sites, addresses and JSON no
database can keep, bodies over the limit. Also turns HEAD into GET without a body, and any fault
of ours into a 500 with a reference.
"""

import json
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madoguchi.kernel.errors import DomainError
from madoguchi.web.problems import domain_problem, problem, server_error
from madoguchi.web.same_origin import is_same_origin

LONGEST_ADDRESS = 8_000
LARGEST_DRAIN = 256 * 1024 * 1024
# Refusals that may come before the body is read: too large, busy or away, no room on the disk.
ANSWERED_EARLY = frozenset({413, 503, 507})

_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
# \u0000 and halves of surrogate pairs: PostgreSQL keeps neither.
_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")


class TooLarge(DomainError):
    """The body is over the limit (大きすぎる送信)."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "too_large",
            413,
            {
                "ja": "送信されたデータが大きすぎます（上限 {limit} MB）。"
                "ファイルを小さくするか、分けて送ってください。",
                "en": "What was sent is too large (the limit is {limit} MB). "
                "Make the files smaller or send them separately.",
            },
            {"limit": max(1, limit // (1024 * 1024))},
        )


class UnreadableJson(DomainError):
    """The body is not JSON that can be kept (読めないJSON)."""

    def __init__(self) -> None:
        super().__init__(
            "unreadable_json",
            400,
            {
                "ja": "送信されたJSONを読めません。UTF-8の正しいJSONで、"
                "制御文字NULや対になっていないサロゲートを含めずに送ってください。",
                "en": "The JSON sent cannot be read. Send valid JSON in UTF-8 "
                "without the NUL character and without unpaired surrogates.",
            },
        )


class _Body:
    """The body as it comes from the server, and whether its end was seen."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ended = False

    async def receive(self) -> Message:
        """The server's next message."""
        message = await self._receive()
        self._ended = self._ended or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read on for a while: a browser shows our answer only once it has sent its body."""
        total = 0
        while not self._ended and total < LARGEST_DRAIN:
            total += len((await self.receive()).get("body") or b"")


class Gate:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, *, max_body: int, max_upload: int, trusted_host: str) -> None:
        self.app = app
        self.max_body = max_body
        self.max_upload = max_upload
        self.trusted_host = trusted_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, headers_only(send)
        started = False
        body = _Body(receive)

        async def watch(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if message["status"] in ANSWERED_EARLY:
                    await body.drain()
            await send(message)

        try:
            response = refusal(scope, self.trusted_host)
            if response is None:
                await self.app(scope, await self._limited(scope, body.receive), watch)
                return
        except DomainError as error:
            if started:
                raise
            response = domain_problem(Request(scope), error)
        except ClientDisconnect:
            if started:
                return
            response = gone()
        except Exception as error:
            if started:
                raise
            response = server_error(Request(scope), error)
        await response(scope, body.receive, watch)

    async def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """`receive` that raises TooLarge beyond the limit; JSON bodies are read and checked now."""
        headers = Request(scope).headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        is_json = kind == "application/json" or kind.endswith("+json")
        limit = self.max_upload if kind == "multipart/form-data" else self.max_body
        declared = headers.get("content-length", "")
        if declared.isascii() and declared.isdigit() and int(declared[:18]) > limit:
            raise TooLarge(limit)
        counted = _counted(receive, limit)
        return await _checked_json(counted) if is_json else counted


def gone() -> Response:
    """For who left before all was said: nobody hears it, and it is no fault of ours."""
    return Response(status_code=400)


def refusal(scope: Scope, trusted_host: str) -> Response | None:
    """The answer to a request that must not go further, or None."""
    headers = Headers(scope=scope)
    status = address_fault(scope, headers)
    if status is not None:
        return _plainly(scope, status)
    if not is_same_origin(scope["method"], headers, trusted_host):
        return problem(Request(scope), 403, code="cross_origin", message=_CROSS_ORIGIN)
    return None


def address_fault(scope: Scope, headers: Headers) -> int | None:
    """The status for an address that is too long (414) or that nothing could keep (400), or None."""
    query: bytes = scope["query_string"]
    path: str = scope["path"]
    if len(scope.get("raw_path") or path) + len(query) > LONGEST_ADDRESS:
        return 414
    strange = "\0" in path or not _is_text(path) or b"%00" in query or b"\0" in query
    if strange or not _is_utf8(query) or not _HOST.fullmatch(headers.get("host", "x")):
        return 400
    return None


_CROSS_ORIGIN = {
    "ja": "ほかのサイトから送られた操作は受け付けていません。"
    "この画面を開き直して、もう一度操作してください。",
    "en": "Actions sent from another site are not accepted. Please open this page again and retry.",
}


def _plainly(scope: Scope, status: int) -> Response:
    """A problem about the address itself: the page must not repeat it."""
    path = "/api/" if scope["path"].startswith("/api/") else "/"
    return problem(
        Request({**scope, "path": path, "raw_path": path.encode(), "query_string": b""}), status
    )


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_text(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _counted(receive: Receive, limit: int) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body") or b"")
        if total > limit:
            raise TooLarge(limit)
        return message

    return counted


async def _checked_json(receive: Receive) -> Receive:
    """Read the whole body, refuse JSON with characters no database keeps, and offer it again."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body") or b"")
        more = message.get("more_body", False)
    body = b"".join(parts)
    _check_json(body)
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def holds_suspect(body: bytes) -> bool:
    """Whether a JSON text may hold characters no database keeps: it must be looked at closely."""
    return _SUSPECT.search(body) is not None


def _check_json(body: bytes) -> None:
    try:
        body.decode("utf-8")
        if holds_suspect(body) and not _storable(json.loads(body)):
            raise UnreadableJson
    except (ValueError, RecursionError) as fault:
        raise UnreadableJson from fault


def _storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and _is_text(value)
    if isinstance(value, dict):
        return all(_storable(key) and _storable(item) for key, item in value.items())
    return all(_storable(item) for item in value) if isinstance(value, list) else True


def headers_only(send: Send) -> Send:
    """`send` for the answer to HEAD: the headers of GET without its body."""

    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return without_body
