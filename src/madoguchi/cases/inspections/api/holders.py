"""The holder's side: inspections they were told of, and reports of what was put right."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from madoguchi.cases.api.body import multipart_of
from madoguchi.cases.inspections import queries, rules
from madoguchi.cases.inspections.access import own_inspection
from madoguchi.cases.inspections.api.answering import inspection_out
from madoguchi.cases.inspections.api.schemas import InspectionList, InspectionOut, ReportOut
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.improving import MOST_FILES, awaited, file_report
from madoguchi.cases.inspections.letters import inspectors_of, letters_of
from madoguchi.cases.inspections.pages.holding import keep_file
from madoguchi.cases.inspections.pages.shared import UPLOAD_BYTES, Signed, entered
from madoguchi.web.forms import form_of

router = APIRouter(prefix="/api/v1/own-inspections", tags=["inspections"])
_FILE = {"type": "string", "format": "binary"}
_REPORT = multipart_of(
    ["body", "done_on"],
    body={"type": "string", "maxLength": 4000},
    done_on={"type": "string", "format": "date"},
    files={"type": "array", "items": _FILE, "maxItems": MOST_FILES},
)


@router.get("", operation_id="listOwnInspections", response_model=InspectionList)
async def inspections(
    request: Request, actor: Signed, before: Annotated[str | None, Query(max_length=26)] = None
) -> InspectionList:
    """The inspections of the party acted for, newest first; `next` goes into `before`."""
    async with request.app.state.database.reading() as session:
        found = await queries.held(session, actor, before)
    rows = found[: queries.PAGE]
    return InspectionList(
        items=[inspection_out(row, base="/inspections/") for row in rows],
        next=rows[-1].id if len(found) > queries.PAGE else None,
    )


@router.get("/{inspection_id}", operation_id="getOwnInspection", response_model=InspectionOut)
async def inspection(request: Request, inspection_id: str, actor: Signed) -> InspectionOut:
    """One inspection with its letters and, once told, its findings."""
    async with request.app.state.database.reading() as session:
        found = await own_inspection(session, actor, inspection_id)
        return inspection_out(
            found,
            [one.name for one in await inspectors_of(session, found.id)],
            await findings_of(session, found.id) if found.state in rules.TOLD else [],
            await letters_of(session, found.id),
            base="/inspections/",
        )


@router.post(
    "/{inspection_id}/findings/{finding_id}/reports",
    operation_id="reportImprovement",
    status_code=201,
    response_model=ReportOut,
    openapi_extra=_REPORT,
)
async def report(
    request: Request, inspection_id: str, finding_id: str, actor: Signed
) -> ReportOut | Response:
    """Report what was put right; it counts from its arrival."""
    app = request.app.state
    async with app.database.reading() as session:
        await awaited(session, actor, inspection_id, finding_id)
    async with form_of(request, UPLOAD_BYTES) as form:
        given = entered(form)
        files = [
            await keep_file(request, actor, sent)
            for sent in form.files.get("files", [])[: MOST_FILES + 1]
        ]
    async with app.database.session() as session:
        filed = await file_report(
            session, actor, app.clock, inspection_id, finding_id, given, files
        )
        await session.commit()
    return ReportOut.model_validate(filed)
