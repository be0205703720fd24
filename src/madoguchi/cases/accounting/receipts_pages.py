"""Pages of reconciliation (消込): daily files, what each line came to, money nobody knows."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.cases.accounting.pages import FORM_BYTES, Accountant
from madoguchi.cases.errors import not_found
from madoguchi.kernel.ids import is_id
from madoguchi.kernel.japanese import normalise_line
from madoguchi.payments.daily_file import Faulty, receipt_files, settle_file
from madoguchi.payments.models import ReceiptFile
from madoguchi.payments.receiving import note_unknown, unknown_receipts
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
FILE_BYTES = 2_000_000
MOST_FAULTS = 50
TONES = {
    "exact": "success",
    "repeated": "neutral",
    "short": "error",
    "over": "error",
    "duplicate": "warning",
    "late": "warning",
    "unknown": "error",
    "contradiction": "error",
}


@router.get("/desk/receipts")
async def show_files(request: Request, actor: Accountant) -> HTMLResponse:
    """The files taken in, a place for the next, money nobody knows."""
    return await _files(request)


@router.post("/desk/receipts")
async def upload(request: Request, actor: Accountant) -> Response:
    """Take in a daily file; a faulty one changes nothing and is explained line by line."""
    state = request.app.state
    async with form_of(request, FILE_BYTES) as form:
        sent = form.file("/file")
        name, content = (sent.filename, sent.read()) if sent is not None else ("", b"")
    if not content:
        text = state.texts.text("accounting.receipts.choose")
        return await _files(request, [Faulty(0, text)])
    async with state.database.session() as session:
        file, faults = await settle_file(
            session, name=name or "receipts.csv", content=content, by=actor.id, at=state.clock()
        )
        if file is not None:
            await session.commit()
    if file is None:
        return await _files(request, faults)
    return RedirectResponse(f"/desk/receipts/{file.id}", 303)


@router.get("/desk/receipts/{id}")
async def show_file(request: Request, id: str, actor: Accountant) -> HTMLResponse:
    """What each line of a file came to; what needs a person first."""
    async with request.app.state.database.reading() as session:
        file = await session.get(ReceiptFile, id) if is_id(id) else None
    if file is None:
        raise not_found()
    calm = ("exact", "repeated")
    lines = sorted(file.lines, key=lambda line: (line["outcome"] in calm, line["line"]))
    return _page(request, "receipt_file.html", file=file, lines=lines, wide=True)


@router.post("/desk/receipts/unknown")
async def note(request: Request, actor: Accountant) -> Response:
    """Write down what came of money nobody knew."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        number, text = form.value("receipt"), normalise_line(form.value("/note"))
    if not text:
        flash(request, state.texts.text("accounting.receipts.note_needed"), "warning")
        return RedirectResponse("/desk/receipts#unknown", 303)
    async with state.database.session() as session:
        if not await note_unknown(session, number, text, actor.id, state.clock()):
            raise not_found()
        await session.commit()
    flash(request, state.texts.text("accounting.done.noted"))
    return RedirectResponse("/desk/receipts#unknown", 303)


async def _files(request: Request, faults: list[Faulty] | None = None) -> HTMLResponse:
    async with request.app.state.database.reading() as session:
        files = await receipt_files(session)
        unknown = await unknown_receipts(session)
    return _page(
        request,
        "receipts.html",
        status=422 if faults else 200,
        files=files,
        unknown=unknown,
        faults=(faults or [])[:MOST_FAULTS],
        errors=[{"name": "/file", "text": fault.text} for fault in (faults or [])[:1]],
    )


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    rendered: HTMLResponse = request.app.state.pages.render(
        request, f"accounting/{name}", status=status, tones=TONES, **context
    )
    return rendered
