"""REST of the disposal list (廃棄予定API): reading it, holding, proposing, deciding."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.retention import deciding
from madoguchi.cases.retention.access import erasure_for
from madoguchi.cases.retention.deciding import LONGEST, Why
from madoguchi.cases.retention.models import Erasure
from madoguchi.cases.retention.queries import lines
from madoguchi.web.idempotency import Key, once
from madoguchi.web.paging import link_header, page_of, read_cursor

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])
LIST = "api:retention"
View = Literal["listed", "proposed", "held", "done"]
Words = Annotated[str, Field(max_length=LONGEST)]


class ErasureOut(BaseModel):
    """An erasure (消去) and how far it is."""

    id: str
    case_id: str
    agency: str
    ground: str = Field(description="retention | request | mistake")
    file: str | None = Field(description="id of the document, when only that goes")
    state: str = Field(description="listed | held | proposed | approved | done | dropped")
    kept_until: date | None
    hold_until: date | None
    reason: str
    basis: str
    proposed_by: str | None
    decided_by: str | None
    done_at: datetime | None
    counts: dict[str, int]


class ErasurePage(BaseModel):
    """A page of them."""

    items: list[ErasureOut]
    next: str | None


class Sent(BaseModel):
    """What programs send: names nobody knows are refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class ProposeIn(Sent):
    """A proposal: why, and on what legal basis; neither repeats the content."""

    reason: Words
    basis: Words


class EarlyIn(ProposeIn):
    """A proposal to erase a case that has ended, or one of its files, before its time."""

    ground: Literal["request", "mistake"]
    file: Annotated[str, Field(max_length=26)] | None = None


class HoldIn(Sent):
    """A hold (延長): why, and until when; without a day until it is released."""

    reason: Words
    basis: Words = ""
    until: date | None = None


class DecideIn(Sent):
    """A second person's decision."""

    approve: bool


Work = Callable[[AsyncSession], Awaitable[Erasure]]


@router.get("/erasures", operation_id="listErasures", response_model=ErasurePage)
async def listed(
    request: Request,
    response: Response,
    actor: Official,
    view: View = "listed",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ErasurePage:
    """The disposal list of one's agencies; the Link header leads on."""
    app = request.app.state
    values = read_cursor(app.settings.secret_key, LIST, cursor) if cursor else None
    async with app.database.reading() as session:
        found = await lines(session, actor, view, cursor=values, limit=limit)
    page = page_of(found, limit, app.settings.secret_key, LIST, lambda line: (line.erasure.id,))
    response.headers.update(link_header(str(request.url.remove_query_params("cursor")), page))
    return ErasurePage(items=[erasure_out(line.erasure) for line in page.items], next=page.next)


@router.get("/erasures/{id}", operation_id="getErasure", response_model=ErasureOut)
async def one(request: Request, id: str, actor: Official) -> ErasureOut:
    """One erasure."""
    async with request.app.state.database.reading() as session:
        row, _ = await erasure_for(session, actor, id)
        return erasure_out(row)


@router.post(
    "/erasures/{id}/propose",
    operation_id="proposeErasure",
    response_model=ErasureOut,
    openapi_extra=schema_of(ProposeIn),
)
async def propose(request: Request, id: str, actor: Official, key: Key = None) -> Response:
    """Propose to erase a case of the disposal list."""
    sent, clock = await read_body(request, ProposeIn), request.app.state.clock
    why = Why(sent.reason, sent.basis)
    return await _done(
        request, actor, lambda session: deciding.propose(session, actor, clock, id, why)
    )


@router.post(
    "/erasures/{id}/hold",
    operation_id="holdErasure",
    response_model=ErasureOut,
    openapi_extra=schema_of(HoldIn),
)
async def hold(request: Request, id: str, actor: Official, key: Key = None) -> Response:
    """Keep a case of the disposal list longer."""
    sent, clock = await read_body(request, HoldIn), request.app.state.clock
    why = Why(sent.reason, sent.basis)
    return await _done(
        request, actor, lambda session: deciding.hold(session, actor, clock, id, sent.until, why)
    )


@router.post("/erasures/{id}/release", operation_id="releaseErasure", response_model=ErasureOut)
async def release(request: Request, id: str, actor: Official, key: Key = None) -> Response:
    """End a hold."""
    clock = request.app.state.clock
    return await _done(request, actor, lambda session: deciding.release(session, actor, clock, id))


@router.post(
    "/erasures/{id}/decision",
    operation_id="decideErasure",
    response_model=ErasureOut,
    openapi_extra=schema_of(DecideIn),
)
async def decide(request: Request, id: str, actor: Official, key: Key = None) -> Response:
    """Approve or reject what somebody else proposed; a job carries it out."""
    sent, clock = await read_body(request, DecideIn), request.app.state.clock
    return await _done(
        request,
        actor,
        lambda session: deciding.decide(session, actor, clock, id, approve=sent.approve),
    )


@router.post(
    "/cases/{case_id}/erasure",
    operation_id="proposeErasureOfCase",
    response_model=ErasureOut,
    openapi_extra=schema_of(EarlyIn),
)
async def propose_early(
    request: Request, case_id: str, actor: Official, key: Key = None
) -> Response:
    """Propose to erase a case, or one of its files, before its time."""
    sent, clock = await read_body(request, EarlyIn), request.app.state.clock
    why = Why(sent.reason, sent.basis)
    return await _done(
        request,
        actor,
        lambda session: deciding.propose_for_case(
            session, actor, clock, case_id, sent.ground, why, sent.file
        ),
    )


@router.post(
    "/cases/{case_id}/hold",
    operation_id="holdCase",
    response_model=ErasureOut,
    openapi_extra=schema_of(HoldIn),
)
async def hold_case(request: Request, case_id: str, actor: Official, key: Key = None) -> Response:
    """Keep a case, whatever its period."""
    sent, clock = await read_body(request, HoldIn), request.app.state.clock
    why = Why(sent.reason, sent.basis)
    return await _done(
        request,
        actor,
        lambda session: deciding.hold_case(session, actor, clock, case_id, sent.until, why),
    )


async def _done(request: Request, actor: Official, act: Work) -> Response:
    async def work(session: AsyncSession) -> ErasureOut:
        return erasure_out(await act(session))

    return await once(request, actor.id, work)


def erasure_out(row: Erasure) -> ErasureOut:
    """An erasure as programs see it."""
    return ErasureOut(
        id=row.id,
        case_id=row.case_id,
        agency=row.agency_id,
        ground=row.ground,
        file=row.file,
        state=row.state,
        kept_until=row.kept_until,
        hold_until=row.hold_until,
        reason=row.reason,
        basis=row.basis,
        proposed_by=row.proposed_by,
        decided_by=row.decided_by,
        done_at=row.done_at,
        counts=row.counts or {},
    )
