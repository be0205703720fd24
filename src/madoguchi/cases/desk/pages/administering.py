"""The administrator's page: published procedures, jobs that failed."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.administering import administered, failed_jobs
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
    administered(actor)
    async with state.database.reading() as session:
        versions = await procedures.versions(session)
        failed = await failed_jobs(session)
    page: Response = state.pages.render(
        request,
        "cases/desk/admin.html",
        wide=True,
        versions=versions,
        failed=failed,
        clients=identity.may_manage_clients(actor),
        proofs=bool(identity.agencies_where(actor, "proofing")),
    )
    return page


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
