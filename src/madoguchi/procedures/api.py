"""REST for packages: what exists, and the exact contract of one."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from madoguchi.kernel.clock import jst_date
from madoguchi.procedures import service
from madoguchi.procedures.json_schema import field_schema

router = APIRouter(prefix="/api/v1", tags=["procedures"])


class Law(BaseModel):
    """A provision of law (根拠法令)."""

    act: str
    article: str


class ProcedureSummary(BaseModel):
    """A procedure that can be filed in full on screen (手続)."""

    id: str
    version: str
    digest: str
    kind: str
    title: dict[str, str]
    summary: dict[str, str]
    law: list[Law]
    standard_period: str | None
    effective_from: date
    effective_to: date | None


class AttachmentInfo(BaseModel):
    """An attachment a procedure may ask for (添付書類)."""

    key: str
    label: dict[str, str]
    accept: list[str]
    max_mb: int
    max_files: int
    required_rule: str | None
    omit_rule: str | None


class ProcedureDetail(ProcedureSummary):
    """A procedure with its questions, attachments and workflow."""

    pages: list[dict[str, Any]]
    fields: dict[str, Any]
    attachments: list[AttachmentInfo]
    states: dict[str, Any]
    actions: dict[str, Any]


@router.get("/procedures", summary="Procedures in force")
async def list_procedures(request: Request) -> list[ProcedureSummary]:
    """Every published procedure whose period covers today."""
    state = request.app.state
    async with state.database.reading() as session:
        packages = await service.all_current(session, jst_date(state.clock()))
    return [ProcedureSummary(**_summary(package)) for package in packages]


@router.get("/procedures/{procedure_id}", summary="One procedure")
async def get_procedure(request: Request, procedure_id: str) -> ProcedureDetail:
    """The version in force today: pages, fields, attachments, workflow."""
    package = await _package(request, procedure_id)
    return ProcedureDetail(
        **_summary(package),
        pages=[{"id": p.id, "title": p.title, "fields": list(p.fields)} for p in package.pages],
        fields={
            name: {
                "type": field.type,
                "label": field.label,
                "required": field.spec.required,
                "relevant": field.spec.relevant,
                "calculate": field.spec.calculate,
                "schema": field_schema(field),
            }
            for name, field in package.fields.items()
            if not field.for_officials
        },
        attachments=[
            AttachmentInfo(
                key=key,
                label=dict(item.spec.label),
                accept=item.spec.accept,
                max_mb=item.spec.max_mb,
                max_files=item.spec.max_files,
                required_rule=item.spec.required,
                omit_rule=item.spec.omit_when,
            )
            for key, item in package.attachments.items()
        ],
        states={
            name: {"label": s.label, "final": s.final, "outcome": s.outcome, "clock": s.clock}
            for name, s in package.machine.states.items()
        },
        actions={
            name: {"label": a.label, "by": sorted(a.by), "from": sorted(a.sources), "to": a.to}
            for name, a in package.machine.actions.items()
        },
    )


@router.get("/procedures/{procedure_id}/schema", summary="JSON Schema of the filed data")
async def get_schema(
    request: Request, procedure_id: str, lang: Annotated[str, Query(pattern="^(ja|en)$")] = "ja"
) -> JSONResponse:
    """JSON Schema 2020-12 of `data` as it is filed."""
    package = await _package(request, procedure_id)
    return JSONResponse(service.json_schema(package, lang), media_type="application/schema+json")


async def _package(request: Request, procedure_id: str) -> service.Package:
    state = request.app.state
    async with state.database.reading() as session:
        return await service.current(session, procedure_id, jst_date(state.clock()))


def _summary(package: service.Package) -> dict[str, Any]:
    return {
        "id": package.id,
        "version": package.version,
        "digest": package.digest,
        "kind": package.kind,
        "title": dict(package.title),
        "summary": dict(package.spec.summary),
        "law": [{"act": law.act, "article": law.article} for law in package.spec.law],
        "standard_period": package.spec.standard_period,
        "effective_from": package.spec.effective.from_,
        "effective_to": package.spec.effective.to,
    }
