"""Filings that have arrived: list, detail, journal, receipt, and the applicant's acts."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_case
from madoguchi.cases.api.body import read_body, schema_of
from madoguchi.cases.api.schemas import (
    ActionIn,
    CaseDetail,
    CaseList,
    JournalOut,
    case_detail,
    case_out,
)
from madoguchi.cases.errors import not_found
from madoguchi.cases.filing.acting import act_as_applicant, simple_actions
from madoguchi.cases.filing.by_program import replace_content
from madoguchi.cases.filing.correct import correcting_action, resubmit, start_correction
from madoguchi.cases.filing.evaluating import judge
from madoguchi.cases.filing.history import public_entries
from madoguchi.cases.filing.pages.counter import Signed
from madoguchi.cases.filing.queries import list_cases
from madoguchi.cases.filing.receipt import receipt_value
from madoguchi.cases.models import Case
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel import journal
from madoguchi.procedures import service as procedures
from madoguchi.web.admission.arrival import arrival_clock, time_waited
from madoguchi.web.idempotency import Key, once
from madoguchi.web.paging import link_header

router = APIRouter(prefix="/api/v1", tags=["cases"])
Group = Literal["all", "waiting", "open", "done"]


@router.get("/cases", operation_id="listCases", response_model=CaseList)
async def cases(
    request: Request,
    response: Response,
    actor: Signed,
    group: Group = "all",
    q: Annotated[str, Query(max_length=200)] = "",
    branch: Annotated[
        str, Query(max_length=26, description="a branch and those below it; -: of no branch")
    ] = "",
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> CaseList:
    """The filings of the party one acts for, newest first; the Link header leads on."""
    state = request.app.state
    async with state.database.reading() as session:
        page = await list_cases(
            session,
            actor,
            secret=state.settings.secret_key,
            group=group,
            words=q,
            branch=branch,
            cursor=cursor,
            limit=limit,
        )
        items = [
            case_out(case, await procedures.package(session, case.digest)) for case in page.items
        ]
    current = str(request.url.remove_query_params("cursor"))
    response.headers.update(link_header(current, page))
    return CaseList(items=items, next=page.next)


@router.get("/cases/{case_id}", operation_id="getCase", response_model=CaseDetail)
async def case(request: Request, case_id: str, actor: Signed) -> CaseDetail:
    """One filing."""
    async with request.app.state.database.reading() as session:
        found = await own_case(session, actor, case_id)
        return await _detail(session, found)


@router.get("/cases/{case_id}/journal", operation_id="getJournal", response_model=list[JournalOut])
async def case_journal(
    request: Request,
    case_id: str,
    actor: Signed,
    after: Annotated[int, Query(ge=0, le=2_000_000_000)] = 0,
) -> list[JournalOut]:
    """What has happened, oldest first, at most 200 entries behind `after`."""
    async with request.app.state.database.reading() as session:
        found = await own_case(session, actor, case_id)
        package = await procedures.package(session, found.digest)
        entries = await journal.entries(session, f"case:{found.id}", after=after, limit=200)
        return [JournalOut(**entry) for entry in public_entries(package, entries)]


@router.get("/cases/{case_id}/receipt", operation_id="getReceipt")
async def receipt(request: Request, case_id: str, actor: Signed) -> dict[str, Any]:
    """The receipt with all that is needed to verify it without us."""
    state = request.app.state
    async with state.database.reading() as session:
        return await receipt_value(session, await own_case(session, actor, case_id), state.log)


@router.get("/cases/{case_id}/files/{sha256}", operation_id="getCaseFile")
async def case_file(request: Request, case_id: str, sha256: str, actor: Signed) -> Response:
    """A file that was filed."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await own_case(session, actor, case_id)
        files = [file for kept in found.attached.values() for file in kept]
        file = next((file for file in files if file["sha256"] == sha256), None)
        if file is None:
            raise not_found()
        path = await documents.content_path(session, state.blobs, sha256)
    headers = documents.download_headers(str(file["name"]), str(file["type"]))
    return FileResponse(path, headers=dict(headers))


@router.post(
    "/cases/{case_id}/actions/{action}",
    operation_id="actOnCase",
    response_model=CaseDetail,
    openapi_extra=schema_of(ActionIn),
)
async def act(
    request: Request, case_id: str, action: str, actor: Signed, key: Key = None
) -> Response:
    """Do an act of the applicant: withdraw (with `form`), or send again (with `data`)."""
    state = request.app.state
    body = await read_body(request, ActionIn)

    async def work(session: AsyncSession) -> CaseDetail:
        found = await own_case(session, actor, case_id)
        package = await procedures.package(session, found.digest)
        asked = package.machine.actions.get(action)
        if asked is not None and asked.check:
            done = await _send_again(request, session, actor, found, action, body)
        else:
            done = await act_as_applicant(session, actor, state.clock, case_id, action, body.form)
        return await _detail(session, done)

    return await once(request, actor.id, work)


async def _send_again(
    request: Request,
    session: AsyncSession,
    actor: Actor,
    case: Case,
    action: str,
    body: ActionIn,
) -> Case:
    state = request.app.state
    package = await procedures.package(session, case.digest)
    expected = correcting_action(package.machine, case.state)
    if expected is not None and expected.name != action:
        raise not_found()
    draft = await start_correction(session, actor, state.clock, case.id)
    if body.data is not None:
        judged = await judge(session, draft, state.clock())
        await replace_content(
            session, state.blobs, actor, state.clock, draft, judged, body.data, body.attached
        )
    clock, waited = arrival_clock(request), time_waited(request)
    return await resubmit(session, state.blobs, actor, clock, draft.id, waited)


async def _detail(session: AsyncSession, case: Case) -> CaseDetail:
    package = await procedures.package(session, case.digest)
    machine = package.machine
    names = [item.name for item in simple_actions(machine, case.state)]
    again = correcting_action(machine, case.state)
    return case_detail(case, package, [*names, *([again.name] if again else [])])
