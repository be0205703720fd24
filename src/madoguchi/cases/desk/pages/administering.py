"""The administrator's page: roles, published procedures, jobs that failed."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.administering import administered, failed_jobs, give_role, take_role
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.identity import service as identity
from madoguchi.kernel import jobs
from madoguchi.procedures import service as procedures
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)


@router.get("/desk/admin")
async def admin(request: Request, actor: Official) -> Response:
    """Everything an administrator looks after."""
    state = request.app.state
    agencies = administered(actor)
    words = (request.query_params.get("person") or "").strip()[:200]
    async with state.database.reading() as session:
        holders = await identity.role_holders(session, agencies)
        found = await identity.people_found(session, words)
        versions = await procedures.versions(session)
        failed = await failed_jobs(session)
    shipped = identity.shipped_agencies()
    page: Response = state.pages.render(
        request,
        "cases/desk/admin.html",
        wide=True,
        holders=holders,
        words=words,
        people=[
            (person.id, f"{person.name} {person.title} {person.email or ''}".strip())
            for person in found
        ],
        versions=versions,
        failed=failed,
        roles=identity.ROLES,
        proofs=bool(identity.agencies_where(actor, "proofing")),
        agency_options=[(id, item.name) for id, item in shipped.items() if id in agencies],
    )
    return page


@router.post("/desk/admin/roles")
async def change_role(request: Request, actor: Official) -> Response:
    """Give or take a role."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        change = take_role if form.value("do") == "take" else give_role
        person, agency, role = (form.value(name) for name in ("person", "agency", "role"))
    administered(actor)
    if not (person and agency and role):
        flash(request, state.texts.text("cases.desk.admin.incomplete"), "warning")
        return RedirectResponse("/desk/admin", 303)
    async with state.database.session() as session:
        await change(session, actor, person, agency, role, state.clock)
        await session.commit()
    flash(request, state.texts.text("cases.desk.admin.changed"))
    return RedirectResponse("/desk/admin", 303)


@router.post("/desk/admin/jobs")
async def requeue(request: Request, actor: Official) -> Response:
    """Let a failed job run again."""
    state = request.app.state
    administered(actor)
    async with form_of(request, FORM_BYTES) as form:
        job = form.value("job")
    async with state.database.session() as session:
        done = await jobs.requeue(session, job)
        await session.commit()
    key = "requeued" if done else "not_requeued"
    flash(request, state.texts.text(f"cases.desk.admin.{key}"), "success" if done else "warning")
    return RedirectResponse("/desk/admin#jobs", 303)
