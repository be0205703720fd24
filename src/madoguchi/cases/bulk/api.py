"""REST for bulk filing (一括申請API): send, watch, read the verdicts, file, take the results."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.bulk import queries, service
from madoguchi.cases.bulk.models import BulkFiling
from madoguchi.cases.bulk.pages import UPLOAD_BYTES
from madoguchi.cases.bulk.reading import ACCEPT
from madoguchi.cases.bulk.receiving import FORM, LINES, body_schema, entries_of, kind_of, lines_of
from madoguchi.cases.bulk.schemas import (
    BulkIn,
    BulkOut,
    BulkRowList,
    FileIn,
    RowIn,
    RowState,
    bulk_out,
    row_out,
)
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.documents import service as documents
from madoguchi.documents.service import Owner
from madoguchi.identity.service import Actor
from madoguchi.web.forms import form_of
from madoguchi.web.idempotency import Key, once
from madoguchi.web.paging import link_header, page_of, read_cursor

router = APIRouter(prefix="/api/v1", tags=["bulk"])
_LIST = "bulk_rows"


@router.post(
    "/bulk",
    operation_id="createBulk",
    status_code=202,
    response_model=BulkOut,
    openapi_extra=body_schema(),
)
async def create(
    request: Request,
    actor: Signed,
    procedure_id: Annotated[str | None, Query(max_length=64)] = None,
    key: Key = None,
) -> Response:
    """Send filings of one procedure, 1 to 10,000: as JSON, as one JSON object a line
    (application/x-ndjson), or as a file (multipart/form-data). They are checked by a job; nothing
    is filed yet. Location leads to how far it is. 429 while three of yours are under way.
    """
    kind = kind_of(request)
    if kind == FORM:
        return await _from_file(request, actor, procedure_id)
    if kind == LINES:
        rows, procedure = await lines_of(request), procedure_id
    else:
        body = await read_body(request, BulkIn)
        rows, procedure = body.filings, body.procedure_id
    return await _from_rows(request, actor, procedure or "", rows)


@router.get("/bulk", operation_id="listBulk", response_model=list[BulkOut])
async def bulks(request: Request, actor: Signed) -> list[BulkOut]:
    """One's latest 20 bulk filings, newest first."""
    async with request.app.state.database.reading() as session:
        return [bulk_out(item) for item in await service.bulks_of(session, actor)]


@router.get("/bulk/{bulk_id}", operation_id="getBulk", response_model=BulkOut)
async def bulk(request: Request, bulk_id: str, actor: Signed) -> BulkOut:
    """How far a bulk filing is."""
    async with request.app.state.database.reading() as session:
        return bulk_out(await service.bulk_for(session, actor, bulk_id))


@router.get("/bulk/{bulk_id}/rows", operation_id="listBulkRows", response_model=BulkRowList)
async def rows(
    request: Request,
    response: Response,
    bulk_id: str,
    actor: Signed,
    status: RowState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> BulkRowList:
    """Rows in order, of one state or all; follow `next`."""
    state = request.app.state
    secret, name = state.settings.secret_key, f"{_LIST}:{bulk_id}:{status}"
    after = read_cursor(secret, name, cursor)[0] if cursor else 0
    async with state.database.reading() as session:
        found = await service.bulk_for(session, actor, bulk_id)
        some = await queries.rows(session, found.id, state=status, after=after, limit=limit + 1)
    page = page_of(some, limit, secret, name, lambda row: (row.number,))
    response.headers.update(link_header(str(request.url.remove_query_params("cursor")), page))
    return BulkRowList(items=[row_out(row) for row in page.items], next=page.next)


@router.post(
    "/bulk/{bulk_id}/file",
    operation_id="fileBulk",
    status_code=202,
    response_model=BulkOut,
    openapi_extra=schema_of(FileIn),
)
async def file(request: Request, bulk_id: str, actor: Signed, key: Key = None) -> Response:
    """File the good rows by a job, each as its own case, each once; asked again, nothing more
    happens. `run` is that of the verdict you read. 409 when it was checked again meanwhile, when
    nothing is good, or when the procedure has a new version.
    """
    body = await read_body(request, FileIn)
    state = request.app.state

    async def work(session: AsyncSession) -> BulkOut:
        return bulk_out(await service.start_filing(session, actor, bulk_id, body.run, state.clock))

    return await once(request, actor.id, work, status=202)


@router.post("/bulk/{bulk_id}/check", operation_id="checkBulk", response_model=BulkOut)
async def check(request: Request, bulk_id: str, actor: Signed) -> BulkOut:
    """Check every row that is not filed again, by the version in force now."""
    state = request.app.state
    async with state.database.session() as session:
        found = await service.check_again(session, actor, bulk_id, state.clock)
        await session.commit()
    return bulk_out(found)


@router.post("/bulk/{bulk_id}/stop", operation_id="stopBulk", response_model=BulkOut)
async def stop(request: Request, bulk_id: str, actor: Signed) -> BulkOut:
    """Stop checking (for good) or filing (the rest can be filed later)."""
    state = request.app.state
    async with state.database.session() as session:
        found = await service.stop(session, actor, bulk_id, state.clock)
        await session.commit()
    return bulk_out(found)


async def _from_rows(
    request: Request, actor: Actor, procedure_id: str, rows: list[RowIn]
) -> Response:
    state = request.app.state
    entries = entries_of(rows)

    async def work(session: AsyncSession) -> Response:
        package = await service.package_for(session, actor, procedure_id, state.clock)
        made = await service.receive_entries(
            session, actor, package, entries, request.state.language, state.clock
        )
        return _created(made)

    return await once(request, actor.id, work)


async def _from_file(request: Request, actor: Actor, procedure_id: str | None) -> Response:
    state = request.app.state
    async with form_of(request, UPLOAD_BYTES) as form:
        sent = form.file("file")
        procedure = form.value("procedure_id") or procedure_id or ""
        if sent is None or not sent.filename:
            raise case_error(
                "no_file",
                422,
                "file という名前でファイルを1つ送ってください。",
                "Send one file under the name “file”.",
            )
        hashed = hashlib.sha256(f"bulk {procedure}\n".encode())
        async for chunk in sent.chunks():
            hashed.update(chunk)
        async with state.database.reading() as session:
            package = await service.package_for(session, actor, procedure, state.clock)

        async def work(session: AsyncSession) -> Response:
            stored = await documents.receive(
                session,
                state.blobs,
                name=sent.filename,
                stream=sent.chunks(),
                spec=ACCEPT,
                at=state.clock(),
                owner=Owner(person=actor.id),
            )
            made = await service.receive_file(
                session, actor, package, stored, request.state.language, state.clock, "api"
            )
            return _created(made)

        return await once(request, actor.id, work, content=hashed.hexdigest())


def _created(made: BulkFiling) -> Response:
    return JSONResponse(
        bulk_out(made).model_dump(mode="json"),
        202,
        headers={"Location": f"/api/v1/bulk/{made.id}"},
    )
