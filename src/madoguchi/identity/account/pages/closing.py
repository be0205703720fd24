"""Pages of closing: one's account, the organisation one represents."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account import closing, inviting, securing
from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.pages.securing import Fresh, changing
from madoguchi.identity.account.pages.shared import fields_of, page
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.rules import Actor
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SURE = "close"


@router.get("/account/close")
async def account_page(request: Request, actor: Fresh) -> HTMLResponse:
    """What closing means, and what has to be settled before."""
    return await _account(request, actor)


@router.post("/account/close")
async def account_post(request: Request, actor: Fresh) -> Response:
    """Close it, when the person says they are sure and nothing remains."""
    (sure,) = await fields_of(request, "/sure")
    if sure != SURE:
        return await _account(request, actor, {"/sure": "not_sure"})
    try:
        async with changing(request, actor) as (session, means, known):
            await closing.close_account(session, means, known)
    except IdentityError as error:
        if error.status != 422:
            raise
        return await _account(request, actor, {"/sure": error.code})
    for key in list(request.state.session):
        del request.state.session[key]
    flash(request, request.app.state.texts.text("account.close.done"))
    return RedirectResponse("/", 303)


@router.get("/organisation/close")
async def organisation_page(request: Request, actor: Fresh) -> HTMLResponse:
    """What ending an organisation's use of the service means."""
    return await _organisation(request, actor)


@router.post("/organisation/close")
async def organisation_post(request: Request, actor: Fresh) -> Response:
    """End it."""
    (sure,) = await fields_of(request, "/sure")
    if sure != SURE:
        return await _organisation(request, actor, {"/sure": "not_sure"})
    means = means_of(request)
    async with means.database.session() as session:
        organisation = await inviting.represented(session, actor)
        await closing.close_organisation(session, means, organisation.id, by=actor.id)
        await session.commit()
    flash(request, request.app.state.texts.text("account.close_organisation.done"))
    return RedirectResponse("/account", 303)


async def _account(
    request: Request, actor: Actor, faults: dict[str, str] | None = None
) -> HTMLResponse:
    means = means_of(request)
    async with means.database.reading() as session:
        known = await securing.own(session, actor.id)
        left = await closing.remaining(session, means, known)
    return page(request, "close.html", faults, known=known, remaining=left)


async def _organisation(
    request: Request, actor: Actor, faults: dict[str, str] | None = None
) -> HTMLResponse:
    means = means_of(request)
    async with means.database.reading() as session:
        organisation = await inviting.represented(session, actor)
        people = await closing.members_count(session, organisation.id)
    return page(
        request, "close_organisation.html", faults, organisation=organisation, people=people
    )
