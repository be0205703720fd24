"""The pages of registration checks, and how the connections to other systems stand."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import func, select

from madoguchi.cases.desk.administering import administered
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.errors import CaseError
from madoguchi.cases.registration import service
from madoguchi.identity.service import people_named
from madoguchi.registry.consulting import FAULTS, latest_queries, simulate, state_of
from madoguchi.registry.models import PostalCode
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash
from madoguchi.webhooks.models import WebhookEndpoint

router = APIRouter(include_in_schema=False)
FORM_BYTES = 20_000
SAMPLE = 5_000  # fewer postal codes than this: the sample that is shipped
TONES = {
    "found": "success",
    "not_found": "error",
    "under_change": "warning",
    "unavailable": "error",
}


@router.get("/desk/cases/{case_id}/registration")
async def show_check(request: Request, case_id: str, actor: Official) -> HTMLResponse:
    """What the registry says beside what was filed."""
    return await _check(request, actor, case_id)


@router.post("/desk/cases/{case_id}/registration")
async def check(request: Request, case_id: str, actor: Official) -> Response:
    """Ask the registry, or accept what it said."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        wanted, check_id, note = form.value("do"), form.value("check"), form.value("/note")
    try:
        if wanted == "accept":
            async with state.database.session() as session:
                await service.accept(session, actor, state.clock, case_id, check_id, note)
                await session.commit()
            flash(request, state.texts.text("registration.accepted"))
        else:
            fresh = wanted == "again"
            await service.check(state.database, actor, state.clock, case_id, fresh=fresh)
    except CaseError as error:
        if error.status in (403, 404):
            raise
        return await _check(request, actor, case_id, error=error, note=note)
    return RedirectResponse(f"/desk/cases/{case_id}/registration", 303)


@router.get("/desk/admin/connectors")
async def connectors(request: Request, actor: Official) -> HTMLResponse:
    """Each connection to another system: real or simulated, and whether it answers."""
    state, settings = request.app.state, request.app.state.settings
    administered(actor)
    async with state.database.reading() as session:
        link = await state_of(session)
        queries = await latest_queries(session)
        codes = await session.scalar(select(func.count()).select_from(PostalCode)) or 0
        failing = await session.scalar(
            select(func.count())
            .select_from(WebhookEndpoint)
            .where(WebhookEndpoint.open_until.is_not(None))
        )
        names = await people_named(session, [query.asked_by for query in queries])
    rows = [
        ("registry", "simulated", _link_words(link, state.clock())),
        ("card", _kind(bool(settings.card_issuer), settings.demo), None),
        ("payments", _kind(settings.clearing_secret is not None, settings.demo), None),
        ("mail", "real" if settings.smtp_url else "kept", None),
        ("scanner", "real" if settings.scanner_url else "off", None),
        ("postal", "real" if codes > SAMPLE else "sample", None),
        ("webhooks", "real", "resting" if failing else None),
    ]
    return _page(
        request,
        "connectors.html",
        wide=True,
        rows=rows,
        link=link,
        faults=FAULTS,
        may_simulate=settings.demo,
        queries=queries,
        names=names,
    )


@router.post("/desk/admin/connectors")
async def choose_fault(request: Request, actor: Official) -> Response:
    """Let the simulator fail in a chosen way (demonstrations only)."""
    state = request.app.state
    administered(actor)
    async with form_of(request, FORM_BYTES) as form:
        fault = form.value("/fault")
    if state.settings.demo and fault in FAULTS:
        async with state.database.session() as session:
            await simulate(session, fault)
            await session.commit()
        flash(request, state.texts.text("registration.connectors.chosen"))
    return RedirectResponse("/desk/admin/connectors", 303)


def _kind(real: bool, demo: bool) -> str:
    return "real" if real else ("simulated" if demo else "off")


def _link_words(link: Any, now: Any) -> str | None:
    if link is None:
        return None
    if link.open_until is not None and now < link.open_until:
        return "resting"
    return "failing" if link.failures else "answers"


async def _check(
    request: Request,
    actor: Official,
    case_id: str,
    *,
    error: CaseError | None = None,
    note: str = "",
) -> HTMLResponse:
    async with request.app.state.database.reading() as session:
        case, row = await service.latest_check(session, actor, case_id)
        people = [id for id in (row.asked_by, row.accepted_by) if id] if row else []
        names = await people_named(session, people)
    return _page(
        request,
        "check.html",
        status=error.status if error else 200,
        case=case,
        number=service.number_of(case),
        row=row,
        differs=row is not None and service.needs_note(row),
        names=names,
        note=note,
        errors=[{"name": "/note", "text": error.message}] if error else [],
    )


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    rendered: HTMLResponse = request.app.state.pages.render(
        request, f"registration/{name}", status=status, tones=TONES, **context
    )
    return rendered
