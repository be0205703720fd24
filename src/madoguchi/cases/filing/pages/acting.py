"""What an applicant does on the page of a filing: correct, withdraw, copy, write to the office."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_case, still_there
from madoguchi.cases.errors import not_found
from madoguchi.cases.filing.acting import FormFaulty, act_as_applicant, simple_actions
from madoguchi.cases.filing.copying import copy_filing
from madoguchi.cases.filing.correct import start_correction
from madoguchi.cases.filing.entering import read_page
from madoguchi.cases.filing.pages.counter import FORM_BYTES, Signed
from madoguchi.cases.filing.pages.looking import show_case
from madoguchi.cases.filing.questions import Question
from madoguchi.cases.filing.writing import write_to_office
from madoguchi.cases.proofing.asking_again import on_to_proof
from madoguchi.identity.service import Actor, IdentityError
from madoguchi.messages.service import MessageError
from madoguchi.procedures import service as procedures
from madoguchi.procedures.service import Action, Fault
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)


@router.post("/cases/{case_id}/correct")
async def correct(request: Request, case_id: str, actor: Signed) -> Response:
    """Begin the correction that was asked for, or go on with it."""
    state = request.app.state
    async with state.database.session() as session:
        draft = await start_correction(session, actor, state.clock, case_id)
        await session.commit()
    return RedirectResponse(f"/drafts/{draft.id}", 303)


@router.post("/cases/{case_id}/copy")
async def copy(request: Request, case_id: str, actor: Signed) -> Response:
    """Begin a new filing with the answers of this one."""
    state = request.app.state
    async with state.database.session() as session:
        draft = await copy_filing(session, actor, state.clock, case_id)
        await session.commit()
    flash(
        request,
        {"ja": "前の内容をコピーしました。", "en": "The answers have been copied."},
        body={
            "ja": "添付書類と誓約は引き継ぎません。日付などが今回に合うか確かめてください。",
            "en": "Attachments and pledges are not copied. Check dates and the like.",
        },
    )
    return RedirectResponse(f"/drafts/{draft.id}", 303)


@router.get("/cases/{case_id}/actions/{name}")
async def action_page(request: Request, case_id: str, name: str, actor: Signed) -> Response:
    """The page that asks once more before an act."""
    async with request.app.state.database.reading() as session:
        return await _ask(request, session, actor, case_id, name, {}, [])


@router.post("/cases/{case_id}/actions/{name}")
async def do_action(request: Request, case_id: str, name: str, actor: Signed) -> Response:
    """Do the act."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form, state.database.session() as session:
        case = still_there(await own_case(session, actor, case_id))
        package = await procedures.package(session, case.digest)
        found = package.machine.actions.get(name)
        if found is None or found.check:
            raise not_found()
        entered = read_page(found.form.values(), form.fields, {}, lambda pointer: True)
        try:
            await act_as_applicant(session, actor, state.clock, case_id, name, entered)
            await session.commit()
        except FormFaulty as fault:
            await session.rollback()
            return await _ask(request, session, actor, case_id, name, entered, fault.faults)
        except IdentityError as fault:
            await session.rollback()
            return await on_to_proof(request, actor, fault, f"/cases/{case_id}")
    flash(request, dict(found.label), body={"ja": "手続きしました。", "en": "Done."})
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.post("/cases/{case_id}/messages")
async def write(request: Request, case_id: str, actor: Signed) -> Response:
    """Write to the office in charge."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        body = form.value("body")
    try:
        async with state.database.session() as session:
            await write_to_office(session, actor, state.clock, case_id, body)
            await session.commit()
    except MessageError as fault:
        return await show_case(request, actor, case_id, body, dict(fault.message))
    flash(request, {"ja": "窓口に送りました。", "en": "Your message has been sent."})
    return RedirectResponse(f"/cases/{case_id}", 303)


async def _ask(
    request: Request,
    session: AsyncSession,
    actor: Actor,
    case_id: str,
    name: str,
    entered: dict[str, object],
    faults: Sequence[Fault],
) -> Response:
    case = still_there(await own_case(session, actor, case_id))
    package = await procedures.package(session, case.digest)
    found = next((a for a in simple_actions(package.machine, case.state) if a.name == name), None)
    if found is None:
        raise not_found()
    response: Response = request.app.state.pages.render(
        request,
        "cases/filing/action.html",
        status=422 if faults else 200,
        case=case,
        action=found,
        questions=_questions(found, entered, faults),
        errors=[{"name": _place(f.pointer), "text": f.message} for f in faults],
    )
    return response


def _questions(
    action: Action, entered: dict[str, object], faults: Sequence[Fault]
) -> list[Question]:
    return [
        Question(
            f"/{name}",
            field.type,
            field,
            value=entered.get(name),
            required=field.spec.required == "true",
            errors=tuple(f.message for f in faults if _place(f.pointer) == f"/{name}"),
            choices=tuple(
                {"value": key, "label": dict(option.label), "help": None}
                for key, option in (field.spec.options or {}).items()
            ),
        )
        for name, field in action.form.items()
    ]


def _place(pointer: str) -> str:
    return pointer.removeprefix("/form")
