"""Where a person types the code their device shows, and agrees (RFC 8628 3.3)."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account.limits import Limit, admit
from madoguchi.identity.account.pages.shared import client_admitted
from madoguchi.identity.guards import required_actor
from madoguchi.identity.models import Person
from madoguchi.identity.provider import device
from madoguchi.identity.provider.authorising.service import consent, standing_of
from madoguchi.identity.provider.claims import Subject, standard_claims
from madoguchi.identity.provider.profiles import PROFILES
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.actors import choices_of
from madoguchi.identity.service.sign_in import SIGN_IN
from madoguchi.kernel.clock import jst_date
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
SMALL = 20_000
TRIES = Limit("device code", 10, timedelta(minutes=15))


@router.get("/device")
async def type_code(request: Request, actor: SignedIn) -> HTMLResponse:
    """Ask for the code, or, where the address has it, for consent."""
    typed = request.query_params.get("user_code", "")
    if typed and not await _admitted(request, actor):
        return await _page(request, actor, typed, asked=False, throttled=True)
    return await _page(request, actor, typed, asked=bool(typed))


@router.post("/device")
async def answer(request: Request, actor: SignedIn) -> Response:
    """The person typed the code, or answered."""
    state = request.app.state
    async with form_of(request, SMALL) as form:
        typed, decision = form.value("user_code"), form.value("decision")
    if not await _admitted(request, actor):
        return await _page(request, actor, typed, asked=False, throttled=True)
    if decision not in ("allow", "deny"):
        return await _page(request, actor, typed, asked=True)
    allowed = decision == "allow"
    async with state.database.session() as session:
        found = await device.waiting(session, typed, state.clock())
        sign_in_id = request.state.session.get(SIGN_IN)
        standing = (
            await standing_of(session, actor.id, sign_in_id, found[1].id)
            if found and isinstance(sign_in_id, str)
            else None
        )
        done = (
            found
            and standing
            and await device.decide(
                session, state.clock, actor, standing[0], found, allowed=allowed
            )
        )
        if found and done and allowed:
            await consent(session, state.clock, actor.id, found[1].id, found[0].scopes)
        await session.commit()
    if not done:
        return await _page(request, actor, typed, asked=True)
    flash(
        request,
        {
            "ja": "機器に戻ってください。ログインできました。",
            "en": "Go back to your device: it is signed in.",
        }
        if allowed
        else {"ja": "同意しませんでした。", "en": "You did not agree."},
        "success" if allowed else "info",
    )
    return RedirectResponse("/account/services", 303)


async def _admitted(request: Request, actor: Actor) -> bool:
    """Whether person and address have tries left: a code has 35 bits (RFC 8628 5.1).

    A right code gives none back: who guesses could use one of their own for that.
    """
    state = request.app.state
    if not await client_admitted(request):
        return False
    async with state.database.session() as session:
        allowed = await admit(session, TRIES, actor.id, state.clock())
        await session.commit()
    return allowed


async def _page(
    request: Request, actor: Actor, typed: str, *, asked: bool, throttled: bool = False
) -> HTMLResponse:
    state = request.app.state
    async with state.database.reading() as session:
        found = await device.waiting(session, typed, state.clock()) if asked else None
        person = await session.get(Person, actor.id)
        choices = await choices_of(session, actor, jst_date(state.clock()))
    fault = "throttled" if throttled else "wrong" if asked and found is None else None
    said = state.texts.text(f"provider.device.{fault}") if fault else None
    context: dict[str, Any] = {"typed": typed[:20], "fault": said}
    if found:
        organisation = next(
            (c.organisation for c in choices if c.organisation.id == actor.organisation), None
        )
        request_, client = found
        context |= {
            "client": client,
            "scopes": request_.scopes,
            "known": PROFILES[client.profile].user_scopes,
            "words": "gbizid_" if PROFILES[client.profile].gbizid_fields else "scope_",
            "told": standard_claims(Subject(person, organisation), request_.scopes),
        }
    page: HTMLResponse = state.pages.render(
        request,
        "provider/device_consent.html" if found else "provider/device.html",
        status=429 if throttled else 422 if fault else 200,
        **context,
        errors=[{"name": "user_code", "text": said}] if said else [],
    )
    return page
