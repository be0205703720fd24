"""Small posts of the case view: a note, a message to the applicant, a new assignee."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.assigning import assign
from madoguchi.cases.desk.pages.reading import show_case
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.cases.desk.talking import add_note, write_to_applicant
from madoguchi.kernel.errors import DomainError
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)


@router.post("/desk/cases/{case_id}/notes")
async def note(request: Request, case_id: str, actor: Official) -> Response:
    """Add an internal note."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        body = form.value("note")
    try:
        async with state.database.session() as session:
            await add_note(session, actor, case_id, body, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await show_case(request, actor, case_id, kept={"note": body}, error=("note", error))
    flash(request, state.texts.text("cases.desk.note.done"))
    return RedirectResponse(f"/desk/cases/{case_id}#notes", 303)


@router.post("/desk/cases/{case_id}/messages")
async def message(request: Request, case_id: str, actor: Official) -> Response:
    """Write to the applicant."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        body = form.value("message")
    try:
        async with state.database.session() as session:
            await write_to_applicant(session, actor, case_id, body, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await show_case(
            request, actor, case_id, kept={"message": body}, error=("message", error)
        )
    flash(request, state.texts.text("cases.desk.message.done"))
    return RedirectResponse(f"/desk/cases/{case_id}#messages", 303)


@router.post("/desk/cases/{case_id}/assign")
async def assign_one(request: Request, case_id: str, actor: Official) -> Response:
    """Change who handles the case."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        to = form.value("assignee")
    chosen = actor.id if to == "me" else to
    async with state.database.session() as session:
        await assign(session, actor, [case_id], chosen or None, state.clock)
        await session.commit()
    flash(request, state.texts.text("cases.desk.assign.changed"))
    return RedirectResponse(f"/desk/cases/{case_id}", 303)
