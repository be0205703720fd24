"""The plans of a year: the ranked list, the draft with its adjustments, its approval."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import planning, queries, rules
from madoguchi.cases.inspections.access import agencies_planned, plan_for, roles_on
from madoguchi.cases.inspections.pages.shared import (
    FORM_BYTES,
    Reader,
    Typed,
    entered,
    proposed_at,
    shown,
)
from madoguchi.cases.inspections.programme import Programme, pinned, programmes
from madoguchi.cases.inspections.ranking import Ranked, ranking
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import fiscal_year_of
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
MOST_SHOWN = 200


@router.get("/desk/inspections/plans")
async def plans(request: Request, actor: Reader) -> Response:
    """The plans of one's agencies."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await queries.plans(session, actor)
        names = await agency_names(session)
        known = {p.register: p for p in await programmes(session, jst_date(state.clock()))}
    return shown(
        request,
        "inspections/plans.html",
        plans=found,
        agencies=names,
        titles={register: register_title(p) for register, p in known.items()},
        may_plan=bool(agencies_planned(actor)),
    )


@router.get("/desk/inspections/risk")
async def risk(request: Request, actor: Reader) -> Response:
    """The entries of a register by risk, and the form that makes a plan of them."""
    return await _risk(request, actor, Typed(request.query_params))


@router.post("/desk/inspections/risk")
async def make(request: Request, actor: Reader) -> Response:
    """Draft a plan of the riskiest entries."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        given = entered(form)
    try:
        async with state.database.session() as session:
            plan = await planning.make_plan(session, actor, state.clock, given)
            await session.commit()
    except DomainError as error:
        return await _risk(request, actor, given, error)
    return RedirectResponse(f"/desk/inspections/plans/{plan.id}", 303)


@router.get("/desk/inspections/plans/{plan_id}")
async def plan(request: Request, plan_id: str, actor: Reader) -> Response:
    """One plan."""
    return await _plan(request, actor, plan_id)


@router.post("/desk/inspections/plans/{plan_id}/{step}")
async def change(request: Request, plan_id: str, step: str, actor: Reader) -> Response:
    """Add or remove an entry, propose, send back, approve."""
    state = request.app.state
    work = planning.ACTS.get(step)
    if work is None:
        raise not_found()
    async with form_of(request, FORM_BYTES) as form:
        given = entered(form)
    try:
        async with state.database.session() as session:
            await work(session, actor, state.clock, plan_id, given)
            await session.commit()
    except DomainError as error:
        if error.status == 404:
            raise
        return await _plan(request, actor, plan_id, given, error)
    flash(request, state.texts.text(f"inspections.plan.done.{step}"))
    return RedirectResponse(f"/desk/inspections/plans/{plan_id}", 303)


async def _risk(
    request: Request, actor: Actor, given: Typed, error: DomainError | None = None
) -> Response:
    state, today = request.app.state, jst_date(request.app.state.clock())
    agencies = sorted(agencies_planned(actor))
    async with state.database.reading() as session:
        known = {p.register: p for p in await programmes(session, today)}
        names = await agency_names(session)
        register = str(given.get("register") or next(iter(known), ""))
        agency = str(given.get("agency") or "")
        year = _year(given.get("year"), today)
        programme = known.get(register)
        ready = programme is not None and agency in agencies
        found: list[Ranked] = []
        if programme is not None and ready:
            found = await ranking(session, programme, agency, year, today)
    return shown(
        request,
        "inspections/risk.html",
        error,
        wide=True,
        registers=[(name, register_title(p)) for name, p in known.items()],
        agencies=[(id, names[id]) for id in agencies if id in names],
        years=planning.fiscal_years(today),
        given=Typed({**given, "register": register, "agency": agency, "year": year}),
        programme=programme,
        ranked=found[:MOST_SHOWN],
        total=len(found),
        due=sum(1 for entry in found if entry.due),
        asked=ready,
    )


async def _plan(
    request: Request,
    actor: Actor,
    plan_id: str,
    given: Typed | None = None,
    error: DomainError | None = None,
) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        found = await plan_for(session, actor, plan_id)
        programme = await pinned(session, found.digest)
        agency = await identity.agency(session, found.agency_id)
        events = list(await journal.entries(session, f"inspection_plan:{found.id}", limit=200))
    roles = roles_on(actor, found.agency_id)
    proposed = (found.proposal or {}).get("by") == actor.id
    return shown(
        request,
        "inspections/plan.html",
        error,
        wide=True,
        plan=found,
        programme=programme,
        title=register_title(programme),
        agency=dict(agency.name),
        events=events,
        may_plan=bool(roles & rules.PLANNERS) and found.state == planning.DRAFT,
        may_approve=rules.APPROVER in roles and found.state == planning.PROPOSED and not proposed,
        may_return=rules.APPROVER in roles and found.state == planning.PROPOSED,
        given=given or Typed(),
        proposed_at=proposed_at(found.proposal),
    )


def register_title(programme: Programme) -> dict[str, str]:
    """The title of the register inspected."""
    register = programme.package.spec.register_
    return {str(k): v for k, v in register.title.items()} if register else {"ja": ""}


async def agency_names(session: AsyncSession) -> dict[str, dict[str, str]]:
    """Every agency's name by id."""
    return {agency.id: dict(agency.name) for agency in await identity.agencies(session)}


def _year(typed: object, today: Any) -> int:
    text = str(typed or "")
    years = range(fiscal_year_of(today) - 1, fiscal_year_of(today) + 3)
    return int(text) if text.isdigit() and len(text) < 6 and int(text) in years else years[1]
