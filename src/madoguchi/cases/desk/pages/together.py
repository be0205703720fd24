"""Pages of one act on many cases: what is open by round and state, then the form and the cases."""

import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.desk.pages.forming import Tried, entered_by, question_of
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.cases.desk.together import (
    MOST,
    TogetherRefused,
    act_together,
    candidates,
    groups,
    ids_of,
)
from madoguchi.cases.errors import CaseError, not_found
from madoguchi.identity.service import Actor
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.rounds import round_named
from madoguchi.procedures.service import Package
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
PATH = "/desk/together/{procedure_id}"


@router.get(PATH)
async def overview(request: Request, procedure_id: str, actor: Official) -> Response:
    """What is open under a procedure, by round and state, and what can be done with it."""
    state = request.app.state
    async with state.database.reading() as session:
        versions = await procedures.versions(session, procedure_id)
        found = await groups(session, actor, procedure_id)
    if not versions:
        raise not_found()
    lines = [
        {
            "round": round_title(item.package, item.round_id, state.clock()),
            "version": item.package.version,
            "state": item.package.machine.states[item.state].label,
            "count": item.count,
            "actions": [
                {"label": a.label, "href": _href(procedure_id, item, a.name)} for a in item.actions
            ],
        }
        for item in found
    ]
    page: Response = state.pages.render(
        request,
        "cases/desk/together.html",
        wide=True,
        title=versions[0].title,
        lines=lines,
        several=len({item.package.version for item in found}) > 1,
    )
    return page


@router.get(PATH + "/{name}")
async def choose(request: Request, procedure_id: str, name: str, actor: Official) -> Response:
    """The form of the act and the cases it may be done on."""
    return await _show(request, actor, procedure_id, name, Tried({}))


@router.post(PATH + "/{name}")
async def do(request: Request, procedure_id: str, name: str, actor: Official) -> Response:
    """Do it on every case ticked: all of them or none."""
    state = request.app.state
    async with state.database.reading() as session:
        package = await procedures.package(session, request.query_params.get("version", ""))
    action = package.machine.actions.get(name)
    if action is None or package.id != procedure_id:
        raise not_found()
    async with form_of(request, FORM_BYTES) as form:
        entered, seen = entered_by(form, action.form.values()), ids_of(form.values("case"))
        token = form.value("token")[:32] or None
    tried = Tried(entered, token=token or "")
    async with state.database.session() as session:
        try:
            done = await act_together(session, actor, seen, name, entered, token, state.clock)
            await session.commit()
        except FormRefused as error:
            await session.rollback()
            tried = replace(tried, faults=error.faults)
            return await _show(request, actor, procedure_id, name, tried, seen)
        except CaseError as error:
            await session.rollback()
            if error.status not in (409, 422):
                raise
            tried = replace(tried, refusal=error)
            return await _show(request, actor, procedure_id, name, tried, seen)
    texts = {
        language: state.texts.t("cases.desk.together.done", language, count=len(done))
        for language in ("ja", "en")
    }
    flash(request, texts)
    return RedirectResponse(f"/desk/together/{procedure_id}", 303)


def round_title(package: Package, round_id: str | None, at: Any) -> Text | None:
    """What a round is called; its id where the version knows it no more."""
    if round_id is None:
        return None
    found = round_named(package.spec.rounds, round_id, at)
    if found is None:
        return {"ja": round_id, "en": round_id}
    year = f" {found.opens.year}" if found.id.endswith(f"-{found.opens.year}") else ""
    return {language: f"{text}{year}" for language, text in found.title.items()}


def _href(procedure_id: str, group: Any, name: str) -> str:
    query = {"version": group.package.digest, "state": group.state}
    if group.round_id is not None:
        query["round"] = group.round_id
    return f"/desk/together/{procedure_id}/{name}?{urlencode(query)}"


async def _show(
    request: Request,
    actor: Actor,
    procedure_id: str,
    name: str,
    tried: Tried,
    seen: dict[str, str] | None = None,
) -> Response:
    state, query = request.app.state, request.query_params
    digest, stage, round_id = query.get("version", ""), query.get("state", ""), query.get("round")
    now = state.clock()
    async with state.database.reading() as session:
        package = await procedures.package(session, digest)
        action = package.machine.actions.get(name)
        if action is None or package.id != procedure_id or stage not in action.sources:
            raise not_found()
        found = await candidates(session, actor, digest, stage, round_id, name, now)
    refusals = tried.refusal.refusals if isinstance(tried.refusal, TogetherRefused) else {}
    page: Response = state.pages.render(
        request,
        "cases/desk/together_act.html",
        status=tried.refusal.status if tried.refusal else 422 if tried.faults else 200,
        wide=True,
        action=action,
        procedure_id=procedure_id,
        title=package.title,
        round=round_title(package, round_id, now),
        state=package.machine.states[stage],
        to=package.machine.states[action.to or stage],
        lines=[
            {
                "case": item.case,
                "value": f"{item.case.id}:{item.content_hash}",
                "refusal": refusals.get(item.case.id, item.refusal),
                "ticked": item.refusal is None if seen is None else item.case.id in seen,
            }
            for item in found
        ],
        most=MOST,
        questions=[question_of(field, tried) for field in action.form.values()],
        refused=tried.refusal.message if tried.refusal else None,
        errors=[{"name": fault.pointer, "text": fault.message} for fault in tried.faults],
        token=tried.token or secrets.token_urlsafe(12),
    )
    return page
