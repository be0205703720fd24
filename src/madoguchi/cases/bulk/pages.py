"""Pages of bulk filing: the template, the upload, the verdict row by row, filing, the result."""

import asyncio
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from madoguchi.cases.bulk import queries, service
from madoguchi.cases.bulk.entries import MOST_FILINGS
from madoguchi.cases.bulk.lines import faults_of, fee_lines
from madoguchi.cases.bulk.models import (
    CANCELLED,
    CHECKED,
    CHECKING,
    DONE,
    FAILED,
    FILING,
    READING,
    ROW_STATES,
    STOPPED,
    BulkFiling,
)
from madoguchi.cases.bulk.offering import plans_for
from madoguchi.cases.bulk.reading import ACCEPT
from madoguchi.cases.bulk.results import faults_file, results_csv
from madoguchi.cases.bulk.templates import template
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.documents import service as documents
from madoguchi.documents.service import DocumentError, Owner
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures import service as procedures
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
PAGE = 50
UPLOAD_BYTES = 30_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8", "zip": "application/zip"}
TONES = {
    **dict.fromkeys((READING, CHECKING, FILING), "info"),
    **{CHECKED: "warning", STOPPED: "warning", DONE: "success", FAILED: "error"},
    CANCELLED: "neutral",
    **{"waiting": "neutral", "good": "success", "fault": "error", "filed": "success"},
    "already": "info",
}
_NO_FILE: Text = {"ja": "ファイルを選んでください。", "en": "Choose a file."}


