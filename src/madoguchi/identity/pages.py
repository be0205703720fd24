"""Pages of identity: the development sign-in chooser, signing out, acting for, one's account."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.account.pages.signing_in import begin_page
from madoguchi.identity.device import device_of
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.guards import current_actor, required_actor
from madoguchi.identity.models import SignIn
from madoguchi.identity.organisations.service import manages
from madoguchi.identity.reproof.rules import CURRENT, DOUBTS
from madoguchi.identity.reproof.service import standing_of
from madoguchi.identity.rules import PUBLIC, ROLES, Actor, safe_return
from madoguchi.identity.service.actors import choices_of
from madoguchi.identity.service.agencies import agencies
from madoguchi.identity.service.people import Choice, list_people
from madoguchi.identity.service.sign_in import (
    ACTING_FOR,
    SIGN_IN,
    choose_acting_for,
    continue_session,
    end_other_sign_ins,
    open_sign_ins,
    sign_in_as,
    sign_out,
    start_web_session,
)
from madoguchi.identity.service.tokens import DEFAULT_DAYS, issue_token, list_tokens, revoke_token
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import pick
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)

SignedIn = Annotated[Actor, Depends(required_actor)]
SMALL = 20_000


@router.get("/sign-in")
async def sign_in_page(
    request: Request, actor: Annotated[Actor, Depends(current_actor)]
) -> HTMLResponse:
    """Sign in with an account; in a demonstration, choose a person to try the service as."""
    state = request.app.state
    if state.settings.demo is not True:
        return begin_page(request, actor)
    async with state.database.reading() as session:
        people = await list_people(session)
    return _page(
        request,
        "sign_in.html",
        groups=groups(people),
        return_to=safe_return(request.query_params.get("return")),
        signed_in=actor.kind != PUBLIC,
    )


@router.post("/sign-in")
async def sign_in_post(request: Request) -> Response:
    """Sign in as the chosen person and go on to where they wanted."""
    state = request.app.state
    async with form_of(request, SMALL) as form:
        person_id, target = form.value("person"), safe_return(form.value("return"))
    earlier = request.state.session.get(SIGN_IN)
    async with state.database.session() as session:
        sign_in, person = await sign_in_as(
            session,
            state.clock,
            person_id,
            demo=state.settings.demo,
            device=device_of(request.headers.get("user-agent", "")),
        )
        if isinstance(earlier, str):
            await continue_session(session, state.clock, earlier, sign_in)
        await session.commit()
    start_web_session(request.state.session, sign_in)
    flash(
        request,
        {
            "ja": f"{person.name}さんとしてログインしました",
            "en": f"You are signed in as {person.name}",
        },
    )
    return RedirectResponse(target, 303)


@router.post("/sign-out")
async def sign_out_post(request: Request) -> Response:
    """End the session, here and in the database."""
    state, web_session = request.app.state, request.state.session
    sign_in = web_session.get(SIGN_IN)
    if isinstance(sign_in, str):
        async with state.database.session() as session:
            await sign_out(session, state.clock, sign_in)
            await session.commit()
    for key in list(web_session):
        del web_session[key]
    flash(request, {"ja": "ログアウトしました", "en": "You are signed out"})
    return RedirectResponse("/", 303)


@router.post("/act-for")
async def act_for_post(request: Request, actor: SignedIn) -> Response:
    """Act for another organisation from now on."""
    state = request.app.state
    async with form_of(request, SMALL) as form:
        wanted, target = form.value("organisation"), safe_return(form.value("return", "/account"))
    async with state.database.reading() as session:
        chosen = await choose_acting_for(session, state.clock, actor, wanted)
    request.state.session[ACTING_FOR] = chosen.organisation.id
    name = chosen.organisation.name
    flash(
        request,
        {"ja": f"{name}の代理として操作します", "en": f"You now act as agent of {name}"}
        if chosen.agent
        else {"ja": f"{name}として操作します", "en": f"You now act for {name}"},
    )
    return RedirectResponse(target, 303)


@router.get("/account")
async def account_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """Who I am, for whom I act, my roles, tokens and sessions."""
    return await _account(request, actor)


@router.post("/account/tokens")
async def create_token(
    request: Request, actor: Annotated[Actor, Depends(fresh_where_possible)]
) -> HTMLResponse:
    """Make a token; the page that answers is the only one that ever shows it.

    It outlives the session: whoever makes one has proved a short while ago who they are.
    """
    state = request.app.state
    async with form_of(request, SMALL) as form:
        label, days = form.value("/label"), form.value("/days", str(DEFAULT_DAYS))
    try:
        async with state.database.session() as session:
            proof = await session.get(SignIn, request.state.session.get(SIGN_IN, ""))
            _, text = await issue_token(
                session, state.clock, actor, label, _days(days), proof=proof
            )
            await session.commit()
    except IdentityError as error:
        return await _account(request, actor, error=error, label=label, days=days)
    return await _account(request, actor, new_token=text)


@router.post("/account/tokens/{token_id}/revoke")
async def revoke_token_post(request: Request, token_id: str, actor: SignedIn) -> Response:
    """End one of my tokens."""
    state = request.app.state
    async with state.database.session() as session:
        await revoke_token(session, state.clock, actor, token_id)
        await session.commit()
    flash(request, {"ja": "トークンを無効にしました", "en": "The token was revoked"})
    return RedirectResponse("/account", 303)


@router.post("/account/end-others")
async def end_others_post(request: Request, actor: SignedIn) -> Response:
    """End my sessions on other computers."""
    state = request.app.state
    async with state.database.session() as session:
        await end_other_sign_ins(
            session, state.clock, actor, request.state.session.get(SIGN_IN, "")
        )
        await session.commit()
    flash(request, {"ja": "ほかのログインを終了しました", "en": "Your other sessions were ended"})
    return RedirectResponse("/account", 303)


def groups(people: list[Choice]) -> list[dict[str, Any]]:
    """The chooser's groups: companies, agents, then officials of each agency."""
    companies = [item for item in people if not item.roles and not item.principals]
    agents = [item for item in people if not item.roles and item.principals]
    found: list[dict[str, Any]] = [
        {"title": {"ja": "申請する人", "en": "People who file"}, "people": companies},
        {"title": {"ja": "代理人", "en": "Agents"}, "people": agents},
    ]
    by_agency: dict[str, dict[str, Any]] = {}
    for item in people:
        if item.roles:
            agency = item.roles[0][0]
            title = {
                "ja": f"職員（{pick(agency.name, 'ja')}）",
                "en": f"Officials, {pick(agency.name, 'en')}",
            }
            group = by_agency.setdefault(agency.id, {"title": title, "people": []})
            group["people"].append(item)
    return [group for group in (*found, *by_agency.values()) if group["people"]]


