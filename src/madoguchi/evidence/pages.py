"""The page of the log: what it is, how it stands, and checking a receipt."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from madoguchi.kernel.journal.service import erasures
from madoguchi.kernel.transparency import Log
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.models import COSIGNED, TIMESTAMPED
from madoguchi.kernel.transparency.receipts import Flaw, check_receipt, read_receipt
from madoguchi.kernel.transparency.witnessing import newest_by
from madoguchi.web.forms import form_of

router = APIRouter(include_in_schema=False)

LARGEST = 20_000_000


@router.get("/log")
async def log_page(request: Request) -> Response:
    """How the log stands; the form for a receipt."""
    return await _show(request)


@router.post("/log")
async def check(request: Request) -> Response:
    """What is wrong with a receipt somebody hands in; nothing of it is kept."""
    log: Log = request.app.state.log
    async with form_of(request, LARGEST) as form:
        sent = form.file("receipt")
        content = sent.read() if sent is not None else b""
    if not content:
        return await _show(request, missing=True)
    try:
        receipt = read_receipt(content)
    except ValueError:
        return await _show(request, unreadable=True)
    flaws = await asyncio.to_thread(check_receipt, receipt, log.key)
    return await _show(request, flaws=flaws, number=str(receipt.get("arrival_number") or "")[:40])


async def _show(
    request: Request,
    *,
    flaws: list[Flaw] | None = None,
    number: str = "",
    missing: bool = False,
    unreadable: bool = False,
) -> Response:
    log: Log = request.app.state.log
    note = await asyncio.to_thread(log.note)
    state = request.app.state
    signers = [
        *((COSIGNED, witness.key.name) for witness in state.witnesses),
        (TIMESTAMPED, state.settings.timestamp_url[:200]),
    ]
    async with state.database.reading() as session:
        erased = await erasures(session)
        attested = await newest_by(session, signers)
    page: Response = request.app.state.pages.render(
        request,
        "evidence/log.html",
        status=422 if missing or unreadable else 200,
        key=str(log.key),
        note=str(note) if note else None,
        size=read_checkpoint(note.text).size if note else 0,
        attested=attested,
        flaws=flaws,
        erased=[
            {
                "at": entry.at,
                "basis": (entry.payload or {}).get("basis"),
                "hash": entry.leaf_hash,
                "place": place,
            }
            for entry, place in erased
        ],
        number=number,
        missing=missing,
        unreadable=unreadable,
    )
    return page
