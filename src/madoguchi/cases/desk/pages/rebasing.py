"""Moving a case into another version of its procedure: what it would mean, then the act."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.cases.desk.rebasing import APPROVER, prospect, rebase_case
from madoguchi.identity.service import Actor, roles_at
from madoguchi.kernel.errors import DomainError
from madoguchi.procedures import service as procedures
from madoguchi.procedures.versions.telling import told
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)


@router.get("/desk/cases/{case_id}/version")
async def version(request: Request, case_id: str, actor: Official) -> Response:
    """The versions of the case's procedure, and what moving into the chosen one would mean."""
    return await _show(request, actor, case_id, request.query_params.get("to") or "")


@router.post("/desk/cases/{case_id}/version")
async def move(request: Request, case_id: str, actor: Official) -> Response:
    """Move the case; what was typed stays when it cannot be."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        to, reason = form.value("to"), form.value("reason")[:4000]
        revision = int(form.value("revision")) if form.value("revision").isdecimal() else -1
    try:
        async with state.database.session() as session:
            await rebase_case(session, actor, case_id, to, reason, revision, state.clock)
            await session.commit()
    except DomainError as refusal:
        if refusal.status == 404:
            raise
        return await _show(request, actor, case_id, to, reason, refusal)
    flash(request, state.texts.text("cases.desk.version.moved"))
    return RedirectResponse(f"/desk/cases/{case_id}", 303)


async def _show(
    request: Request,
    actor: Actor,
    case_id: str,
    to: str,
    reason: str = "",
    refusal: DomainError | None = None,
) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        case = await case_at_desk(session, actor, case_id)
        known = await procedures.versions(session, case.procedure_id)
        digests = [line.digest for line in known]
        found = None
        if to in digests and to != case.digest:
            case, found = await prospect(session, actor, case_id, to, state.clock)
        may = APPROVER in roles_at(actor, case.agency_id)
    text = dict(refusal.message) if refusal is not None else None
    page: Response = state.pages.render(
        request,
        "cases/desk/version.html",
        status=refusal.status if refusal is not None else 200,
        case=case,
        versions=known,
        to=to,
        found=found,
        changes=told(found.differences) if found is not None else [],
        may=may,
        reason=reason,
        errors=[{"name": "reason", "text": text}] if text else [],
        error=text,
    )
    return page
