"""Pages of signing in by an agency's own provider, and of linking one's account with it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.entering import enter
from madoguchi.identity.account.pages.securing import Fresh
from madoguchi.identity.account.pages.shared import client_admitted, fields_of
from madoguchi.identity.account.proving import known_of
from madoguchi.identity.assurance import ACR_2, reaches
from madoguchi.identity.errors import IdentityError, not_allowed
from madoguchi.identity.guards import current_actor, required_actor
from madoguchi.identity.relying import providers
from madoguchi.identity.relying.checking import Expected, key_name, signed_out
from madoguchi.identity.relying.client import Relied
from madoguchi.identity.relying.crossing import (
    Back,
    come_back,
    failed,
    note_fault,
    send_away,
)
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.installed import knowledge_of
from madoguchi.identity.relying.models import ProviderSession
from madoguchi.identity.rules import PUBLIC, Actor
from madoguchi.identity.service.actors import actor_of_person
from madoguchi.identity.service.agencies import agencies
from madoguchi.identity.service.sign_in import SIGN_IN
from madoguchi.identity.shown import Shown
from madoguchi.web.answering import page
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
Anyone = Annotated[Actor, Depends(current_actor)]
SignedIn = Annotated[Actor, Depends(required_actor)]
PAGE, LINKS, OTHER = "/sign-in/agency", "/account/providers", "/sign-in/account"
ENTER, AGAIN, LINK = "sign_in", "again", "link"
LINK_AGE = 300


@router.get(PAGE)
async def choose_page(request: Request) -> HTMLResponse:
    """Officials choose by whose provider they sign in."""
    return await _choose(request)


@router.post(PAGE)
async def choose_post(request: Request) -> Response:
    """On to it."""
    (wanted,) = await fields_of(request, "/provider")
    if not await client_admitted(request):
        return await _choose(request, wanted, "throttled", 429)
    try:
        relied = await _relied(request, wanted)
    except IdentityError:
        return await _choose(request, wanted, "choose", 422)
    return await _away(request, relied, ENTER, PAGE)


@router.post(f"{PAGE}/again")
async def again_post(request: Request, actor: SignedIn) -> Response:
    """Prove once more who one is, where one signed in: the provider must ask anew (max_age=0)."""
    async with request.app.state.database.reading() as session:
        provider = await providers.provider_of_session(session, request.state.session.get(SIGN_IN))
    if provider is None:
        raise not_allowed()
    relied = providers.relied_of(provider, request.app.state.settings.secret_key)
    return await _away(request, relied, AGAIN, OTHER, actor.id, max_age=0)


@router.get(PAGE + "/{provider_id}/back")
async def back(request: Request, provider_id: str, actor: Anyone) -> Response:
    """The provider's answer: a sign-in, a proof once more, or a link."""
    if not await client_admitted(request):
        return await _choose(request, "", "throttled", 429)
    relied = await _relied(request, provider_id)
    own = actor.id if actor.kind != PUBLIC else None
    again = PAGE if own is None else LINKS
    try:
        came = await come_back(request, relied, providers.paths(relied.id)[0], person_id=own)
        if came.request.purpose == LINK:
            return await _link(request, relied, came, actor)
        return await _enter(request, relied, came)
    except ProviderFault as fault:
        await note_fault(request, relied, fault)
        return failed(request, fault, again, OTHER)


@router.post(PAGE + "/{provider_id}/signed-out")
async def signed_out_post(request: Request, provider_id: str) -> Response:
    """The provider ends sessions (OpenID Connect Back-Channel Logout 1.0 2.5–2.8)."""
    state = request.app.state
    (token,) = await fields_of(request, "logout_token")
    quiet = {"Cache-Control": "no-store"}
    try:
        relied = await _relied(request, provider_id)
        now = state.clock()
        keys = await knowledge_of(request).keys(relied.issuer, key_name(token), now)
        over = signed_out(token, keys, Expected(relied.issuer, relied.client_id), now)
        async with state.database.session() as session:
            first = await providers.sign_out_by(session, state.clock, relied.id, over)
            await session.commit()
        if not first:
            raise ProviderFault("token_used")
    except (ProviderFault, IdentityError):
        return JSONResponse({"error": "invalid_request"}, 400, headers=quiet)
    return Response(status_code=200, headers=quiet)


@router.get(LINKS)
async def links_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """By which providers one may sign in, and how to add one."""
    async with request.app.state.database.reading() as session:
        linked = await providers.links_of(session, actor.id)
        shown = [
            one
            for one in await providers.open_ones(session)
            if one.id in linked or providers.may_link(actor, one)
        ]
    page: HTMLResponse = request.app.state.pages.render(
        request, "relying/links.html", providers=shown, linked=linked
    )
    return page


