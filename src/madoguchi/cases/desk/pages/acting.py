"""An action on a page of its own: its form, what it causes, and the letter before it is issued."""

import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.access import still_there
from madoguchi.cases.desk.act import FormRefused, Seen, act
from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.pages.forming import FORM, Tried, entered_by, question_of
from madoguchi.cases.desk.pages.reading import letter_page
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official, clock_line, state_tag
from madoguchi.cases.desk.view import PASS_ON, CaseView, Offered, case_view
from madoguchi.cases.errors import not_found
from madoguchi.cases.judging import judge_case
from madoguchi.cases.letters import preview
from madoguchi.cases.offices import office_named
from madoguchi.cases.stored import shown
from madoguchi.cases.transition import bound_hash
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import pick
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Action
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)


@router.get("/desk/cases/{case_id}/actions/{name}")
async def action(request: Request, case_id: str, name: str, actor: Official) -> Response:
    """The form of an action."""
    return await _show(request, actor, case_id, name, Tried({}))


@router.post("/desk/cases/{case_id}/actions/{name}")
async def do(request: Request, case_id: str, name: str, actor: Official) -> Response:
    """Do an action; a second click finds it done."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        async with state.database.reading() as session:
            case = still_there(await case_at_desk(session, actor, case_id))
            package = await procedures.package(session, case.digest)
        found = package.machine.actions.get(name)
        entered = entered_by(form, found.form.values() if found else ())
        seen = Seen(
            revision=_number(form.value("revision")),
            content_hash=form.value("content_hash") or None,
            state=form.value("state") or None,
            token=form.value("token")[:64] or None,
        )
    try:
        async with state.database.session() as session:
            done = await act(session, actor, case_id, name, entered, seen, state.clock)
            await session.commit()
    except FormRefused as error:
        tried = Tried(entered, error.faults, token=seen.token or "")
        return await _show(request, actor, case_id, name, tried)
    except DomainError as error:
        if error.status != 409 or found is None:
            raise
        return await _show(request, actor, case_id, name, Tried(entered, refusal=error))
    label = package.machine.states[done.state].label
    texts = {
        language: state.texts.t("cases.desk.act.done", language, state=pick(label, language))
        for language in ("ja", "en")
    }
    flash(request, texts)
    return RedirectResponse(f"/desk/cases/{case_id}", 303)


@router.get("/desk/cases/{case_id}/actions/{name}/letters/{key}")
async def letter_preview(
    request: Request, case_id: str, name: str, key: str, actor: Official
) -> Response:
    """A letter as this action would issue it, without its number."""
    state = request.app.state
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        case = still_there(await case_at_desk(session, actor, case_id))
        package = await procedures.package(session, case.digest)
        found = package.machine.actions.get(name)
        if found is None or ("letter", key) not in found.effects or key not in package.spec.letters:
            raise not_found()
        judged = await judge_case(session, case, package, today, official=True)
        office = await office_named(session, case.agency_id)
        html = await preview(case, package, judged.verdict, office, key, today)
    return letter_page(html)


async def _show(request: Request, actor: Actor, case_id: str, name: str, tried: Tried) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        view = await case_view(session, actor, case_id, request.state.language, state.clock())
    still_there(view.case)
    found = view.package.machine.actions.get(name)
    if found is None or not found.by & roles_at(actor, view.case.agency_id):
        raise not_found()
    offered = next((item for item in view.actions if item.action.name == name), None)
    refusal = tried.refusal.message if tried.refusal else _refusal(request, offered)
    faulty = bool(tried.faults)
    page: Response = state.pages.render(
        request,
        "cases/desk/action.html",
        status=422 if faulty else 409 if tried.refusal else 200,
        wide=True,
        view=view,
        case=view.case,
        action=found,
        label=offered.label if offered is not None else found.label,
        proxy=offered is not None and offered.proxy,
        refusal=refusal,
        questions=[question_of(field, tried) for field in found.form.values()],
        points=_points(found, tried),
        errors=[{"name": fault.pointer, "text": fault.message} for fault in tried.faults],
        bound=bound_hash(view.case, found),
        proposal=_proposal(view, found, request.state.language),
        letters=[
            {"key": key, "title": dict(view.package.spec.letters[key].title)}
            for kind, key in found.effects
            if kind == "letter" and key in view.package.spec.letters
        ],
        to=view.package.machine.states[
            view.case.state
            if offered is not None and offered.label is PASS_ON
            else found.to or view.case.state
        ],
        clock=clock_line(request, view.standing),
        tag_of_state=state_tag(view.state.label, view.case.stage, view.case.outcome),
        token=tried.token or secrets.token_urlsafe(12),
    )
    return page


def _refusal(request: Request, offered: Offered | None) -> Any:
    if offered is None:
        return request.app.state.texts.text("cases.desk.act.other_state")
    return offered.refusal


def _points(action: Action, tried: Tried) -> dict[str, Any] | None:
    """The field in which answers to correct are ticked, with what is ticked."""
    field = next((field for field in action.form.values() if field.type == "points"), None)
    if field is None:
        return None
    chosen = tried.entered.get(field.name)
    return {"name": FORM + field.name, "chosen": chosen if isinstance(chosen, list) else []}


def _proposal(view: CaseView, action: Action, language: str) -> list[tuple[Any, str]] | None:
    """What the first person proposed, for the second to read before deciding."""
    last = view.case.last_proposal
    if last is None or last["action"] not in action.second_person:
        return None
    proposed = view.package.machine.actions[last["action"]]
    return [
        (field.label, shown(field, last["form"][name], language))
        for name, field in proposed.form.items()
        if last["form"].get(name) is not None
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
