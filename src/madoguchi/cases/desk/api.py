"""REST for officials (職員API): the tray, a case, acts and assignments."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.desk import tray as trays
from madoguchi.cases.desk.act import Seen, act
from madoguchi.cases.desk.assigning import assign
from madoguchi.cases.desk.clock import PAUSE, standing
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.desk.schemas import (
    AssigneeIn,
    DeskActionIn,
    DeskCase,
    TogetherIn,
    TogetherOut,
    TrayLine,
    TrayOut,
    case_out,
    line_out,
)
from madoguchi.cases.desk.together import act_together
from madoguchi.cases.desk.tray import CaseRow, TrayQuery
from madoguchi.cases.desk.view import case_view
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service as procedures
from madoguchi.web.idempotency import Key, once
from madoguchi.web.paging import Page, link_header, make_cursor, read_cursor

router = APIRouter(prefix="/api/v1/desk", tags=["desk"])
Tab = Literal["mine", "unassigned", "approval", "applicant", "due", "open", "done"]
Sort = Literal["arrived", "-arrived", "due"]
Short = Annotated[str | None, Query(max_length=64)]


@router.get("/cases", operation_id="listDeskCases", response_model=TrayOut)
async def cases(
    request: Request,
    response: Response,
    actor: Official,
    tab: Tab = "open",
    procedure: Short = None,
    state: Short = None,
    agency: Short = None,
    q: Annotated[str, Query(max_length=100)] = "",
    sort: Sort | None = None,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TrayOut:
    """The cases of one's agencies, by tab and filters; the Link header leads on."""
    app, today = request.app.state, jst_date(request.app.state.clock())
    secret = app.settings.secret_key
    asked = TrayQuery(tab, procedure, state, agency, None, q, sort, None, limit)
    name = f"desk:{asked.tab}:{asked.order}"
    if cursor:
        asked = TrayQuery(**{**vars(asked), "cursor": read_cursor(secret, name, cursor)})
    async with app.database.reading() as session:
        found = await trays.tray(session, actor.id, agencies_where(actor), asked, today)
        items = [await _line(session, row, today) for row in found.rows]
    following = make_cursor(secret, name, found.next) if found.next else None
    current = str(request.url.remove_query_params("cursor"))
    response.headers.update(link_header(current, Page(items, following)))
    return TrayOut(items=items, next=following)


@router.get("/cases/{case_id}", operation_id="getDeskCase", response_model=DeskCase)
async def case(request: Request, case_id: str, actor: Official) -> DeskCase:
    """A case with its checks, letters, and the actions this official may take."""
    async with request.app.state.database.reading() as session:
        return await _case(request, session, actor, case_id)


@router.post(
    "/cases/{case_id}/actions/{action}",
    operation_id="actAtDesk",
    response_model=DeskCase,
    openapi_extra=schema_of(DeskActionIn),
)
async def do(
    request: Request, case_id: str, action: str, actor: Official, key: Key = None
) -> Response:
    """Do an action. 409 when the case is not as `expected_…` says; 422 with a fault a field."""
    app = request.app.state
    body = await read_body(request, DeskActionIn)
    seen = Seen(body.expected_revision, body.expected_content_hash, body.expected_state, None)

    async def work(session: AsyncSession) -> DeskCase:
        await act(session, actor, case_id, action, body.form, seen, app.clock)
        return await _case(request, session, actor, case_id)

    return await once(request, actor.id, work)


@router.post(
    "/actions/{action}",
    operation_id="actTogetherAtDesk",
    response_model=TogetherOut,
    openapi_extra=schema_of(TogetherIn),
)
async def do_together(request: Request, action: str, actor: Official, key: Key = None) -> Response:
    """Do one action on many cases, all or none. 409 with an entry of `errors` a case refused."""
    app = request.app.state
    body = await read_body(request, TogetherIn)
    seen = {item.id: item.content_hash for item in body.cases}

    async def work(session: AsyncSession) -> TogetherOut:
        done = await act_together(session, actor, seen, action, body.form, None, app.clock)
        return TogetherOut(states={case.id: case.state for case in done})

    return await once(request, actor.id, work)


@router.put(
    "/cases/{case_id}/assignee",
    operation_id="assignCase",
    response_model=DeskCase,
    openapi_extra=schema_of(AssigneeIn),
)
async def assignee(request: Request, case_id: str, actor: Official) -> DeskCase:
    """Give a case to an official of its agency, or to nobody."""
    app = request.app.state
    body = await read_body(request, AssigneeIn)
    async with app.database.session() as session:
        await assign(session, actor, [case_id], body.assignee, app.clock)
        await session.commit()
        return await _case(request, session, actor, case_id)


async def _case(request: Request, session: AsyncSession, actor: Actor, case_id: str) -> DeskCase:
    now = request.app.state.clock()
    return case_out(await case_view(session, actor, case_id, request.state.language, now))


async def _line(session: AsyncSession, row: CaseRow, today: date) -> TrayLine:
    state = (await procedures.package(session, row.digest)).machine.states[row.state]
    stands = standing(
        stage=row.stage,
        clock=PAUSE if row.paused_since else state.clock,
        due=row.due_on,
        paused_since=jst_date(row.paused_since) if row.paused_since else None,
        today=today,
    )
    return line_out(row, state.label, stands)
