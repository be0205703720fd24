"""The feed of changes (変更の通知): whose record changed, in order, as pages or as a stream.

A place in the feed is the last record seen (day, number). As a stream (SSE) it goes on by itself; a
connection that breaks is taken up again by Last-Event-ID.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.rest.answering import OPEN, answer
from madoguchi.registry.rest.parameters import Parameters
from madoguchi.registry.rest.showing import of_change
from madoguchi.web.paging import after, make_cursor, read_cursor

LIST = "registry.changes"
MOST = 1_000
STREAMS = 50  # held open by one process
LOOK_EVERY = 5.0  # seconds
BEAT_EVERY = 15.0
LONGEST_STREAM = 1_800.0

Place = tuple[date, str]
_open = 0


async def changes(request: Request) -> Response:
    """The records behind a place in the feed, or from a day on; `next` is where to go on later."""
    asked = Parameters(request, ("after", "since", "limit"))
    limit = asked.integer("limit", 1, MOST, 100)
    secret = request.app.state.settings.secret_key
    place = _place(asked, secret, request.headers.get("last-event-id", ""))
    if "text/event-stream" in request.headers.get("accept", ""):
        return _streamed(request, place)
    async with request.app.state.database.looking() as session:
        found = await changed_after(session, place, limit)
    last = place_of(found[-1]) if found else place
    shown = {
        "changes": [of_change(record) for record in found],
        "next": make_cursor(secret, LIST, last),
        "more": len(found) == limit,
    }
    return answer(request, shown, cache="no-cache")


async def changed_after(session: AsyncSession, place: Place, limit: int) -> list[Record]:
    """The records behind a place, in the order of the feed."""
    columns = [getattr(Corporation, name) for name in Record._fields]
    order = [Corporation.updated_on, Corporation.number]
    query = select(*columns).where(after(order, place)).order_by(*order).limit(limit)
    return [Record(*row) for row in await session.execute(query)]


def place_of(record: Record) -> Place:
    """Where in the feed a record stands."""
    return record.updated_on, record.number


def _place(asked: Parameters, secret: str, last_event: str) -> Place:
    cursor = last_event[:1_000] or asked.text("after", 1_000)
    if not cursor:
        return asked.day("since") or date.min, ""
    values: tuple[Any, ...] = read_cursor(secret, LIST, cursor)
    return values[0], values[1]


def _streamed(request: Request, place: Place) -> Response:
    if _open >= STREAMS:
        raise RegistryError(
            "too_many_streams",
            503,
            {
                "ja": "接続が多すぎます。時間をおいてつなぎ直すか、ページで取得してください。",
                "en": "There are too many streams. Connect again later, or read by pages.",
            },
        )
    return _Stream(
        _events(request, place),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **OPEN},
    )


class _Stream(StreamingResponse):
    """A stream that counts among those held open for as long as it is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        global _open
        _open += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            _open -= 1


async def _events(request: Request, place: Place) -> AsyncIterator[bytes]:
    """What changed, then what changes; a comment now and then, so that a dead line is noticed."""
    state, loop = request.app.state, asyncio.get_running_loop()
    end, beat = loop.time() + LONGEST_STREAM, loop.time() + BEAT_EVERY
    yield b"retry: 3000\n\n"
    while loop.time() < end:
        async with state.database.looking() as session:
            found = await changed_after(session, place, MOST)
        for record in found:
            place = place_of(record)
            yield _event(make_cursor(state.settings.secret_key, LIST, place), record)
        if found:
            continue
        if loop.time() >= beat:
            beat = loop.time() + BEAT_EVERY
            yield b": nothing new\n\n"
        await asyncio.sleep(LOOK_EVERY)


def _event(id: str, record: Record) -> bytes:
    data = json.dumps(of_change(record), ensure_ascii=False, separators=(",", ":"))
    return f"id: {id}\nevent: corporation.changed\ndata: {data}\n\n".encode()