def _days(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


async def _account(
    request: Request,
    actor: Actor,
    *,
    error: IdentityError | None = None,
    new_token: str | None = None,
    label: str = "",
    days: str = str(DEFAULT_DAYS),
) -> HTMLResponse:
    state = request.app.state
    async with state.database.reading() as session:
        choices = await choices_of(session, actor, jst_date(state.clock()))
        tokens = await list_tokens(session, state.clock, actor)
        sign_ins = await open_sign_ins(session, actor, state.clock())
        held = {agency for agency, _ in actor.grants}
        represents = await manages(session, actor)
        standing = await standing_of(session, actor.id, actor.own, state.clock())
        named = [item for item in await agencies(session) if item.id in held]
    message = error.message if error else None
    pointer = error.pointers[0] if error and error.pointers else "/label"
    return _page(
        request,
        "account.html",
        status=error.status if error else 200,
        actor=actor,
        choices=choices,
        represents=represents,
        doubts=DOUBTS,
        standing=standing if standing and standing.state != CURRENT else None,
        roles=[
            (
                agency,
                [ROLES.get(role, role) for role in _roles(actor, agency.id)],
            )
            for agency in named
        ],
        accountant=any(role in ("accountant", "manager") for _, role in actor.grants),
        tokens=tokens,
        sign_ins=sign_ins,
        current_sign_in=request.state.session.get(SIGN_IN),
        new_token=new_token,
        label=label,
        days=days,
        faults={pointer: message} if message else {},
        errors=[{"name": pointer, "text": message}] if message else [],
    )


def _roles(actor: Actor, agency_id: str) -> list[str]:
    return sorted(role for agency, role in actor.grants if agency == agency_id)


def _page(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    response: HTMLResponse = request.app.state.pages.render(
        request, f"identity/{name}", status=status, **context
    )
    return response
