"""One inspection at the desk: everything about it, and the form of each act."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import rules
from madoguchi.cases.inspections.acting import act
from madoguchi.cases.inspections.assigning import inspectors_at
from madoguchi.cases.inspections.letters import NOTICE, RESULT
from madoguchi.cases.inspections.opening import entry_now, sites_of
from madoguchi.cases.inspections.pages.shared import (
    FINDING_TONES,
    FORM_BYTES,
    Reader,
    Typed,
    entered,
    proposed_at,
    shown,
    state_tag,
)
from madoguchi.cases.inspections.view import View, item_rows, view_of
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
_MANY = frozenset({"inspectors"})


@router.get("/desk/inspections/{inspection_id}")
async def inspection(request: Request, inspection_id: str, actor: Reader) -> Response:
    """An inspection."""
    state = request.app.state
    async with state.database.reading() as session:
        view = await view_of(session, actor, inspection_id)
    return shown(request, "inspections/inspection.html", wide=True, **_about(request, view))


@router.get("/desk/inspections/{inspection_id}/actions/{name}")
async def form_page(request: Request, inspection_id: str, name: str, actor: Reader) -> Response:
    """The form of an act."""
    return await _form(request, actor, inspection_id, name, Typed(request.query_params))


@router.post("/desk/inspections/{inspection_id}/actions/{name}")
async def do(request: Request, inspection_id: str, name: str, actor: Reader) -> Response:
    """Do an act; a refused form is shown again with what was typed."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        given = entered(form, _MANY)
    try:
        async with state.database.session() as session:
            await act(session, actor, state.clock, inspection_id, name, given)
            await session.commit()
    except DomainError as error:
        if error.status == 404:
            raise
        return await _form(request, actor, inspection_id, name, given, error)
    flash(request, state.texts.text("inspections.act.done"))
    return RedirectResponse(f"/desk/inspections/{inspection_id}", 303)


async def _form(
    request: Request,
    actor: Actor,
    inspection_id: str,
    name: str,
    given: Typed,
    error: DomainError | None = None,
) -> Response:
    state = request.app.state
    if name not in rules.ACTS:
        raise not_found()
    async with state.database.reading() as session:
        view = await view_of(session, actor, inspection_id)
        extra = (
            await _choices(session, view, jst_date(request.app.state.clock()))
            if name == "assign"
            else {}
        )
    finding = next((f for f in view.findings if f.id == given.get("finding")), None)
    return shown(
        request,
        "inspections/action.html",
        error,
        **_about(request, view),
        doing=name,
        offered=name in view.acts,
        given=given,
        finding=finding,
        letter={"announce": NOTICE, "approve_results": RESULT}.get(name),
        **extra,
    )


async def _choices(session: AsyncSession, view: View, today: date) -> dict[str, Any]:
    people = await inspectors_at(session, view.inspection.agency_id, today)
    sites = sites_of(view.programme, await entry_now(session, view.inspection))
    now = view.inspection.site
    chosen = [i for i, site in enumerate(sites) if vars(site) == now] or [0]
    return {
        "people": [(person.id, person.name) for person in people],
        "sites": [
            (str(index), " ".join(filter(None, (site.name, site.address))))
            for index, site in enumerate(sites)
        ],
        "site_now": str(chosen[0]),
    }


def _about(request: Request, view: View) -> dict[str, Any]:
    state = request.app.state
    today = jst_date(state.clock())
    return {
        "view": view,
        "inspection": view.inspection,
        "tag_of_state": state_tag(request, view.inspection),
        "sections": item_rows(view),
        "today": today,
        "late": {finding.id: view.late(finding, today) for finding in view.findings},
        "finding_tones": FINDING_TONES,
        "severities": view.programme.block.spec.severities,
        "proposed_at": proposed_at(view.inspection.proposal),
    }
