"""Drafts: made, read, written with If-Match, filed, thrown away."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.api.schemas import (
    CaseOut,
    DraftContent,
    DraftIn,
    DraftOut,
    VerdictOut,
    case_out,
    draft_out,
    verdict_out,
)
from madoguchi.cases.errors import case_error
from madoguchi.cases.filing.by_program import replace_content
from madoguchi.cases.filing.correct import resubmit
from madoguchi.cases.filing.drafts import check_revision, not_filed, open_drafts, start_draft
from madoguchi.cases.filing.evaluating import judge
from madoguchi.cases.filing.files import throw_away
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.cases.filing.submit import NotReady, file_draft
from madoguchi.cases.models import Draft
from madoguchi.procedures import service as procedures
from madoguchi.web.admission.arrival import arrival_clock, time_waited
from madoguchi.web.idempotency import once

router = APIRouter(prefix="/api/v1", tags=["filing"])
Match = Annotated[str | None, Header(alias="If-Match", description='The ETag, e.g. "3"')]
_ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')


@router.post(
    "/drafts",
    operation_id="createDraft",
    status_code=201,
    response_model=DraftOut,
    openapi_extra=schema_of(DraftIn),
)
async def create(request: Request, actor: Signed) -> Response:
    """Begin a draft, filled in with what is known of the applicant."""
    state = request.app.state
    body = await read_body(request, DraftIn)

    async def work(session: AsyncSession) -> Response:
        draft = await start_draft(
            session, actor, state.clock, body.procedure_id, catalogue_id=body.catalogue_id
        )
        return _answer(draft, 201)

    return await once(request, actor.id, work)


@router.get("/drafts", operation_id="listDrafts", response_model=list[DraftOut])
async def list_drafts(request: Request, actor: Signed) -> list[DraftOut]:
    """The drafts one may go on with, the one touched last first (at most 50)."""
    async with request.app.state.database.reading() as session:
        return [draft_out(draft) for draft in await open_drafts(session, actor)]


@router.get("/drafts/{draft_id}", operation_id="getDraft", response_model=DraftOut)
async def read(request: Request, draft_id: str, actor: Signed) -> Response:
    """One draft, with its revision as ETag."""
    async with request.app.state.database.reading() as session:
        return _answer(await own_draft(session, actor, draft_id), 200)


@router.get("/drafts/{draft_id}/verdict", operation_id="getDraftVerdict", response_model=VerdictOut)
async def verdict(request: Request, draft_id: str, actor: Signed) -> VerdictOut:
    """The verdict on a draft as it is."""
    state = request.app.state
    async with state.database.reading() as session:
        draft = not_filed(await own_draft(session, actor, draft_id))
        return verdict_out(await judge(session, draft, state.clock()))


@router.put(
    "/drafts/{draft_id}",
    operation_id="putDraft",
    response_model=DraftOut,
    openapi_extra=schema_of(DraftContent),
)
async def put(request: Request, draft_id: str, actor: Signed, match: Match = None) -> Response:
    """Write a draft's content; If-Match must name the revision one has read."""
    state = request.app.state
    revision = _revision(match)
    body = await read_body(request, DraftContent)
    async with state.database.session() as session:
        draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
        check_revision(draft, revision)
        judged = await judge(session, draft, state.clock())
        await replace_content(
            session,
            state.blobs,
            actor,
            state.clock,
            draft,
            judged,
            body.entered,
            body.attached,
        )
        await session.commit()
        return _answer(draft, 200)


@router.delete("/drafts/{draft_id}", operation_id="deleteDraft", status_code=204)
async def delete(request: Request, draft_id: str, actor: Signed) -> Response:
    """Throw a draft away."""
    state = request.app.state
    async with state.database.session() as session:
        draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
        await throw_away(session, draft, state.clock())
        await session.commit()
    return Response(status_code=204)


@router.post("/drafts/{draft_id}/file", operation_id="fileDraft", response_model=CaseOut)
async def file(request: Request, draft_id: str, actor: Signed) -> Response:
    """File a draft, or send a correction; repeating it gives the same case."""
    state = request.app.state
    async with state.database.session() as session:
        draft = await own_draft(session, actor, draft_id, lock=True)
        use = resubmit if draft.case_id is not None and draft.filed_at is None else file_draft
        try:
            case = await use(
                session, state.blobs, actor, arrival_clock(request), draft_id, time_waited(request)
            )
        except NotReady as fault:
            fault.under = "#/entered"
            raise
        await session.commit()
        package = await procedures.package(session, case.digest)
    return JSONResponse(case_out(case, package).model_dump(mode="json"))


def _answer(draft: Draft, status: int) -> Response:
    return JSONResponse(
        draft_out(draft).model_dump(mode="json"),
        status,
        headers={"ETag": f'"{draft.revision}"', "Location": f"/api/v1/drafts/{draft.id}"},
    )


def _revision(match: str | None) -> int:
    found = _ETAG.fullmatch((match or "").strip())
    if found is None:
        raise case_error(
            "if_match_required",
            428,
            'If-Matchヘッダーに、読み込んだときのETag(例 "3")を付けてください。',
            'Send an If-Match header with the ETag you read, for example "3".',
        )
    return int(found[1])