@router.post(LINKS + "/{provider_id}")
async def link_post(request: Request, provider_id: str, actor: Fresh) -> Response:
    """To the provider, to be known by it. IdentityError 403 for who is no official of its agency."""
    async with request.app.state.database.reading() as session:
        provider = await providers.open_one(session, provider_id)
    if not providers.may_link(actor, provider):
        raise not_allowed()
    relied = providers.relied_of(provider, request.app.state.settings.secret_key)
    return await _away(request, relied, LINK, LINKS, actor.id, max_age=LINK_AGE)


@router.post(LINKS + "/{provider_id}/remove")
async def unlink_post(request: Request, provider_id: str, actor: Fresh) -> Response:
    """Not to be known by it any more."""
    state = request.app.state
    async with state.database.session() as session:
        await providers.unlink(session, state.clock, provider_id, actor.id)
        await session.commit()
    flash(request, state.texts.text("relying.links.removed"))
    return RedirectResponse(LINKS, 303)


async def _relied(request: Request, provider_id: str) -> Relied:
    state = request.app.state
    async with state.database.reading() as session:
        provider = await providers.open_one(session, provider_id)
    return providers.relied_of(provider, state.settings.secret_key)


async def _away(
    request: Request,
    relied: Relied,
    purpose: str,
    again: str,
    person_id: str | None = None,
    max_age: int | None = None,
) -> Response:
    try:
        return await send_away(
            request,
            relied,
            providers.paths(relied.id)[0],
            purpose,
            person_id=person_id,
            max_age=max_age,
        )
    except ProviderFault as fault:
        await note_fault(request, relied, fault)
        return failed(request, fault, again, OTHER)


async def _enter(request: Request, relied: Relied, came: Back) -> Response:
    """Sign in whom the provider knows, as strongly as it says, since when it says.

    ProviderFault for who is not linked, holds no role at the provider's agency any more, is another
    person than before, or signed in too weakly for what the account may do.
    """
    state, proved = request.app.state, came.proved
    level = providers.level_of(relied.levels, proved.acr)
    async with state.database.session() as session:
        person_id = await providers.person_known_as(session, relied.id, proved.subject)
        known = await known_of(session, person_id) if person_id else None
        if known is None:
            raise ProviderFault("not_linked")
        if came.request.person_id not in (None, known.person.id):
            raise ProviderFault("another_person")
        await _still_of_it(session, known.person.id, relied, state.clock())
        if known.strong and not reaches(level, ACR_2):
            raise ProviderFault("too_weak")
        target = await enter(
            request,
            session,
            known.person,
            [f"provider:{way[:40]}" for way in proved.amr[:10]],
            "provider",
            acr=level,
            at=providers.proved_at(proved, state.clock()),
        )
        await session.merge(
            ProviderSession(
                sign_in_id=request.state.session[SIGN_IN],
                provider_id=relied.id,
                subject=proved.subject,
                sid=proved.sid,
            )
        )
        await session.commit()
    return RedirectResponse(target, 303)


async def _link(request: Request, relied: Relied, came: Back, actor: Actor) -> Response:
    """Link whom the provider signed in with the person who asked for it in this browser."""
    state = request.app.state
    if came.request.person_id != actor.id:
        raise ProviderFault("no_request")
    try:
        async with state.database.session() as session:
            await _still_may(session, actor, relied)
            await providers.link(
                session, state.clock, relied.id, came.proved.subject, actor.id, by=actor.id
            )
            await session.commit()
    except IdentityError as error:
        flash(request, error.message, "error")
        return RedirectResponse(LINKS, 303)
    flash(request, state.texts.text("relying.links.done"))
    return RedirectResponse(LINKS, 303)


async def _still_may(session: AsyncSession, actor: Actor, relied: Relied) -> None:
    if not providers.may_link(actor, await providers.open_one(session, relied.id)):
        raise not_allowed()


async def _still_of_it(
    session: AsyncSession, person_id: str, relied: Relied, now: datetime
) -> None:
    """A link does not outlive the role: a provider speaks for its agency's officials only."""
    official = await actor_of_person(session, person_id, Shown(), "ja", now)
    provider = await providers.open_one(session, relied.id)
    if official is None or not providers.may_link(official, provider):
        raise ProviderFault("no_official")


async def _choose(
    request: Request, wanted: str = "", fault: str = "", status: int = 200
) -> HTMLResponse:
    state = request.app.state
    async with state.database.reading() as session:
        shown = await providers.open_ones(session)
        names = {one.id: one.name for one in await agencies(session)}
    key = "account.fault.throttled" if fault == "throttled" else "relying.agency.choose_wrong"
    return page(
        request,
        "relying/agency.html",
        {"/provider": key} if fault else {},
        status,
        providers=shown,
        agencies=names,
        wanted=wanted[:30],
    )
