"""FastAPI dependencies: who acts in this request, and refusing those who may not.

`actor: Annotated[Actor, Depends(current_actor)]` may be the public; required_actor and
required_official never are.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request

from madoguchi.identity.errors import not_allowed, sign_in_required
from madoguchi.identity.rules import NOBODY, OFFICIAL, PUBLIC, Actor, person_mark
from madoguchi.identity.service.actors import (
    LONGEST_TOKEN,
    actor_of_sign_in,
    actor_of_token,
    note_use,
)
from madoguchi.identity.service.sign_in import ACTING_FOR, SIGN_IN
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
        "links": [{"href": "/account", "text": {"ja": "アカウント", "en": "Your account"}}],
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
    async with state.database.reading() as session:
        actor = await actor_of_sign_in(
            session, sign_in, chosen, request.state.language, state.clock()
        )
    if actor is None:
        for key in list(web_session):
            del web_session[key]
        return NOBODY
    return actor
