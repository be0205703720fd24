"""Pages of exports: asking for one, watching it being made, taking the file."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from madoguchi.cases.errors import CaseError
from madoguchi.cases.exports import service
from madoguchi.cases.exports.files.xlsx_file import TooManyRows
from madoguchi.cases.exports.models import DONE, FAILED, WAITING, Export
from madoguchi.cases.exports.selections import selection_of
from madoguchi.cases.exports.service import AT_ONCE, MAKE_JOB
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.documents import service as documents
from madoguchi.identity.service import safe_return
from madoguchi.kernel.jobs import DEAD, progress
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
FORM_BYTES = 100_000
TONES = {WAITING: "info", DONE: "success", FAILED: "error", "expired": "neutral"}


@router.post("/exports")
async def ask(request: Request, actor: Signed) -> Response:
    """Export what a list shows: a short one is the answer itself, a long one is a job."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        values = {name: form.value(name) for name in form.fields}
    back = safe_return(values.get("return") or "/exports")
    try:
        selection = selection_of(values)
        format = service.format_named(values.get("format", ""))
        async with state.database.reading() as session:
            counted = await service.measure(session, actor, selection, format, state.clock)
    except (CaseError, TooManyRows) as fault:
        if fault.status != 422:
            raise
        flash(request, fault.message, "warning")
        return RedirectResponse(back, 303)
    asked = (actor, selection, counted, format, request.state.language, state.clock)
    if counted.total <= AT_ONCE:
        made = await service.at_once(state.database, *asked)
        headers = documents.download_headers(made.name, made.media_type)
        return StreamingResponse(made.content, headers=dict(headers))
    async with state.database.session() as session:
        export = await service.ask(session, *asked)
        await session.commit()
    return RedirectResponse(f"/exports/{export.id}", 303)


@router.get("/exports")
async def exports(request: Request, actor: Signed) -> Response:
    """My latest exports."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.exports_of(session, actor)
    lines = [{"export": item, "state": _state(item, state.clock())} for item in found]
    page: Response = state.pages.render(
        request, "cases/exports/list.html", lines=lines, tones=TONES
    )
    return page


@router.get("/exports/{export_id}")
async def export(request: Request, export_id: str, actor: Signed) -> Response:
    """How far an export is; its file when it is ready."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.export_for(session, actor, export_id)
        reached = await progress(session, MAKE_JOB, found.id)
    shown = _state(found, state.clock())
    if shown == WAITING and reached is not None and reached.state == DEAD:
        shown = FAILED
    page: Response = state.pages.render(
        request,
        "cases/exports/export.html",
        export=found,
        shown=shown,
        done=min(reached.done, found.rows) if reached is not None else 0,
        source_href={"desk": "/desk", "cases": "/cases"}[found.selection["source"]],
    )
    return page


@router.get("/exports/{export_id}/file")
async def file(request: Request, export_id: str, actor: Signed) -> Response:
    """The file."""
    state = request.app.state
    async with state.database.session() as session:
        found, path = await service.content_of(session, state.blobs, actor, export_id, state.clock)
        await session.commit()
    headers = documents.download_headers(found.name, found.media_type)
    return FileResponse(path, headers=dict(headers))


def _state(export: Export, now: Any) -> str:
    gone = export.state == DONE and (export.sha256 is None or export.expires_at <= now)
    return "expired" if gone else export.state
