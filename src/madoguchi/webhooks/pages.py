"""The pages of webhooks: endpoints of one's organisation or agencies, and what was delivered."""

import json
import re
from datetime import datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.service import Actor, required_actor, shipped_agencies
from madoguchi.kernel.clock import JST
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash
from madoguchi.webhooks import service
from madoguchi.webhooks.errors import WebhookError, webhook_error
from madoguchi.webhooks.events import EVENTS
from madoguchi.webhooks.models import WebhookEndpoint
from madoguchi.webhooks.service import Wish

router = APIRouter(include_in_schema=False)
Who = Annotated[Actor, Depends(required_actor)]
FORM_BYTES = 50_000
SHOWN = 30
_BETWEEN = re.compile(r"[\s,，、]+")
TONES = {"pending": "info", "delivered": "success", "failed": "error"}


@router.get("/webhooks")
async def show_endpoints(request: Request, actor: Who) -> HTMLResponse:
    """One's endpoints, and how to make one."""
    async with request.app.state.database.reading() as session:
        endpoints = await service.endpoints_of(session, actor)
    may = bool(service.own_organisation(actor) or service.own_agencies(actor))
    return _page(request, "list.html", endpoints=endpoints, may_register=may, agencies=_names())


@router.get("/webhooks/new")
async def new_endpoint(request: Request, actor: Who) -> HTMLResponse:
    """The form of a new endpoint."""
    return _form(request, actor, Wish("", "", []))


@router.post("/webhooks/new")
async def register(request: Request, actor: Who) -> Response:
    """Make it; the page that answers is the only one that shows the secret."""
    state = request.app.state
    wish = await _wish(request)
    try:
        async with state.database.session() as session:
            endpoint, secret = await service.register(
                session, actor, state.clock, state.settings, wish
            )
            await session.commit()
    except WebhookError as error:
        return _form(request, actor, wish, error=error)
    return await _endpoint(request, actor, endpoint.id, secret=secret)


@router.get("/webhooks/{webhook_id}")
async def show_endpoint(request: Request, webhook_id: str, actor: Who) -> HTMLResponse:
    """One endpoint with its latest deliveries."""
    return await _endpoint(request, actor, webhook_id)


@router.get("/webhooks/{webhook_id}/edit")
async def edit_endpoint(request: Request, webhook_id: str, actor: Who) -> HTMLResponse:
    """The form with what the endpoint is now."""
    async with request.app.state.database.reading() as session:
        found = await service.endpoint_for(session, actor, webhook_id)
    wish = Wish(found.label, found.url, found.events, found.agency_id, found.corporations)
    return _form(request, actor, wish, endpoint=found)


@router.post("/webhooks/{webhook_id}/edit")
async def change(request: Request, webhook_id: str, actor: Who) -> Response:
    """Change label, address and events."""
    state = request.app.state
    wish = await _wish(request)
    async with state.database.session() as session:
        found = await service.endpoint_for(session, actor, webhook_id)
        try:
            await service.change(session, actor, state.clock, state.settings, webhook_id, wish)
        except WebhookError as error:
            return _form(request, actor, wish, error=error, endpoint=found)
        await session.commit()
    return _done(request, webhook_id, "changed")


@router.post("/webhooks/{webhook_id}/secret")
async def rotate(request: Request, webhook_id: str, actor: Who) -> Response:
    """A new secret, shown by the page that answers only."""
    state = request.app.state
    async with state.database.session() as session:
        _, secret = await service.rotate(session, actor, state.clock, state.settings, webhook_id)
        await session.commit()
    return await _endpoint(request, actor, webhook_id, secret=secret)


