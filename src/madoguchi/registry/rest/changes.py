"""The feed of changes (変更の通知): whose record changed, in order, as pages or as a stream.

It is read from the log of changes, whose places are in the order of commits: what is taken in late
or twice is told, too. As a stream (SSE) it goes on by itself; a connection that breaks is taken up
again by Last-Event-ID.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from madoguchi.kernel.clock import JST
from madoguchi.registry import changes as log
from madoguchi.registry.corporations.queries import currents
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.rest.answering import OPEN, answer
from madoguchi.registry.rest.parameters import Parameters
from madoguchi.registry.rest.showing import of_change
from madoguchi.web.paging import make_cursor, read_cursor

LIST = "registry.change_log"
MOST = 1_000
AT_ONCE = 4  # changes read together, of up to 5,000 corporations each
LONGEST_LOOK = 50  # changes looked through for one page
STREAMS = 50  # held open by one process
LOOK_EVERY = 5.0  # seconds
BEAT_EVERY = 15.0
LONGEST_STREAM = 1_800.0
_open = 0


class Place(NamedTuple):
    """How far somebody has read: all changes up to `whole`, of the next one up to `number`."""

    whole: int
    number: str = ""


@dataclass(frozen=True)
class Told:
    """Records with the place behind each; `end` is behind all that was looked through.

    `more`: there may be more already.
    """

    records: Sequence[tuple[Place, Record]]
    end: Place
    more: bool


async def changes(request: Request) -> Response:
    """The records behind a place in the feed, or from a day on; `next` is where to go on later."""
    asked = Parameters(request, ("after", "since", "limit"))
    limit = asked.integer("limit", 1, MOST, 100)
    state = request.app.state
    async with state.database.looking() as session:
        place = await _place(session, asked, request)
        told = await changed_after(session, place, limit)
    if "text/event-stream" in request.headers.get("accept", ""):
        return _streamed(request, place)
    shown = {
        "changes": [of_change(record) for _, record in told.records],
        "next": make_cursor(state.settings.secret_key, LIST, told.end),
        "more": told.more,
    }
    return answer(request, shown, cache="no-cache")


def feed_from(secret: str, place: int) -> str:
    """The address at which the feed goes on behind a place of the log."""
    cursor = make_cursor(secret, LIST, Place(place))
    return f"/api/v1/corporations/changes?after={cursor}"


async def changed_after(session: AsyncSession, place: Place, limit: int) -> Told:
    """The records of those who changed behind a place, as they are now, each once.

    RegistryError 410 when changes behind the place are forgotten.
    """
    numbers: dict[str, Place] = {}
    looked, end = 0, place
    while looked < LONGEST_LOOK and len(numbers) < limit:
        found = await log.since(session, end.whole, AT_ONCE)
        if found is None:
            raise forgotten()
        for change in found:
            for number in change.numbers:
                if number > end.number:
                    if len(numbers) == limit:
                        return await _told(session, numbers, end, more=True)
                    end = Place(change.place - 1, number)
                    numbers.setdefault(number, end)
            end = Place(change.place)
        looked += len(found)
        if len(found) < AT_ONCE:
            return await _told(session, numbers, end, more=False)
    return await _told(session, numbers, end, more=True)


async def _told(
    session: AsyncSession, numbers: dict[str, Place], end: Place, *, more: bool
) -> Told:
    records = await currents(session, list(numbers))
    told = [(place, records[number]) for number, place in numbers.items() if number in records]
    return Told(told, end, more)


def forgotten() -> RegistryError:
    """410: somebody has not read for so long that changes were forgotten meanwhile."""
    days = log.KEPT.days
    return RegistryError(
        "changes_forgotten",
        410,
        {
            "ja": f"変更の記録は{days}日間だけ保存しています。この位置より後の一部は残っていません。"
            "全件ダウンロード（/open-data）で取り込み直すか、法人番号システムWeb-APIの/4/diff、gBizINFOのupdateInfoで"
            "期間を指定して取得し、そのあとafterなしで読み直してください。",
            "en": f"Changes are kept for {days} days, and some behind this place are gone. Take the full "
            "download (/open-data), or ask the period by /4/diff or updateInfo, and begin again without "
            "`after`.",
        },
    )


async def _place(session: AsyncSession, asked: Parameters, request: Request) -> Place:
    state = request.app.state
    cursor = request.headers.get("last-event-id", "")[:1_000] or asked.text("after", 1_000)
    day = asked.day("since")
    if cursor:
        values: tuple[Any, ...] = read_cursor(state.settings.secret_key, LIST, cursor)
        place = Place(*values)
        if place.whole > await log.newest(session):  # of a database that was put back to before
            raise forgotten()
        return place
    if day is None:
        oldest = await log.oldest_kept(session)
        return Place(oldest[0] - 1 if oldest else 0)
    begins = datetime.combine(day, time(), JST)
    found = await log.place_before(session, begins, state.clock())
    if found is None:
        raise forgotten()
    return Place(found)


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
    secret = state.settings.secret_key
    end, beat = loop.time() + LONGEST_STREAM, loop.time() + BEAT_EVERY
    yield b"retry: 3000\n\n"
    while loop.time() < end:
        async with state.database.looking() as session:
            told = await changed_after(session, place, MOST)
        for behind, record in told.records:
            yield _event(make_cursor(secret, LIST, behind), record)
        place = told.end
        if told.more:
            continue
        if loop.time() >= beat:
            beat = loop.time() + BEAT_EVERY
            yield b": nothing new\n\n"
        await asyncio.sleep(LOOK_EVERY)


def _event(id: str, record: Record) -> bytes:
    data = json.dumps(of_change(record), ensure_ascii=False, separators=(",", ":"))
    return f"id: {id}\nevent: corporation.changed\ndata: {data}\n\n".encode()
