"""Judging and filing in one request."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.api.schemas import CaseOut, FilingIn, VerdictOut, case_out, verdict_out
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.by_program import Sent, draft_sent, judge_sent
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.cases.filing.submit import file_draft
from madoguchi.procedures import service as procedures
from madoguchi.web.admission.arrival import arrival_clock, time_waited
from madoguchi.web.idempotency import Key, idempotency_key, once

router = APIRouter(prefix="/api/v1", tags=["filing"])


@router.post(
    "/procedures/{procedure_id}/validate",
    operation_id="validateFiling",
    response_model=VerdictOut,
    openapi_extra=schema_of(FilingIn),
)
async def validate(request: Request, procedure_id: str, actor: Signed) -> VerdictOut:
    """The verdict on a filing, without keeping anything: the same as filing would give."""
    state = request.app.state
    body = await read_body(request, FilingIn)
    async with state.database.reading() as session:
        sent = Sent(body.data, body.attached, body.catalogue_id, body.digest)
        judged = await judge_sent(session, state.blobs, actor, state.clock, procedure_id, sent)
    return verdict_out(judged)


@router.post(
    "/procedures/{procedure_id}/filings",
    operation_id="file",
    status_code=201,
    response_model=CaseOut,
    openapi_extra=schema_of(FilingIn),
)
async def file(request: Request, procedure_id: str, actor: Signed, key: Key = None) -> Response:
    """File; the same Idempotency-Key with the same body gives the same receipt, once."""
    state = request.app.state
    if idempotency_key(request) is None:
        raise case_error(
            "idempotency_key_required",
            400,
            "Idempotency-Keyヘッダーを付けてください。再送しても二重に提出されません。",
            "Send an Idempotency-Key header, so that a repeat does not file twice.",
        )
    body = await read_body(request, FilingIn)
    sent = Sent(body.data, body.attached, body.catalogue_id, body.digest)
    clock = arrival_clock(request)

    async def work(session: AsyncSession) -> Response:
        draft = await draft_sent(session, state.blobs, actor, clock, procedure_id, sent)
        session.add(draft)
        await session.flush()
        case = await file_draft(session, state.blobs, actor, clock, draft.id, time_waited(request))
        case.channel = "api"
        package = await procedures.package(session, case.digest)
        return JSONResponse(
            case_out(case, package).model_dump(mode="json"),
            201,
            headers={"Location": f"/api/v1/cases/{case.id}"},
        )

    return await once(request, actor.id, work)
