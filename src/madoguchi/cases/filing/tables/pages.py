"""Pages of a table by file: its rows and faults, the template, the upload, the look before."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.access import case_for
from madoguchi.cases.errors import CaseError, not_found
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.cases.filing.tables import service
from madoguchi.cases.filing.tables.faults import row_faults
from madoguchi.cases.filing.tables.files import filed_file, report_file, table_file
from madoguchi.cases.filing.tables.loading import MODES, REPLACE
from madoguchi.cases.filing.tables.service import Preview, Table
from madoguchi.cases.spreadsheets.cells import written
from madoguchi.cases.spreadsheets.reading import ACCEPT, SpreadsheetError
from madoguchi.documents import service as documents
from madoguchi.documents.service import DocumentError, Owner
from madoguchi.identity.service import Actor
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures import service as procedures
from madoguchi.web.form_input import FormFile
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
PAGE = 50
FAULTS_SHOWN = 100
UPLOAD_BYTES = 40_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BASE = "/drafts/{draft_id}/tables/{name}"


@router.get(_BASE)
async def table(request: Request, draft_id: str, name: str, actor: Signed) -> Response:
    """The rows of a table, fifty at a time, with what is wrong with them; the way to a file."""
    return await _show(request, actor, draft_id, name)


@router.get(_BASE + "/template")
async def template(request: Request, draft_id: str, name: str, actor: Signed) -> Response:
    """The file to fill in (?format=csv), with the present rows in it (?rows=1)."""
    params, language = request.query_params, request.state.language
    format = "csv" if params.get("format") == "csv" else "xlsx"
    found = await _table(request, actor, draft_id, name)
    rows = found.rows if params.get("rows") == "1" else []
    entries = found.judged.environment.entries
    content = await asyncio.to_thread(table_file, found.field, rows, entries, language, format)
    label = pick(found.field.label, language)
    media = "text/csv; charset=utf-8" if format == "csv" else XLSX
    headers = documents.download_headers(f"{label}.{format}", media)
    return Response(content, headers=dict(headers))


@router.post(_BASE)
async def upload(request: Request, draft_id: str, name: str, actor: Signed) -> Response:
    """Take in a file and show what it holds; the draft stays as it is."""
    async with form_of(request, UPLOAD_BYTES) as form:
        mode = form.value("mode") if form.value("mode") in MODES else REPLACE
        sent = form.file("file")
        try:
            await _table(request, actor, draft_id, name)
            file_id = await _keep(request, actor, sent)
            if file_id is None:
                return await _show(request, actor, draft_id, name, refusal=_NO_FILE)
            state = request.app.state
            await service.check_file(
                state.database, state.blobs, actor, state.clock, draft_id, name, file_id
            )
        except (SpreadsheetError, DocumentError) as fault:
            return await _show(request, actor, draft_id, name, refusal=fault.message)
    return RedirectResponse(f"/drafts/{draft_id}/tables/{name}/uploads/{file_id}?mode={mode}", 303)


@router.get(_BASE + "/uploads/{file_id}")
async def look(request: Request, draft_id: str, name: str, file_id: str, actor: Signed) -> Response:
    """What taking over the file would give, and what is wrong with it, by row and column."""
    state, mode = request.app.state, _mode(request)
    found = await _preview(request, actor, draft_id, name, file_id, mode)
    errors = [fault for fault in found.faults if fault.severity == "error"]
    page: Response = state.pages.render(
        request,
        "cases/filing/table_upload.html",
        wide=True,
        draft=found.table.draft,
        field=found.table.field,
        file_id=file_id,
        mode=mode,
        count=len(found.loaded.rows),
        after=len(found.rows),
        before=len(found.rows) - len(found.loaded.rows),
        unknown=found.loaded.unknown,
        faults=found.faults[:FAULTS_SHOWN],
        error_count=len(errors),
        faulty_rows=len({fault.row for fault in errors if fault.row}),
        more=max(0, len(found.faults) - FAULTS_SHOWN),
    )
    return page


@router.get(_BASE + "/uploads/{file_id}/faults.xlsx")
async def report(
    request: Request, draft_id: str, name: str, file_id: str, actor: Signed
) -> Response:
    """The faulty rows of an uploaded file, to be corrected and sent again."""
    found = await _preview(request, actor, draft_id, name, file_id, _mode(request))
    return await _report(request, found.table, found.rows, found.faults)


@router.get(_BASE + "/faults.xlsx")
async def own_report(request: Request, draft_id: str, name: str, actor: Signed) -> Response:
    """The faulty rows the table has now."""
    found = await _table(request, actor, draft_id, name)
    return await _report(
        request, found, found.rows, row_faults(found.field, found.faults, found.rows, {})
    )


@router.post(_BASE + "/uploads/{file_id}")
async def take_over(
    request: Request, draft_id: str, name: str, file_id: str, actor: Signed
) -> Response:
    """Put the rows into the draft."""
    state = request.app.state
    async with form_of(request, 100_000) as form:
        revision, mode = form.value("revision"), form.value("mode")
    here = f"/drafts/{draft_id}/tables/{name}"
    try:
        count = await service.take_over(
            state.database,
            state.blobs,
            actor,
            state.clock,
            draft_id,
            name,
            file_id,
            mode if mode in MODES else REPLACE,
            int(revision) if revision.isascii() and revision.isdigit() else -1,
        )
    except CaseError as fault:
        if fault.status != 412:
            raise
        flash(request, state.texts.text("cases.tables.changed"), "warning")
        return RedirectResponse(f"{here}/uploads/{file_id}?mode={mode}", 303)
    text = {la: state.texts.t("cases.tables.taken", la, count=f"{count:,}") for la in ("ja", "en")}
    flash(request, text)
    return RedirectResponse(here, 303)


_NO_FILE: Text = {
    "ja": "ファイルを選んでください。",
    "en": "Choose a file.",
}


@router.get("/cases/{case_id}/tables/{name}")
async def filed(request: Request, case_id: str, name: str, actor: Signed) -> Response:
    """Every row of a table that was filed, as XLSX, for whoever may see the case."""
    state, language = request.app.state, request.state.language
    async with state.database.reading() as session:
        case = await case_for(session, actor, case_id)
        package = await procedures.package(session, case.digest)
    field = package.fields.get(name)
    if field is None or field.type != "table" or field.for_officials:
        raise not_found()
    content = await asyncio.to_thread(filed_file, package, case, name, language)
    file = f"{case.arrival_number} {pick(field.label, language)}.xlsx"
    return Response(content, headers=dict(documents.download_headers(file, XLSX)))


async def _show(
    request: Request, actor: Actor, draft_id: str, name: str, refusal: Text | None = None
) -> Response:
    state, language, params = request.app.state, request.state.language, request.query_params
    found = await _table(request, actor, draft_id, name)
    rows = found.rows
    home = found.page
    begun = home is None or home.id in found.draft.visited
    faults = row_faults(found.field, found.faults, rows, {}) if begun else []
    errors = [fault for fault in faults if fault.severity == "error"]
    faulty = {fault.row for fault in errors if fault.row}
    only = params.get("faulty") == "1"
    chosen = [(n, row) for n, row in enumerate(rows, 1) if not only or row["row"] in faulty]
    start = min(_number(params.get("from")), max(0, len(chosen) - 1))
    entries = found.judged.environment.entries
    said: dict[str, list[Text]] = {}
    for fault in errors:
        said.setdefault(str(fault.row), []).append(fault.message)
    page: Response = state.pages.render(
        request,
        "cases/filing/table.html",
        status=422 if refusal else 200,
        wide=True,
        draft=found.draft,
        field=found.field,
        leaves=found.leaves,
        lines=[
            {
                "number": number,
                "cells": written(found.leaves, row, language, entries),
                "faults": said.get(str(row["row"]), []),
            }
            for number, row in chosen[start : start + PAGE]
        ],
        whole=[fault for fault in errors if fault.row is None],
        total=len(rows),
        faulty=len(faulty),
        only=only,
        previous=max(0, start - PAGE) if start else None,
        next=start + PAGE if start + PAGE < len(chosen) else None,
        open=found.open,
        home=f"/drafts/{draft_id}/pages/{home.id}" if home else f"/drafts/{draft_id}",
        errors=[{"name": "file", "text": refusal}] if refusal else [],
    )
    return page


async def _table(request: Request, actor: Actor, draft_id: str, name: str) -> Table:
    state = request.app.state
    async with state.database.reading() as session:
        return await service.table_of(session, actor, state.clock, draft_id, name)


async def _preview(
    request: Request, actor: Actor, draft_id: str, name: str, file_id: str, mode: str
) -> Preview:
    state = request.app.state
    return await service.preview(
        state.database, state.blobs, actor, state.clock, draft_id, name, file_id, mode
    )


async def _keep(request: Request, actor: Actor, sent: FormFile | None) -> str | None:
    """Keep the file as it was sent; its id, None when none was chosen."""
    state = request.app.state
    if sent is None or not sent.filename:
        return None
    async with state.database.session() as session:
        stored = await documents.receive(
            session,
            state.blobs,
            name=sent.filename,
            stream=sent.chunks(),
            spec=ACCEPT,
            at=state.clock(),
            owner=Owner(person=actor.id, organisation=actor.organisation),
        )
        await session.commit()
    return stored.id


async def _report(request: Request, table: Table, rows: Any, faults: Any) -> Response:
    language = request.state.language
    entries = table.judged.environment.entries
    content = await asyncio.to_thread(report_file, table.field, rows, faults, entries, language)
    label = request.app.state.texts.t("cases.tables.report_name", language)
    name = f"{pick(table.field.label, language)} {label}.xlsx"
    return Response(content, headers=dict(documents.download_headers(name, XLSX)))


def _mode(request: Request) -> str:
    mode = request.query_params.get("mode", REPLACE)
    return mode if mode in MODES else REPLACE


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0
