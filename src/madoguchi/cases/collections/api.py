"""REST for collections (取りまとめAPI): preview, freeze, watch, fetch the file."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.collections import service
from madoguchi.cases.collections.gathering import gather, periods_told
from madoguchi.cases.collections.models import CollectionEdition
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.documents import service as documents
from madoguchi.kernel.clock import jst_date
from madoguchi.web.idempotency import Key, once

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])


class FreezeIn(BaseModel):
    """What was looked at, and why it is made although something is missing, or again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"seen": "sha256:…", "reason": "訂正の反映"}]},
    )

    seen: str = Field(max_length=80, description="`content_hash` of the preview")
    reason: str = Field(default="", max_length=service.LONGEST_REASON)


class CollectionOut(BaseModel):
    """A collection this official may make, with the periods filings are about."""

    id: str
    title: dict[str, str]
    period: str = Field(description="fiscal_year | calendar_year | half | quarter | month")
    format: str
    periods: dict[str, int]


class PreviewOut(BaseModel):
    """What would be frozen now."""

    content_hash: str
    filings: int
    rows: list[dict[str, Any]]
    missing: dict[str, int]
    contradictions: list[dict[str, Any]]
    problems: list[dict[str, str]]
    editions: list[str]


class EditionOut(BaseModel):
    """An edition: waiting, done or failed."""

    id: str
    collection: str
    period: str
    edition: int
    state: str
    content_hash: str
    missing: dict[str, int]
    reason: str
    made_name: str
    made_at: datetime
    problem: list[str] | None
    name: str
    media_type: str
    size: int | None
    sha256: str | None


@router.get("/collections", operation_id="listCollections")
async def collections(request: Request, actor: Official) -> list[CollectionOut]:
    """The collections one may make."""
    state = request.app.state
    async with state.database.reading() as session:
        return [
            CollectionOut(
                id=collection.id,
                title=collection.spec.title,
                period=collection.spec.period,
                format=collection.spec.file.format,
                periods=dict(await periods_told(session, collection)),
            )
            for _, collection in await service.offered(session, actor, jst_date(state.clock()))
        ]


@router.get("/collections/{procedure}/{name}/{period}", operation_id="getCollection")
async def preview(
    request: Request, procedure: str, name: str, period: str, actor: Official
) -> PreviewOut:
    """What a collection holds for a period, and what is missing."""
    state = request.app.state
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        _, collection = await service.collection_for(session, actor, procedure, name, today)
        key = service.period_for(collection, period)
        found = await gather(session, collection, key, today)
        made = await service.editions(session, collection, key)
    return PreviewOut(
        content_hash=found.content_hash,
        filings=len(found.filings),
        rows=found.rows,
        missing=found.missing,
        contradictions=[
            {"check": item.check, "severity": item.severity, "message": item.message}
            for item in found.contradictions
        ],
        problems=found.problems,
        editions=[item.id for item in made],
    )


@router.post(
    "/collections/{procedure}/{name}/{period}",
    operation_id="freezeCollection",
    status_code=202,
    response_model=EditionOut,
    openapi_extra=schema_of(FreezeIn),
)
async def freeze(
    request: Request, procedure: str, name: str, period: str, actor: Official, key: Key = None
) -> Response:
    """Freeze the next edition; Location leads to it. 409 when it is not what was looked at."""
    state = request.app.state
    body = await read_body(request, FreezeIn)

    async def work(session: AsyncSession) -> Response:
        today = jst_date(state.clock())
        package, collection = await service.collection_for(session, actor, procedure, name, today)
        made = await service.freeze(
            session,
            actor,
            package,
            collection,
            service.period_for(collection, period),
            body.seen,
            body.reason,
            state.clock,
        )
        where = f"/api/v1/desk/collection-editions/{made.id}"
        return JSONResponse(_out(made).model_dump(mode="json"), 202, headers={"Location": where})

    return await once(request, actor.id, work)


@router.get("/collection-editions/{edition_id}", operation_id="getCollectionEdition")
async def edition(request: Request, edition_id: str, actor: Official) -> EditionOut:
    """An edition."""
    async with request.app.state.database.reading() as session:
        return _out(await service.edition_for(session, actor, edition_id))


@router.get("/collection-editions/{edition_id}/file", operation_id="getCollectionFile")
async def file(request: Request, edition_id: str, actor: Official) -> Response:
    """The file. 409 while there is none."""
    state = request.app.state
    async with state.database.session() as session:
        found, path = await service.open_file(session, state.blobs, actor, edition_id, state.clock)
        await session.commit()
    headers = documents.download_headers(found.name, found.media_type)
    return FileResponse(path, headers=dict(headers))


def _out(edition: CollectionEdition) -> EditionOut:
    return EditionOut(**{name: getattr(edition, name) for name in EditionOut.model_fields})
