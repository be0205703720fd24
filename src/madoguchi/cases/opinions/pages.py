"""Pages of opinions: what one's agencies are asked, and answering."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.act import FormRefused
from madoguchi.cases.desk.pages.forming import Tried, entered_by, question_of
from madoguchi.cases.desk.pages.reading import handed_out
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.cases.errors import not_found
from madoguchi.cases.opinions.answering import answer
from madoguchi.cases.opinions.queries import asked_of_me, task_for
from madoguchi.cases.opinions.view import opinion_view, seen_files
from madoguchi.cases.opinions.withdrawing import asked_task, may_withdraw, withdraw
from madoguchi.cases.timers import is_late
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.errors import DomainError
from madoguchi.procedures import service as procedures
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
LIST = "/desk/opinions"


@router.get(LIST)
async def opinions(request: Request, actor: Official) -> Response:
    """The opinions asked of one's agencies."""
    state = request.app.state
    done = request.query_params.get("tab") == "done"
    async with state.database.reading() as session:
        found = await asked_of_me(session, actor, open_only=not done)
        lines = []
        for task, case in found:
            package = await procedures.package(session, case.digest)
            block = package.machine.opinions.get(task.name)
            agency = await identity.agency(session, task.agency_id)
            lines.append(
                {
                    "task": task,
                    "case": case,
                    "label": block.label if block is not None else {"ja": task.name},
                    "agency": dict(agency.name),
                    "overdue": is_late(task.due_at, state.clock()) and not done,
                }
            )
    page: Response = state.pages.render(
        request, "cases/opinions/list.html", wide=True, lines=lines, done=done
    )
    return page


@router.get(LIST + "/{task_id}")
async def opinion(request: Request, task_id: str, actor: Official) -> Response:
    """One opinion: what is asked, the case, the answer."""
    return await _show(request, actor, task_id, Tried({}))


@router.post(LIST + "/{task_id}")
async def give(request: Request, task_id: str, actor: Official) -> Response:
    """Answer; a second click finds it answered."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        async with state.database.reading() as session:
            task, case = await task_for(session, actor, task_id)
            package = await procedures.package(session, case.digest)
        entered = entered_by(form, package.machine.opinions[task.name].form.values())
    try:
        async with state.database.session() as session:
            await answer(session, actor, task_id, entered, state.clock)
            await session.commit()
    except FormRefused as error:
        return await _show(request, actor, task_id, Tried(entered, error.faults))
    flash(request, state.texts.text("cases.opinions.sent"))
    return RedirectResponse(f"{LIST}/{task_id}", 303)


@router.get(LIST + "/{task_id}/files/{sha256}")
async def file(request: Request, task_id: str, sha256: str, actor: Official) -> Response:
    """A file of the filing that the agency asked may see."""
    state = request.app.state
    async with state.database.reading() as session:
        task, case = await task_for(session, actor, task_id)
        package = await procedures.package(session, case.digest)
        files = seen_files(case, package.machine.opinions[task.name]).values()
        named = next((f for several in files for f in several if f["sha256"] == sha256), None)
        if named is None:
            raise not_found()
        path = await documents.content_path(session, state.blobs, sha256)
    inline = request.query_params.get("inline") == "1"
    return handed_out(path, str(named["name"]), str(named["type"]), inline=inline)


@router.get(LIST + "/{task_id}/withdraw")
async def withdrawal(request: Request, task_id: str, actor: Official) -> Response:
    """The page on which the agency that asked withdraws a question."""
    return await _withdrawal(request, actor, task_id, "", None)


@router.post(LIST + "/{task_id}/withdraw")
async def take_back(request: Request, task_id: str, actor: Official) -> Response:
    """Withdraw it; a second click finds it withdrawn."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        reason = form.value("reason")
    try:
        async with state.database.session() as session:
            task = await withdraw(session, actor, task_id, reason, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await _withdrawal(request, actor, task_id, reason, error)
    flash(request, state.texts.text("cases.opinions.withdraw.done"))
    return RedirectResponse(f"/desk/cases/{task.case_id}#opinions", 303)


async def _withdrawal(
    request: Request, actor: Actor, task_id: str, reason: str, error: DomainError | None
) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        task, case = await asked_task(session, actor, task_id)
        machine = (await procedures.package(session, case.digest)).machine
        block = machine.opinions.get(task.name)
        agency = await identity.agency(session, task.agency_id)
    page: Response = state.pages.render(
        request,
        "cases/opinions/withdraw.html",
        status=422 if error is not None else 200,
        task=task,
        case=case,
        label=block.label if block is not None else {"ja": task.name},
        agency=dict(agency.name),
        may=may_withdraw(actor, case, task, machine),
        reason=reason,
        errors=[{"name": "reason", "text": error.message}] if error is not None else [],
    )
    return page


async def _show(request: Request, actor: Actor, task_id: str, tried: Tried) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        view = await opinion_view(session, actor, task_id, request.state.language, state.clock())
    page: Response = state.pages.render(
        request,
        "cases/opinions/opinion.html",
        status=422 if tried.faults else 200,
        wide=True,
        view=view,
        task=view.task,
        case=view.case,
        questions=[question_of(field, tried) for field in view.block.form.values()],
        errors=[{"name": fault.pointer, "text": fault.message} for fault in tried.faults],
    )
    return page
