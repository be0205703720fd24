"""Inspections for officials: the ranking, plans, lists, one inspection, every act."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import opening, planning, queries
from madoguchi.cases.inspections.access import agencies_planned, plan_for
from madoguchi.cases.inspections.acting import act
from madoguchi.cases.inspections.api.answering import detail_out, inspection_out
from madoguchi.cases.inspections.api.schemas import (
    FormIn,
    InspectionDetail,
    InspectionList,
    PlanOut,
    RankedOut,
    RankingOut,
)
from madoguchi.cases.inspections.pages.shared import Reader
from madoguchi.cases.inspections.programme import programme_of
from madoguchi.cases.inspections.queries import ListQuery
from madoguchi.cases.inspections.ranking import ranking
from madoguchi.cases.inspections.view import view_of
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.web.idempotency import Key, once
from madoguchi.web.paging import Page, link_header, make_cursor, read_cursor

router = APIRouter(prefix="/api/v1/inspections", tags=["inspections"])
Tab = Literal[
    "mine", "planned", "scheduled", "visiting", "deciding", "improving", "overdue", "closed"
]
Name = Annotated[str, Query(max_length=64)]


@router.get("", operation_id="listInspections", response_model=InspectionList)
async def inspections(
    request: Request,
    response: Response,
    actor: Reader,
    tab: Tab = "mine",
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> InspectionList:
    """Inspections of one's agencies by tab; the Link header leads on."""
    app = request.app.state
    secret, name = app.settings.secret_key, f"inspections:{tab}"
    values = read_cursor(secret, name, cursor) if cursor else None
    async with app.database.reading() as session:
        asked = ListQuery(tab, q, values, limit)
        lines = await queries.listed(session, actor, asked, jst_date(app.clock()))
    shown = lines[:limit]
    following = (
        make_cursor(secret, name, queries.sort_key(shown[-1].inspection))
        if len(lines) > limit
        else None
    )
    items = [inspection_out(line.inspection, line.inspectors) for line in shown]
    current = str(request.url.remove_query_params("cursor"))
    response.headers.update(link_header(current, Page(items, following)))
    return InspectionList(items=items, next=following)


@router.post(
    "",
    operation_id="openInspection",
    status_code=201,
    response_model=InspectionDetail,
    openapi_extra=schema_of(FormIn),
)
async def open_one(request: Request, actor: Reader, key: Key = None) -> Response:
    """An inspection outside the plan: form {register, number, reason}."""

    async def work(session: AsyncSession, form: dict[str, Any]) -> BaseModel:
        made = await opening.open_special(session, actor, request.app.state.clock, form)
        return detail_out(await view_of(session, actor, made.id))

    return await _do(request, actor, work, 201)


@router.get("/ranking", operation_id="rankEntries", response_model=RankingOut)
async def rank(
    request: Request,
    actor: Reader,
    register: Name,
    agency: Name,
    year: Annotated[int, Query(ge=2000, le=2100)],
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> RankingOut:
    """The entries of a register by risk, with the reasons of their score."""
    app = request.app.state
    today = jst_date(app.clock())
    if agency not in agencies_planned(actor):
        raise not_found()
    async with app.database.reading() as session:
        programme = await programme_of(session, register, today)
        found = await ranking(session, programme, agency, year, today)
    items = [
        RankedOut(
            entry=one.entry_id,
            number=one.number,
            name=one.name,
            score=f"{one.score:f}",
            reasons=[{"factor": r.factor, "points": f"{r.points:f}"} for r in one.reasons],
            last_inspected_on=one.last,
            due_on=one.due_on,
            due=one.due,
        )
        for one in found[:limit]
    ]
    return RankingOut(items=items, total=len(found))


@router.get("/plans", operation_id="listInspectionPlans", response_model=list[PlanOut])
async def plans(request: Request, actor: Reader) -> list[PlanOut]:
    """The plans of one's agencies."""
    async with request.app.state.database.reading() as session:
        return [PlanOut.model_validate(plan) for plan in await queries.plans(session, actor)]


@router.post(
    "/plans",
    operation_id="makeInspectionPlan",
    status_code=201,
    response_model=PlanOut,
    openapi_extra=schema_of(FormIn),
)
async def make(request: Request, actor: Reader, key: Key = None) -> Response:
    """Draft a plan: form {register, agency, year, quota}."""

    async def work(session: AsyncSession, form: dict[str, Any]) -> BaseModel:
        return PlanOut.model_validate(
            await planning.make_plan(session, actor, request.app.state.clock, form)
        )

    return await _do(request, actor, work, 201)


@router.get("/plans/{plan_id}", operation_id="getInspectionPlan", response_model=PlanOut)
async def plan(request: Request, plan_id: str, actor: Reader) -> PlanOut:
    """One plan."""
    async with request.app.state.database.reading() as session:
        return PlanOut.model_validate(await plan_for(session, actor, plan_id))


@router.post(
    "/plans/{plan_id}/{step}",
    operation_id="changeInspectionPlan",
    response_model=PlanOut,
    openapi_extra=schema_of(FormIn),
)
async def change(
    request: Request,
    plan_id: str,
    step: Literal["add", "remove", "propose", "return", "approve"],
    actor: Reader,
    key: Key = None,
) -> Response:
    """add {number, reason}, remove {entry}, propose, return {comment}, approve."""

    async def work(session: AsyncSession, form: dict[str, Any]) -> BaseModel:
        return PlanOut.model_validate(
            await planning.ACTS[step](session, actor, request.app.state.clock, plan_id, form)
        )

    return await _do(request, actor, work)


@router.get("/{inspection_id}", operation_id="getInspection", response_model=InspectionDetail)
async def inspection(request: Request, inspection_id: str, actor: Reader) -> InspectionDetail:
    """An inspection with its records, findings, letters, and the acts one may do."""
    async with request.app.state.database.reading() as session:
        return detail_out(await view_of(session, actor, inspection_id))


@router.post(
    "/{inspection_id}/actions/{action}",
    operation_id="actOnInspection",
    response_model=InspectionDetail,
    openapi_extra=schema_of(FormIn),
)
async def do(
    request: Request, inspection_id: str, action: str, actor: Reader, key: Key = None
) -> Response:
    """Do an act of `actions` with its form. 409 in another state; 422 with an error a field."""

    async def work(session: AsyncSession, form: dict[str, Any]) -> BaseModel:
        await act(session, actor, request.app.state.clock, inspection_id, action, form)
        return detail_out(await view_of(session, actor, inspection_id))

    return await _do(request, actor, work)


Work = Callable[[AsyncSession, dict[str, Any]], Awaitable[BaseModel]]


async def _do(request: Request, actor: Actor, work: Work, status: int = 200) -> Response:
    body = await read_body(request, FormIn)

    async def done(session: AsyncSession) -> BaseModel:
        return await work(session, body.form)

    return await once(request, actor.id, done, status=status)
