"""The history of a procedure, for everyone: its versions and what each changed."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.procedures import service
from madoguchi.procedures.versions.diff import compare
from madoguchi.procedures.versions.telling import told

router = APIRouter()


@router.get("/procedures/{procedure_id}/versions", include_in_schema=False)
async def versions_page(request: Request, procedure_id: str) -> HTMLResponse:
    """Every version, newest first, with what it changed."""
    state = request.app.state
    async with state.database.reading() as session:
        lines = await history(session, procedure_id)
    response: HTMLResponse = state.pages.render(
        request,
        "procedures/versions.html",
        procedure_id=procedure_id,
        title=lines[0]["title"],
        versions=lines,
    )
    return response


@router.get(
    "/api/v1/procedures/{procedure_id}/versions",
    tags=["procedures"],
    summary="Versions and changes",
)
async def get_versions(request: Request, procedure_id: str) -> list[dict[str, Any]]:
    """Every version, newest first: {version, digest, title, effective_from, effective_to, since,
    changes: [{level: safe|review|breaking, kind, what, path, old, new}] or null for the first}.
    """
    async with request.app.state.database.reading() as session:
        return await history(session, procedure_id)


async def history(session: AsyncSession, procedure_id: str) -> list[dict[str, Any]]:
    """The versions of a procedure, newest first. ProcedureError 404 when there is none."""
    known = await service.versions(session, procedure_id)
    if not known:
        raise service.no_such_procedure()
    packages = [await service.package(session, line.digest) for line in known]
    lines = []
    for index, line in enumerate(known):
        before = index + 1 < len(known)
        changes = told(compare(packages[index + 1], packages[index])) if before else None
        lines.append(
            {
                "version": line.version,
                "digest": line.digest,
                "title": line.title,
                "effective_from": line.effective_from,
                "effective_to": line.effective_to,
                "since": known[index + 1].version if before else None,
                "changes": changes,
            }
        )
    return lines
