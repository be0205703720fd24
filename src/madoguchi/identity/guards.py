"""FastAPI dependencies: who acts in this request, and refusing those who may not.

`actor: Annotated[Actor, Depends(current_actor)]` may be the public; required_actor and
required_official never are.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from madoguchi.identity.account.interrupted import KEPT, give_back
from madoguchi.identity.account.recording import note
from madoguchi.identity.device import device_of, moved
from madoguchi.identity.errors import not_allowed, sign_in_required
from madoguchi.identity.models import SignIn
from madoguchi.identity.rules import NOBODY, OFFICIAL, PUBLIC, Actor, person_mark
from madoguchi.identity.service.actors import (
    LONGEST_TOKEN,
    actor_of_sign_in,
    actor_of_token,
    note_use,
)
from madoguchi.identity.service.sign_in import ACTING_FOR, SIGN_IN, sign_out
from madoguchi.kernel.ids import is_id
from madoguchi.kernel.language import Text
from madoguchi.web.problems import SeeOther, wants_problem


async def current_actor(request: Request) -> Actor:
    """The actor of this request, by Bearer token or session; NOBODY for the public.

    Also tells the page shell whom to greet. IdentityError 401 for a token that is not valid.
    """
    known = getattr(request.state, "actor", None)
    if isinstance(known, Actor):
        return known
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    actor = (
        await _by_token(request, token.strip())
        if scheme.lower() == "bearer"
        else await _by_session(request)
    )
    request.state.actor = actor
    if actor.kind != PUBLIC:
        request.state.account = account_of(actor)
        if KEPT in request.state.session and actor.token is None:
            await give_back(request, request.state.session[SIGN_IN])
    return actor


async def required_actor(
    request: Request, actor: Annotated[Actor, Depends(current_actor)]
) -> Actor:
    """The signed-in actor. Programs get 401; people are sent to sign in and then back."""
    if actor.kind != PUBLIC:
        return actor
    if wants_problem(request):
        raise sign_in_required()
    back = request.scope["path"] if request.method == "GET" else "/"
    query = request.scope["query_string"].decode("latin-1") if request.method == "GET" else ""
    target = f"{back}?{query}" if query else back
    raise SeeOther(f"/sign-in?return={quote(target, safe='/')}")


async def required_official(actor: Annotated[Actor, Depends(required_actor)]) -> Actor:
    """The signed-in official. IdentityError 403 for everyone else who is signed in."""
    if actor.kind != OFFICIAL:
        raise not_allowed()
    return actor


def account_of(actor: Actor) -> dict[str, object]:
    """What the page header shows of an actor."""
    detail: Text | None = None
    if actor.organisation_name:
        name = actor.organisation_name
        detail = (
            {"ja": f"{name}の代理", "en": f"Agent of {name}"}
            if actor.agent
            else {"ja": name, "en": name}
        )
    elif actor.kind == OFFICIAL:
        detail = {"ja": "職員", "en": "Official"}
    return {
        "name": actor.name,
        "mark": person_mark(actor.id),
        "detail": detail,
        "kind": actor.kind,
        "links": [
            *([_SECOND_FACTOR] if actor.confined else []),
            {"href": "/account", "text": {"ja": "アカウント", "en": "Your account"}},
            {
                "href": "/account/security",
                "text": {"ja": "ログインと安全", "en": "Sign-in and security"},
            },
        ],
    }


_SECOND_FACTOR = {
    "href": "/account/second-factor",
    "text": {"ja": "組織のために手続をするには", "en": "To act for an organisation"},
}


async def _by_token(request: Request, token: str) -> Actor:
    state = request.app.state
    if not token or len(token) > LONGEST_TOKEN:
        raise sign_in_required()
    now = state.clock()
    async with state.database.reading() as session:
        found = await actor_of_token(session, token, request.state.language, now)
    if found is None:
        raise sign_in_required()
    actor, stale = found
    if stale and actor.token:
        async with state.database.session() as session:
            await note_use(session, [actor.token], now)
            await session.commit()
    return actor


async def _by_session(request: Request) -> Actor:
    state, web_session = request.app.state, request.state.session
    sign_in, acting_for = web_session.get(SIGN_IN), web_session.get(ACTING_FOR)
    if not isinstance(sign_in, str):
        return NOBODY
    chosen = acting_for if isinstance(acting_for, str) else None
    device = device_of(request.headers.get("user-agent", ""))
    async with state.database.reading() as session:
        actor = await actor_of_sign_in(
            session, sign_in, chosen, request.state.language, state.clock(), device
        )
    if actor is None:
        await _end_if_stolen(request, sign_in, device)
        for key in list(web_session):
            del web_session[key]
        return NOBODY
    return actor


async def _end_if_stolen(request: Request, sign_in_id: str, device: str) -> None:
    """End a session that turned up in another browser, for both who use it; tell its owner."""
    state = request.app.state
    async with state.database.session() as session:
        sign_in = await session.get(SignIn, sign_in_id) if is_id(sign_in_id) else None
        if sign_in is None or sign_in.ended_at is not None or not moved(sign_in.device, device):
            return
        await sign_out(session, state.clock, sign_in_id)
        seen = {"sign_in": sign_in_id, "begun_on": sign_in.device, "seen_on": device}
        await note(session, state.clock(), sign_in.person_id, "session_moved", seen, by="system")
        await session.commit()
