"""Logout asked for by a service (OpenID Connect RP-Initiated Logout 1.0).

Nobody is signed out by a link of somebody else: either the service shows the ID token of this very
session, or the person says so on a page (ASVS 10.6.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.guards import current_actor
from madoguchi.identity.provider.authorising.rules import (
    LONGEST_VALUE,
    answer_to,
    origin_of,
    single,
)
from madoguchi.identity.provider.clients import service as clients
from madoguchi.identity.provider.errors import OAuthError, unknown_service
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.tokens import read_own
from madoguchi.identity.rules import PUBLIC, Actor
from madoguchi.identity.service.sign_in import SIGN_IN, session_id_of, sign_out
from madoguchi.web.security_headers import CONTENT_SECURITY_POLICY
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
Somebody = Annotated[Actor, Depends(current_actor)]


@dataclass(frozen=True)
class Asked:
    """Who asks, where to go afterwards ("" for a page of ours), whether its hint is of this session."""

    client: Client | None
    target: str
    of_this_session: bool


@router.get("/oauth/logout")
async def ask(request: Request, actor: Somebody) -> Response:
    """Sign the person out where the hint is of this session; else ask them."""
    asked = await _asked(request)
    if actor.kind == PUBLIC or asked.of_this_session:
        return await _sign_out(request, asked)
    page: HTMLResponse = request.app.state.pages.render(
        request,
        "provider/logout.html",
        client=asked.client,
        action=f"/oauth/logout?{request.scope['query_string'].decode('latin-1')}",
    )
    if asked.target:
        page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
            "form-action 'self'", f"form-action 'self' {origin_of(asked.target)}"
        )
    return page


@router.post("/oauth/logout")
async def confirmed(request: Request) -> Response:
    """The person said so."""
    return await _sign_out(request, await _asked(request))


async def _asked(request: Request) -> Asked:
    """What is asked. IdentityError, a page, for an address or client that is not registered."""
    state = request.app.state
    query = request.scope["query_string"].decode("latin-1")
    try:
        params = single(parse_qsl(query, keep_blank_values=True, errors="replace"))
    except OAuthError:
        raise unknown_service() from None
    # An old ID token still says whose it was; only its time is not looked at.
    hint = read_own(state.provider, params.get("id_token_hint", ""), "JWT", state.clock()) or {}
    named = params.get("client_id") or hint.get("aud")
    async with state.database.reading() as session:
        client = await clients.find(session, named if isinstance(named, str) else None)
        present = await session_id_of(session, request.state.session.get(SIGN_IN))
    if (named and client is None) or hint.get("aud", named) != named:
        raise unknown_service()
    same = present is not None and hint.get("sid") == present
    return Asked(client, _target(params, client), same)


def _target(params: Mapping[str, str], client: Client | None) -> str:
    wanted = params.get("post_logout_redirect_uri")
    if wanted is None:
        return ""
    if client is None or wanted not in client.post_logout_uris:
        raise unknown_service()
    state = params.get("state")
    return answer_to(wanted, {"state": state}) if state and len(state) <= LONGEST_VALUE else wanted


async def _sign_out(request: Request, asked: Asked) -> Response:
    state, web_session = request.app.state, request.state.session
    sign_in_id = web_session.get(SIGN_IN)
    if isinstance(sign_in_id, str):
        async with state.database.session() as session:
            await sign_out(session, state.clock, sign_in_id)
            await session.commit()
    for key in list(web_session):
        del web_session[key]
    if asked.target:
        return RedirectResponse(asked.target, 303)
    flash(request, {"ja": "ログアウトしました", "en": "You are signed out"})
    return RedirectResponse("/", 303)