@router.post("/webhooks/{webhook_id}/do")
async def switch(request: Request, webhook_id: str, actor: Who) -> Response:
    """Test, stop, begin again or delete, by the button pressed."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        wanted = form.value("do")
    async with state.database.session() as session:
        try:
            if wanted == "ping":
                await service.ping(session, actor, state.clock, state.settings, webhook_id)
            elif wanted == "enable":
                await service.enable(session, actor, state.clock, webhook_id)
            elif wanted == "disable":
                await service.disable(session, actor, state.clock, webhook_id)
            elif wanted == "remove":
                await service.remove(session, actor, state.clock, webhook_id)
            else:
                return RedirectResponse(f"/webhooks/{webhook_id}", 303)
        except WebhookError as error:
            if error.status == 404:
                raise
            return await _endpoint(request, actor, webhook_id, error=error)
        await session.commit()
    if wanted == "remove":
        flash(request, state.texts.text("webhooks.done.removed"))
        return RedirectResponse("/webhooks", 303)
    return _done(request, webhook_id, wanted)


@router.post("/webhooks/{webhook_id}/replay")
async def replay_since(request: Request, webhook_id: str, actor: Who) -> Response:
    """Send everything since a day again."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        typed = form.value("/since").strip()
    try:
        since = _beginning(typed)
        async with state.database.session() as session:
            count = await service.replay_since(session, actor, state.clock, webhook_id, since)
            await session.commit()
    except WebhookError as error:
        if error.status == 404:
            raise
        return await _endpoint(request, actor, webhook_id, error=error, since=typed)
    texts = state.texts
    told = {
        language: texts.t("webhooks.done.replayed", language, count=count)
        for language in ("ja", "en")
    }
    flash(request, told)
    return RedirectResponse(f"/webhooks/{webhook_id}", 303)


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}")
async def show_delivery(
    request: Request, webhook_id: str, delivery_id: str, actor: Who
) -> HTMLResponse:
    """One event: the body that is sent, and each attempt."""
    async with request.app.state.database.reading() as session:
        endpoint = await service.endpoint_for(session, actor, webhook_id)
        delivery = await service.delivery_for(session, actor, webhook_id, delivery_id)
        attempts = await service.attempts_of(session, delivery_id)
    return _page(
        request,
        "delivery.html",
        endpoint=endpoint,
        delivery=delivery,
        attempts=attempts,
        body=json.dumps(delivery.event, ensure_ascii=False, indent=2),
    )


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}")
async def replay(request: Request, webhook_id: str, delivery_id: str, actor: Who) -> Response:
    """Send one event again."""
    state = request.app.state
    async with state.database.session() as session:
        await service.replay(session, actor, state.clock, webhook_id, delivery_id)
        await session.commit()
    flash(request, state.texts.text("webhooks.done.again"))
    return RedirectResponse(f"/webhooks/{webhook_id}/deliveries/{delivery_id}", 303)


def _beginning(typed: str) -> datetime:
    try:
        return datetime.combine(parse_date(typed), time(), JST)
    except (JapaneseInputError, ValueError, OverflowError) as fault:
        raise webhook_error("webhook_since") from fault


async def _wish(request: Request) -> Wish:
    async with form_of(request, FORM_BYTES) as form:
        return Wish(
            form.value("/label"),
            form.value("/url").strip(),
            form.values("/events"),
            form.value("/agency") or None,
            [part for part in _BETWEEN.split(form.value("/corporations")) if part],
        )


async def _endpoint(
    request: Request,
    actor: Actor,
    webhook_id: str,
    *,
    secret: str | None = None,
    error: WebhookError | None = None,
    since: str = "",
) -> HTMLResponse:
    page = request.query_params.get("before", "")
    before = int(page) if page.isascii() and page.isdigit() and len(page) < 10 else None
    async with request.app.state.database.reading() as session:
        endpoint = await service.endpoint_for(session, actor, webhook_id)
        found = await service.deliveries_of(
            session, actor, webhook_id, before=before, limit=SHOWN + 1
        )
    return _page(
        request,
        "endpoint.html",
        status=error.status if error else 200,
        endpoint=endpoint,
        agencies=_names(),
        deliveries=found[:SHOWN],
        older=found[SHOWN - 1].sequence if len(found) > SHOWN else None,
        secret=secret,
        since=since,
        **_faults(error),
    )


def _form(
    request: Request,
    actor: Actor,
    wish: Wish,
    *,
    error: WebhookError | None = None,
    endpoint: WebhookEndpoint | None = None,
) -> HTMLResponse:
    organisation, agencies = service.own_organisation(actor), service.own_agencies(actor)
    if not organisation and not agencies:
        raise webhook_error("webhook_no_owner")
    named = _names()
    return _page(
        request,
        "form.html",
        status=error.status if error else 200,
        wish=wish,
        endpoint=endpoint,
        organisation=organisation,
        agency_options=[(id, named[id]) for id in named if id in agencies],
        events=list(EVENTS.items()),
        **_faults(error),
    )


def _faults(error: WebhookError | None) -> dict[str, Any]:
    if error is None:
        return {"errors": [], "faults": {}}
    pointer = error.pointers[0] if error.pointers else "/label"
    return {
        "errors": [{"name": pointer, "text": error.message}],
        "faults": {pointer: error.message},
    }


def _names() -> dict[str, Any]:
    return {id: agency.name for id, agency in shipped_agencies().items()}


def _done(request: Request, webhook_id: str, what: str) -> Response:
    flash(request, request.app.state.texts.text(f"webhooks.done.{what}"))
    return RedirectResponse(f"/webhooks/{webhook_id}", 303)


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    rendered: HTMLResponse = request.app.state.pages.render(
        request, f"webhooks/{name}", status=status, tones=TONES, event_names=EVENTS, **context
    )
    return rendered
