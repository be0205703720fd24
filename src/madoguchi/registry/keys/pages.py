"""The page for developers (開発者の方へ): the interfaces, one's keys, how much they were used."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.service import Actor, current_actor, required_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.keys import service
from madoguchi.registry.keys.models import ApiKey
from madoguchi.registry.keys.rules import SPAN
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(prefix="/developers", include_in_schema=False)
Anybody = Annotated[Actor, Depends(current_actor)]
SignedIn = Annotated[Actor, Depends(required_actor)]
FORM_BYTES = 20_000
DAYS = 14
EXAMPLE = "7000012050002"  # the National Tax Agency's own, where no corporation is known yet


@router.get("")
async def developers_page(request: Request, actor: Anybody) -> HTMLResponse:
    """What programs can read and how; for who is signed in, their keys."""
    return await _page(request, actor)


@router.get("/keys")
async def keys_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """The same for who comes to make a key and has to sign in first."""
    return await _page(request, actor)


@router.post("/keys")
async def make_post(request: Request, actor: SignedIn) -> HTMLResponse:
    """Make a key; the page that answers is the only one that shows it."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        name = form.value("/name")
    try:
        async with state.database.session() as session:
            _, key = await service.make_key(session, actor, name, state.clock())
            await session.commit()
    except RegistryError as error:
        if not error.pointers:
            raise
        return await _page(request, actor, name, {error.pointers[0]: error.message})
    response = await _page(request, actor, new_key=key)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/keys/{key_id}/revoke")
async def revoke_post(request: Request, key_id: str, actor: SignedIn) -> Response:
    """End a key."""
    state = request.app.state
    async with state.database.session() as session:
        await service.revoke_key(session, actor, key_id, state.clock())
        await session.commit()
    flash(request, state.texts.text("developers.revoked"))
    return RedirectResponse("/developers/keys", 303)


async def _page(
    request: Request,
    actor: Actor,
    name: str = "",
    faults: dict[str, Any] | None = None,
    new_key: str = "",
) -> HTMLResponse:
    state = request.app.state
    keys: list[ApiKey] = []
    use: dict[date, tuple[int, int]] = {}
    async with state.database.reading() as session:
        example = await service.example_number(session) or EXAMPLE
        if actor.id != "public":
            keys = await service.keys_of(session, actor)
            ids = [key.id for key in keys]
            use = await service.use_of(session, ids, jst_date(state.clock()), DAYS)
    page: HTMLResponse = state.pages.render(
        request,
        "keys/developers.html",
        status=422 if faults else 200,
        faults=faults or {},
        errors=[{"name": place, "text": text} for place, text in (faults or {}).items()],
        actor=actor,
        keys=keys,
        use=use,
        typed=name[:200],
        new_key=new_key,
        address=state.settings.address,
        example=example,
        of_key=state.settings.key_requests,
        of_address=state.settings.open_requests,
        minutes=SPAN // 60,
    )
    return page
