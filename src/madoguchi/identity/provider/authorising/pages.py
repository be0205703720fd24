"""The authorisation endpoint and its consent page: where a service sends people to sign in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from itsdangerous import BadData, Signer
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.guards import current_actor
from madoguchi.identity.models import Organisation, Person, SignIn
from madoguchi.identity.provider.authorising import arriving, rules
from madoguchi.identity.provider.authorising.arriving import Arrived
from madoguchi.identity.provider.authorising.pushed import pushed_request, use_up
from madoguchi.identity.provider.authorising.rules import (
    CONSENT,
    AuthorisationRequest,
    what_next,
)
from madoguchi.identity.provider.authorising.service import (
    consent,
    give_code,
    last_organisation,
    standing_of,
    still_consented,
    still_signed_in,
)
from madoguchi.identity.provider.claims import Subject, standard_claims
from madoguchi.identity.provider.clients import service as clients
from madoguchi.identity.provider.errors import (
    OAuthError,
    invalid_request,
    request_gone,
    unknown_service,
)
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import ORGANISATION
from madoguchi.identity.rules import PUBLIC, Actor
from madoguchi.identity.service.actors import choices_of
from madoguchi.identity.service.sign_in import SIGN_IN, choose_acting_for
from madoguchi.identity.service.standing import ActingFor
from madoguchi.kernel.clock import jst_date
from madoguchi.web.forms import form_of
from madoguchi.web.security_headers import CONTENT_SECURITY_POLICY

router = APIRouter(include_in_schema=False)

SMALL = 20_000
LONGEST_RETURN = 1_900  # what the sign-in page takes along
SENT = "_sent"
SIGNING_IN = timedelta(minutes=30)
Somebody = Annotated[Actor, Depends(current_actor)]


@router.get("/oauth/authorize")
async def ask(request: Request, actor: Somebody) -> Response:
    """Send the person back with a code, or first to sign in, or ask for consent."""
    arrived = await _arrive(request)
    try:
        asked = arriving.read(arrived)
        return await _proceed(request, actor, arrived, asked, decided=False)
    except OAuthError as fault:
        return _refused(request, arrived, fault)


@router.post("/oauth/authorize")
async def decide(request: Request, actor: Somebody) -> Response:
    """The person allowed it on the consent page, or did not."""
    async with form_of(request, SMALL) as form:
        allowed, organisation = form.value("decision") == "allow", form.value("organisation")
    arrived = await _arrive(request)
    try:
        if not allowed:
            raise OAuthError("access_denied", "the person did not consent")
        asked = arriving.read(arrived)
        if actor.kind != PUBLIC and organisation:
            actor = await _acting_for(request, actor, organisation)
        return await _proceed(request, actor, arrived, asked, decided=True)
    except OAuthError as fault:
        return _refused(request, arrived, fault)


@router.get("/oauth/resume")
async def resume(request: Request) -> HTMLResponse:
    """After signing in: a page of its own, for a form must not lead on to another site (CSP)."""
    query = request.scope["query_string"].decode("latin-1")
    back = f"/oauth/authorize?{query}"
    page: HTMLResponse = request.app.state.pages.render(request, "provider/resume.html", back=back)
    page.headers["Refresh"] = f"0; url={back}"
    return page


async def _arrive(request: Request) -> Arrived:
    """Whose request it is. IdentityError, a page, when it must not be answered anywhere."""
    given = arriving.query_of(request.scope["query_string"])
    async with request.app.state.database.reading() as session:
        client = await clients.find(session, given.get("client_id"))
        if client is None:
            raise unknown_service()
        asked = await _asked(session, client, given, request.app.state.clock())
    return arriving.arrived(given, asked, client)


async def _asked(
    session: AsyncSession, client: Client, given: dict[str, str], now: datetime
) -> dict[str, str]:
    """What is asked: as the client pushed it, else as the query says."""
    if "request_uri" not in given:
        return given
    pushed = await pushed_request(session, client.id, given["request_uri"], now)
    if pushed is None:
        raise request_gone()
    return pushed


async def _proceed(
    request: Request,
    actor: Actor,
    arrived: Arrived,
    asked: AuthorisationRequest,
    *,
    decided: bool,
) -> Response:
    state = request.app.state
    now = state.clock()
    sign_in_id = request.state.session.get(SIGN_IN)
    async with state.database.reading() as session:
        found = (
            await standing_of(session, actor.id, sign_in_id, arrived.client.id)
            if actor.kind != PUBLIC and isinstance(sign_in_id, str)
            else None
        )
        step = what_next(asked, found[1] if found else None, now, _sent_at(request, arrived))
        if found and step == rules.GO and await _acts_for_another(session, actor, arrived, asked):
            if "none" in asked.prompt:
                raise OAuthError("consent_required", "the person acts for another organisation")
            step = CONSENT
        if found and step == CONSENT and not decided:
            shown = await _shown(session, state.clock, actor)
            return _consent_page(request, actor, arrived, asked, *shown)
    if found is None or step == rules.SIGN_IN:
        return _to_sign_in(request, arrived)
    return await _give(request, actor, arrived, asked, found[0], decided)


async def _acts_for_another(
    session: AsyncSession, actor: Actor, arrived: Arrived, asked: AuthorisationRequest
) -> bool:
    """Whether the service would now learn of another organisation than at the last sign-in there."""
    if ORGANISATION not in asked.scopes and not arrived.profile.gbizid_fields:
        return False
    last = await last_organisation(session, actor.id, arrived.client.id)
    return last is not None and last != (actor.organisation or "")


async def _give(
    request: Request,
    actor: Actor,
    arrived: Arrived,
    asked: AuthorisationRequest,
    sign_in: SignIn,
    decided: bool,
) -> Response:
    state, client, profile = request.app.state, arrived.client, arrived.profile
    async with state.database.session() as session:
        held = await still_signed_in(session, actor.id, sign_in.id)
        if held is None or not (
            decided or await still_consented(session, actor.id, client.id, asked.scopes)
        ):  # ended, or taken back, since we looked: from the beginning
            query = request.scope["query_string"].decode("latin-1")
            return RedirectResponse(f"/oauth/authorize?{query}", 303)
        if "request_uri" in arrived.query and not await use_up(
            session, arrived.query["request_uri"]
        ):
            raise invalid_request("the request was used before")
        if decided:
            await consent(session, state.clock, actor.id, client.id, asked.scopes)
        code = await give_code(session, state.clock, actor, held, client, asked, profile)
        await session.commit()
    return arriving.back(state.provider, arrived, {"code": code})


async def _acting_for(request: Request, actor: Actor, organisation_id: str) -> Actor:
    """The actor acting for the organisation chosen. IdentityError 403 for one they may not act for."""
    if organisation_id == actor.organisation:
        return actor
    state = request.app.state
    async with state.database.reading() as session:
        chosen = await choose_acting_for(session, state.clock, actor, organisation_id)
    return replace(actor, organisation=chosen.organisation.id, agent=chosen.agent)


async def _shown(session: Any, clock: Any, actor: Actor) -> tuple[Person, list[ActingFor]]:
    person = await session.get(Person, actor.id)
    return person, await choices_of(session, actor, jst_date(clock()))


def _consent_page(
    request: Request,
    actor: Actor,
    arrived: Arrived,
    asked: AuthorisationRequest,
    person: Person,
    choices: list[ActingFor],
) -> HTMLResponse:
    chosen = next((c for c in choices if c.organisation.id == actor.organisation), None)
    organisation: Organisation | None = chosen.organisation if chosen else None
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "provider/consent.html",
        client=arrived.client,
        host=rules.origin_of(arrived.redirect_uri).partition("://")[2],
        scopes=asked.scopes,
        known=arrived.profile.user_scopes,
        words="gbizid_" if arrived.profile.gbizid_fields else "scope_",
        told=standard_claims(Subject(person, organisation), asked.scopes),
        choices=choices,
        organisation=actor.organisation,
        action=f"/oauth/authorize?{request.scope['query_string'].decode('latin-1')}",
    )
    page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'", f"form-action 'self' {rules.origin_of(arrived.redirect_uri)}"
    )
    return page


def _to_sign_in(request: Request, arrived: Arrived) -> Response:
    """To the sign-in page and back here; the way back says, signed, when we sent them."""
    given = [(name, value) for name, value in arrived.query.items() if name != SENT]
    stamp = _signer(request, given).sign(str(int(request.app.state.clock().timestamp() * 1000)))
    back = f"/oauth/resume?{urlencode([*given, (SENT, stamp.decode())])}"
    if len(back) > LONGEST_RETURN:
        return _refused(
            request, arrived, invalid_request("the request is too long to sign in with")
        )
    return RedirectResponse(f"/sign-in?return={quote(back, safe='/')}", 303)


def _sent_at(request: Request, arrived: Arrived) -> datetime | None:
    """When we sent the person to sign in for this very request; None when we did not."""
    given = [(name, value) for name, value in arrived.query.items() if name != SENT]
    try:
        milliseconds = _signer(request, given).unsign(arrived.query.get(SENT, ""))
    except BadData:
        return None
    sent = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    # An old one, kept by somebody, must not wave through a session that began since.
    return sent if request.app.state.clock() - sent <= SIGNING_IN else None


def _signer(request: Request, given: list[tuple[str, str]]) -> Signer:
    secret = request.app.state.settings.secret_key
    return Signer(secret, salt=b"madoguchi.oauth.sent\n" + urlencode(given).encode())


def _refused(request: Request, arrived: Arrived, fault: OAuthError) -> Response:
    return arriving.back(
        request.app.state.provider,
        arrived,
        {"error": fault.code, "error_description": fault.description},
    )
