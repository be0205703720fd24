"""Administrators look after the services that sign people in: registering, changing, ending, inviting."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.errors import IdentityError, not_allowed, unknown
from madoguchi.identity.guards import required_actor
from madoguchi.identity.provider.clients import registering, service
from madoguchi.identity.provider.clients.rules import AUTH_METHODS, BASIC, CODE, GRANT_TYPES
from madoguchi.identity.provider.errors import client_fault
from madoguchi.identity.provider.keys import RS256
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import PROFILES, STANDARD
from madoguchi.identity.rules import Actor, may_manage_clients
from madoguchi.kernel.japanese import normalise_line
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(prefix="/desk/admin/clients", include_in_schema=False)
HOME = "/desk/admin/clients"
FORM_BYTES = 100_000
RULES = ("par_required", "dpop_required", "introspects", "rs256")


async def administrator(actor: Annotated[Actor, Depends(required_actor)]) -> Actor:
    """Who may look after clients, at a screen. IdentityError 403 for everybody else and programs."""
    if actor.token is not None or not may_manage_clients(actor):
        raise not_allowed()
    return actor


async def fresh_administrator(
    request: Request, actor: Annotated[Actor, Depends(administrator)]
) -> Actor:
    """The same, who proved a short while ago who they are: whatever they do here opens a door."""
    return await fresh_where_possible(request, actor)


Reader = Annotated[Actor, Depends(administrator)]
Fresh = Annotated[Actor, Depends(fresh_administrator)]


@router.get("")
async def clients_page(request: Request, actor: Reader) -> HTMLResponse:
    """Every service, and the tokens by which services may register themselves."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await service.every(session)
        invitations = await registering.open_invitations(session, state.clock())
    return _page(request, "clients.html", clients=found, invitations=invitations, wide=True)


@router.get("/new")
async def new_page(request: Request, actor: Fresh) -> HTMLResponse:
    """Describe a new service."""
    return _form_page(request, None, _blank())


@router.post("")
async def add_post(request: Request, actor: Fresh) -> Response:
    """Register it; the page that answers is the only one that ever shows its secret."""
    state, typed = request.app.state, await _typed(request)
    try:
        told = {**_columns(typed), "profile": typed["/profile"]}
        async with state.database.session() as session:
            client, secret = await service.register(session, state.clock, told, by=actor.id)
            await session.commit()
    except IdentityError as fault:
        return _form_page(request, None, typed, fault)
    return _page(request, "client_secret.html", client=client, secret=secret)


@router.get("/invite")
async def invite_page(request: Request, actor: Fresh) -> HTMLResponse:
    """For whom, how often and how long, with which scopes."""
    typed = {"/label": "", "/uses": "1", "/days": "7", "/scopes": list(STANDARD.base_scopes)}
    return _invite_page(request, typed)


