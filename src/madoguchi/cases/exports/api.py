"""REST for exports (書き出しAPI): ask, watch, fetch the file."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.exports import service
from madoguchi.cases.exports.models import Export
from madoguchi.cases.exports.selections import selection_of
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.documents import service as documents
from madoguchi.kernel.jobs import progress
from madoguchi.web.idempotency import Key, once

router = APIRouter(prefix="/api/v1", tags=["exports"])
Filter = Annotated[str | None, Field(max_length=100)]


class ExportIn(BaseModel):
    """What to export. `desk`: tab, procedure, state, agency, q; `cases` (one's own): group, q."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"source": "cases", "format": "csv", "group": "all"}]},
    )

    source: Literal["desk", "cases"]
    format: Literal["xlsx", "csv", "json", "parquet"]
    tab: Literal["mine", "unassigned", "approval", "applicant", "due", "open", "done"] | None = None
    group: Literal["all", "waiting", "open", "done"] | None = None
    procedure: Filter = None
    state: Filter = None
    agency: Filter = None
    q: Filter = None


class ExportOut(BaseModel):
    """An export: waiting, done or failed; `done` of `cases` are written."""

    id: str
    state: str
    format: str
    selection: dict[str, Any]
    cases: int
    done: int
    problem: dict[str, str] | None
    name: str
    media_type: str
    size: int | None
    sha256: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime


@router.post(
    "/exports",
    operation_id="createExport",
    status_code=202,
    response_model=ExportOut,
    openapi_extra=schema_of(ExportIn),
)
async def create(request: Request, actor: Signed, key: Key = None) -> Response:
    """Ask for an export; Location leads to how far it is."""
    state = request.app.state
    body = await read_body(request, ExportIn)

    async def work(session: AsyncSession) -> Response:
        selection = selection_of(body.model_dump(exclude_none=True))
        format = service.format_named(body.format)
        counted = await service.measure(session, actor, selection, format, state.clock)
        export = await service.ask(
            session, actor, selection, counted, format, request.state.language, state.clock
        )
        return JSONResponse(
            (await _out(session, export)).model_dump(mode="json"),
            202,
            headers={"Location": f"/api/v1/exports/{export.id}"},
        )

    return await once(request, actor.id, work)


@router.get("/exports", operation_id="listExports", response_model=list[ExportOut])
async def exports(request: Request, actor: Signed) -> list[ExportOut]:
    """One's latest 20 exports, newest first."""
    async with request.app.state.database.reading() as session:
        return [await _out(session, item) for item in await service.exports_of(session, actor)]


@router.get("/exports/{export_id}", operation_id="getExport", response_model=ExportOut)
async def export(request: Request, export_id: str, actor: Signed) -> ExportOut:
    """How far an export is."""
    async with request.app.state.database.reading() as session:
        return await _out(session, await service.export_for(session, actor, export_id))


@router.get("/exports/{export_id}/file", operation_id="getExportFile")
async def file(request: Request, export_id: str, actor: Signed) -> Response:
    """The file. 409 while it is being made, 410 when it is no longer kept."""
    state = request.app.state
    async with state.database.session() as session:
        found, path = await service.content_of(session, state.blobs, actor, export_id, state.clock)
        await session.commit()
    headers = documents.download_headers(found.name, found.media_type)
    return FileResponse(path, headers=dict(headers))


async def _out(session: AsyncSession, export: Export) -> ExportOut:
    reached = await progress(session, service.MAKE_JOB, export.id)
    return ExportOut(
        **{name: getattr(export, name) for name in ExportOut.model_fields if hasattr(export, name)},
        cases=export.rows,
        done=min(reached.done, export.rows) if reached is not None else 0,
    )