@router.get("/bulk")
async def bulks(request: Request, actor: Signed) -> Response:
    """My latest bulk filings, and how to begin one."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.bulks_of(session, actor)
    page: Response = state.pages.render(
        request, "cases/bulk/list.html", found=found, tones=TONES, most=MOST_FILINGS
    )
    return page


@router.get("/procedures/{procedure_id}/bulk")
async def begin(request: Request, procedure_id: str, actor: Signed) -> Response:
    """The template of a procedure, and the upload."""
    return await _begin(request, procedure_id, actor)


@router.get("/procedures/{procedure_id}/bulk/template")
async def empty(request: Request, procedure_id: str, actor: Signed) -> Response:
    """The file to fill in (?format=csv)."""
    state, language = request.app.state, request.state.language
    format = "csv" if request.query_params.get("format") == "csv" else "xlsx"
    async with state.database.reading() as session:
        package = await service.package_for(session, actor, procedure_id, state.clock)
        plans = await plans_for(session, actor, package, state.clock)
    content = await asyncio.to_thread(template, plans, language, format)
    ending = "zip" if format == "csv" and len(plans) > 1 else format
    name = f"{pick(package.title, language)}.{ending}"
    return Response(content, headers=dict(documents.download_headers(name, MEDIA[ending])))


@router.post("/procedures/{procedure_id}/bulk")
async def upload(request: Request, procedure_id: str, actor: Signed) -> Response:
    """Take in a file; its rows are checked, and nothing is filed yet."""
    state = request.app.state
    async with form_of(request, UPLOAD_BYTES) as form:
        sent = form.file("file")
        try:
            async with state.database.reading() as session:
                package = await service.package_for(session, actor, procedure_id, state.clock)
            if sent is None or not sent.filename:
                return await _begin(request, procedure_id, actor, _NO_FILE)
            async with state.database.session() as session:
                stored = await documents.receive(
                    session,
                    state.blobs,
                    name=sent.filename,
                    stream=sent.chunks(),
                    spec=ACCEPT,
                    at=state.clock(),
                    owner=Owner(person=actor.id),
                )
                bulk = await service.receive_file(
                    session, actor, package, stored, request.state.language, state.clock
                )
                await session.commit()
        except (DocumentError, CaseError) as fault:
            if fault.status in (403, 404):
                raise
            return await _begin(request, procedure_id, actor, fault.message)
    return RedirectResponse(f"/bulk/{bulk.id}", 303)


@router.get("/bulk/{bulk_id}")
async def look(request: Request, bulk_id: str, actor: Signed) -> Response:
    """How far it is, the verdict row by row, what was filed."""
    state, params = request.app.state, request.query_params
    async with state.database.reading() as session:
        bulk = await service.bulk_for(session, actor, bulk_id)
        package = await procedures.package(session, bulk.digest)
        shown = _chosen(bulk, params.get("rows"))
        after = _number(params.get("after"))
        found = await queries.rows(session, bulk.id, state=shown, after=after, limit=PAGE + 1)
        newer = (await procedures.current(session, bulk.procedure_id, _today(request))).digest
    page: Response = state.pages.render(
        request,
        "cases/bulk/bulk.html",
        wide=True,
        bulk=bulk,
        busy=bulk.state in service.UNDER_WAY,
        stalled=service.stalled(bulk, state.clock()),
        newer=newer != bulk.digest and bulk.state in (CHECKED, STOPPED),
        counts=_counts(bulk),
        shown=shown or "all",
        tones=TONES,
        fee_sum=fee_lines(bulk.fees),
        lines=[{"row": row, "faults": faults_of(package, row)} for row in found[:PAGE]],
        next=found[PAGE - 1].number if len(found) > PAGE else None,
        first=not after,
    )
    return page


@router.post("/bulk/{bulk_id}/file")
async def file(request: Request, bulk_id: str, actor: Signed) -> Response:
    """File the good rows by a job; pressed twice, it is done once."""
    state = request.app.state
    async with form_of(request, 100_000) as form:
        run = _number(form.value("run"))
    return await _act(
        request,
        bulk_id,
        lambda session: service.start_filing(session, actor, bulk_id, run, state.clock),
    )


@router.post("/bulk/{bulk_id}/stop")
async def stop(request: Request, bulk_id: str, actor: Signed) -> Response:
    """Stop what goes on."""
    clock = request.app.state.clock
    return await _act(
        request, bulk_id, lambda session: service.stop(session, actor, bulk_id, clock)
    )


@router.post("/bulk/{bulk_id}/check")
async def check(request: Request, bulk_id: str, actor: Signed) -> Response:
    """Judge the rows that are not filed once more."""
    clock = request.app.state.clock
    return await _act(
        request, bulk_id, lambda session: service.check_again(session, actor, bulk_id, clock)
    )


@router.get("/bulk/{bulk_id}/faults.{format}")
async def faults(request: Request, bulk_id: str, format: str, actor: Signed) -> Response:
    """The rows to put right, as XLSX or CSV, to be sent back corrected."""
    state, language = request.app.state, request.state.language
    format = "csv" if format == "csv" else "xlsx"
    async with state.database.reading() as session:
        bulk = await service.bulk_for(session, actor, bulk_id)
        package = await procedures.package(session, bulk.digest)
        content = await faults_file(session, bulk, package, language, format)
    ending = "zip" if content[:2] == b"PK" and format == "csv" else format
    name = (
        f"{pick(bulk.title, language)} {state.texts.t('cases.bulk.mend_name', language)}.{ending}"
    )
    return Response(content, headers=dict(documents.download_headers(name, MEDIA[ending])))


@router.get("/bulk/{bulk_id}/results.csv")
async def results(request: Request, bulk_id: str, actor: Signed) -> Response:
    """Every row with its arrival number."""
    state, language = request.app.state, request.state.language
    async with state.database.reading() as session:
        bulk = await service.bulk_for(session, actor, bulk_id)
        package = await procedures.package(session, bulk.digest)
    texts = {name: state.texts.t(f"cases.bulk.row.{name}", language) for name in ROW_STATES}

    async def lines() -> Any:
        async with state.database.reading() as session:
            async for line in results_csv(session, bulk, package, language, texts.__getitem__):
                yield line

    name = f"{pick(bulk.title, language)} {state.texts.t('cases.bulk.results_name', language)}.csv"
    return StreamingResponse(lines(), headers=dict(documents.download_headers(name, MEDIA["csv"])))


async def _begin(
    request: Request, procedure_id: str, actor: Actor, refusal: Text | None = None
) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        package = await service.package_for(session, actor, procedure_id, state.clock)
        plans = await plans_for(session, actor, package, state.clock)
        found = [
            item
            for item in await service.bulks_of(session, actor)
            if item.procedure_id == package.id
        ]
    page: Response = state.pages.render(
        request,
        "cases/bulk/begin.html",
        status=422 if refusal else 200,
        package=package,
        plans=plans,
        most=MOST_FILINGS,
        max_mb=ACCEPT.max_mb,
        client=any(leaf.path == "filing.client" for leaf in plans[0].leaves),
        files=[leaf for plan in plans for leaf in plan.leaves if leaf.field.type == "file"],
        found=found[:5],
        tones=TONES,
        errors=[{"name": "file", "text": refusal}] if refusal else [],
    )
    return page


async def _act(request: Request, bulk_id: str, work: Any) -> Response:
    state = request.app.state
    try:
        async with state.database.session() as session:
            await work(session)
            await session.commit()
    except CaseError as fault:
        if fault.status != 409:
            raise
        flash(request, fault.message, "warning")
    return RedirectResponse(f"/bulk/{bulk_id}", 303)


def _counts(bulk: BulkFiling) -> dict[str, int]:
    counts = {
        "fault": bulk.faulty,
        "good": bulk.good,
        "already": bulk.already,
        "filed": bulk.filed,
    }
    waiting = bulk.total - sum(counts.values())
    return {**counts, "waiting": waiting}


def _chosen(bulk: BulkFiling, asked: str | None) -> str | None:
    """The rows to show: those asked for, else what there is to do."""
    if asked in ROW_STATES:
        return asked
    if asked == "all":
        return None
    return "fault" if bulk.faulty and not bulk.filed else None


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _today(request: Request) -> date:
    return jst_date(request.app.state.clock())