@router.post("/invite")
async def invite_post(request: Request, actor: Fresh) -> Response:
    """Make an initial access token; the page that answers is the only one that ever shows it."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        typed: dict[str, Any] = {n: form.value(n) for n in ("/label", "/uses", "/days")}
        typed["/scopes"] = form.fields.get("/scopes", [])
    try:
        async with state.database.session() as session:
            made, token = await registering.invite(
                session,
                state.clock,
                normalise_line(typed["/label"]),
                uses=_number(typed["/uses"]),
                days=_number(typed["/days"]),
                scopes=typed["/scopes"],
                by=actor.id,
            )
            await session.commit()
    except IdentityError as fault:
        return _invite_page(request, typed, fault)
    endpoint = state.provider.url("register")
    return _page(request, "client_token.html", made=made, token=token, endpoint=endpoint)


@router.post("/invitations/{token_id}/revoke")
async def revoke_post(request: Request, token_id: str, actor: Fresh) -> Response:
    """End an initial access token."""
    state = request.app.state
    async with state.database.session() as session:
        await registering.revoke_invitation(session, state.clock, token_id, by=actor.id)
        await session.commit()
    return _done(request, "revoked")


@router.get("/{client_id}")
async def client_page(request: Request, client_id: str, actor: Fresh) -> HTMLResponse:
    """One service, to change it."""
    client = await _client(request, client_id)
    return _form_page(request, client, _typed_of(client))


@router.post("/{client_id}")
async def change_post(request: Request, client_id: str, actor: Fresh) -> Response:
    """Change it; where it now proves itself by a secret, the page shows the new one."""
    state, typed = request.app.state, await _typed(request)
    client = await _client(request, client_id)
    typed["/profile"] = client.profile  # what it calls people hangs on it
    try:
        async with state.database.session() as session:
            client, secret = await service.change(
                session, state.clock, client_id, _columns(typed), by=actor.id
            )
            await session.commit()
    except IdentityError as fault:
        if fault.status != 422:
            raise
        return _form_page(request, client, typed, fault)
    if secret:
        return _page(request, "client_secret.html", client=client, secret=secret)
    return _done(request, "changed")


@router.post("/{client_id}/secret")
async def renew_post(request: Request, client_id: str, actor: Fresh) -> Response:
    """A new secret; the old one ends at once."""
    state = request.app.state
    async with state.database.session() as session:
        secret = await service.renew_secret(session, state.clock, client_id, by=actor.id)
        client = await service.find(session, client_id)
        await session.commit()
    return _page(request, "client_secret.html", client=client, secret=secret)


@router.post("/{client_id}/disable")
async def disable_post(request: Request, client_id: str, actor: Fresh) -> Response:
    """End a service."""
    state = request.app.state
    async with state.database.session() as session:
        await service.disable(session, state.clock, client_id, by=actor.id)
        await session.commit()
    return _done(request, "disabled")


async def _client(request: Request, client_id: str) -> Client:
    async with request.app.state.database.reading() as session:
        client = await service.find(session, client_id)
    if client is None:
        raise unknown("client")
    return client


def _blank() -> dict[str, Any]:
    names = ("/name/ja", "/name/en", "/redirect_uris", "/post_logout_uris", "/jwks")
    return {
        **dict.fromkeys((*names, "/backchannel_logout_uri"), ""),
        "/profile": STANDARD.name,
        "/scope": " ".join(STANDARD.base_scopes),
        "/token_endpoint_auth_method": BASIC,
        "/grant_types": [CODE],
        "/rules": [],
    }


def _typed_of(client: Client) -> dict[str, Any]:
    """A client as the form shows it."""
    flags = {name: getattr(client, name, client.id_token_alg == RS256) for name in RULES}
    return {
        "/name/ja": client.name["ja"],
        "/name/en": client.name["en"],
        "/profile": client.profile,
        "/redirect_uris": "\n".join(client.redirect_uris),
        "/post_logout_uris": "\n".join(client.post_logout_uris),
        "/backchannel_logout_uri": client.backchannel_logout_uri or "",
        "/scope": " ".join(client.scopes),
        "/token_endpoint_auth_method": client.auth_method,
        "/grant_types": client.grant_types,
        "/jwks": json.dumps(client.jwks, indent=1) if client.jwks else "",
        "/rules": [name for name, on in flags.items() if on],
    }


async def _typed(request: Request) -> dict[str, Any]:
    """What was typed, as the form shows it again."""
    async with form_of(request, FORM_BYTES) as form:
        several = {name: form.fields.get(name, []) for name in ("/grant_types", "/rules")}
        return {name: form.value(name) for name in _blank()} | several


def _columns(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a client, of what was typed. IdentityError 422 for keys that are no JSON."""
    rules = typed["/rules"]
    try:
        jwks = json.loads(typed["/jwks"]) if typed["/jwks"].strip() else {}
    except (ValueError, RecursionError):
        jwks = None
    if not isinstance(jwks, dict):
        raise client_fault("jwksはJSONで入力してください。", "Enter jwks as JSON.", "/jwks")
    profile = PROFILES.get(typed["/profile"], STANDARD)
    return {
        "name": {code: normalise_line(typed[f"/name/{code}"]) for code in ("ja", "en")},
        "redirect_uris": typed["/redirect_uris"].split(),
        "post_logout_uris": typed["/post_logout_uris"].split(),
        "backchannel_logout_uri": typed["/backchannel_logout_uri"].strip() or None,
        "scopes": list(dict.fromkeys(typed["/scope"].split())),
        "auth_method": typed["/token_endpoint_auth_method"],
        "grant_types": [kind for kind in GRANT_TYPES if kind in typed["/grant_types"]],
        "jwks": jwks,
        "id_token_alg": RS256 if "rs256" in rules else profile.algorithm,
        **{name: name in rules for name in RULES if name != "rs256"},
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0


def _done(request: Request, key: str) -> Response:
    flash(request, request.app.state.texts.text(f"provider.clients.{key}"))
    return RedirectResponse(HOME, 303)


def _form_page(
    request: Request,
    client: Client | None,
    typed: dict[str, Any],
    fault: IdentityError | None = None,
) -> HTMLResponse:
    return _page(
        request,
        "client.html",
        fault,
        client=client,
        typed=typed,
        profiles=list(PROFILES),
        methods=AUTH_METHODS,
        grant_types=GRANT_TYPES,
        rules=RULES,
    )


def _invite_page(
    request: Request, typed: dict[str, Any], fault: IdentityError | None = None
) -> HTMLResponse:
    return _page(request, "client_invite.html", fault, typed=typed, scopes=registering.SCOPES)


def _page(
    request: Request, name: str, fault: IdentityError | None = None, **context: Any
) -> HTMLResponse:
    place = fault.pointers[0] if fault and fault.pointers else ""
    page: HTMLResponse = request.app.state.pages.render(
        request,
        f"provider/{name}",
        status=fault.status if fault else 200,
        faults={place: fault.message} if fault else {},
        errors=[{"name": place, "text": fault.message}] if fault else [],
        **context,
    )
    page.headers["Cache-Control"] = "no-store"
    return page
