"""The door of uploads (ファイルの受付口): ASGI middleware that takes small files of programs in groups.

It stands before sessions, languages and routes. What is not plain goes on with its body as it came.
"""

from collections.abc import Sequence

from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.documents.schemas import FileOut
from madoguchi.documents.uploading.asked import Asked, read_request
from madoguchi.documents.uploading.storing import Row, take_in
from madoguchi.kernel.database import Database
from madoguchi.kernel.grouping import GoOn, Grouping
from madoguchi.web.doors import headers_of, offering, read_whole, send_answer
from madoguchi.web.gate import refusal

PATH = "/api/v1/files"
LARGEST_BODY = 1_000_000  # what is larger goes the ordinary way, through files on the disk
MOST_HELD = 64_000_000  # bytes of bodies in memory, read before it is known who sends them
LARGEST_GROUP = 32
MOST_WAITING = 1_000
LANES = 2  # while one group is committed, the next is looked into

Uploads = Grouping[Asked, Row | None]


def open_uploads(database: Database, state: State) -> Uploads:
    """Where uploads gather; `state` has blobs, clock, settings. Close it before the database."""

    async def work(group: Sequence[Asked], go_on: GoOn) -> list[Row | None]:
        scan = bool(state.settings.scanner_url)
        return await take_in(database, state.blobs, state.clock, scan, group, go_on)

    return Grouping(work, largest=LARGEST_GROUP, most_waiting=MOST_WAITING, lanes=LANES)


class Door:
    """ASGI middleware; see the module. `state.uploads` is there while the application runs."""

    def __init__(self, app: ASGIApp, *, state: State, trusted_host: str) -> None:
        self.app = app
        self.state = state
        self.trusted_host = trusted_host
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        uploads: Uploads | None = getattr(self.state, "uploads", None)
        if uploads is None or not _may_enter(scope) or refusal(scope, self.trusted_host):
            await self.app(scope, receive, send)
            return
        headers = headers_of(scope)
        size = _declared(headers)
        if size is None or self._held + size > MOST_HELD:
            await self.app(scope, receive, send)
            return
        self._held += size
        try:
            await self._serve(uploads, headers, size, scope, receive, send)
        finally:
            self._held -= size

    async def _serve(
        self,
        uploads: Uploads,
        headers: dict[str, str],
        size: int,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        message = await read_whole(receive, size)
        body: bytes = message.get("body") or b""
        asked = read_request(headers, body) if len(body) == size else None
        try:
            row = await uploads.do(asked) if asked is not None else None
        except Exception:  # logged where it happened: the ordinary way finds words for it
            row = None
        if row is None:
            await self.app(scope, offering(message, receive), send)
            return
        content = FileOut.model_validate(row).model_dump_json().encode()
        await send_answer(send, 201, {"content-type": "application/json"}, content)


def _may_enter(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and scope["path"] == PATH
        and not scope["query_string"]  # a place's own rules are looked up by the ordinary way
    )


def _declared(headers: dict[str, str]) -> int | None:
    """The bytes of the body, when they are said and few."""
    length = headers.get("content-length", "")
    short = length.isascii() and length.isdigit() and len(length) <= len(str(LARGEST_BODY))
    return int(length) if short and int(length) <= LARGEST_BODY else None
