"""The log as files of the web (C2SP tlog-tiles): checkpoint, tiles, key."""

import asyncio
import re

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from madoguchi.evidence.errors import not_in_log
from madoguchi.kernel.transparency import Log
from madoguchi.kernel.transparency.tiles import WIDTH, TileMissing
from madoguchi.kernel.transparency.witnessing import newest_cosigned

router = APIRouter(prefix="/log", include_in_schema=False)

_TILE = re.compile(r"([0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?")
_BRIEF = {"Cache-Control": "public, max-age=1"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@router.get("/checkpoint")
async def checkpoint(request: Request) -> Response:
    """The newest signed checkpoint."""
    note = await asyncio.to_thread(request.app.state.log.note)
    if note is None:
        raise not_in_log()
    return PlainTextResponse(str(note), headers=_BRIEF)


@router.get("/checkpoint/cosigned")
async def cosigned(request: Request) -> Response:
    """The newest checkpoint witnesses have signed, with their signatures."""
    async with request.app.state.database.reading() as session:
        note = await newest_cosigned(session)
    if note is None:
        raise not_in_log()
    return PlainTextResponse(note, headers=_BRIEF)


@router.get("/key")
async def key(request: Request) -> Response:
    """The key for checking, one line."""
    return PlainTextResponse(f"{request.app.state.log.key}\n", headers=_BRIEF)


@router.get("/tile/{path:path}")
async def tile(request: Request, path: str) -> Response:
    """A tile, full or partial: 32 bytes a hash, never changing."""
    log: Log = request.app.state.log
    found = _TILE.fullmatch(path)
    width = int(found[3] or WIDTH) if found else 0
    if found is None or not 1 <= width <= WIDTH or (found[3] and width == WIDTH):
        raise not_in_log()
    index = int(re.sub("[x/]", "", found[2]))
    size = (await asyncio.to_thread(log.checkpoint)).size
    if width > (size >> 8 * int(found[1])) - index * WIDTH:
        raise not_in_log()  # written but not signed yet, or never
    try:
        content = await asyncio.to_thread(log.tiles.tile, int(found[1]), index, width)
    except TileMissing:
        raise not_in_log() from None
    return Response(content, media_type="application/octet-stream", headers=_FOREVER)
