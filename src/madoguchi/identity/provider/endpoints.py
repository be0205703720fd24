"""The endpoints programs call: plain ASGI, outside sessions and pages, answering in the protocol's way."""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from madoguchi.identity.provider import delegations as delegated
from madoguchi.identity.provider import device, dpop, registration, telling
from madoguchi.identity.provider.answering import NO_STORE, USERINFO, answering
from madoguchi.identity.provider.authorising import pushed
from madoguchi.identity.provider.claims import person_claims, standard_claims
from madoguchi.identity.provider.clients import known as clients
from madoguchi.identity.provider.clients.authenticating import authenticate, credential_of
from madoguchi.identity.provider.clients.rules import PUBLIC
from madoguchi.identity.provider.discovery import metadata
from madoguchi.identity.provider.errors import (
    OAuthError,
    invalid_client,
    invalid_request,
    invalid_token,
)
from madoguchi.identity.provider.gbizid import fields as gbizid
from madoguchi.identity.provider.gbizid.accounts import account_of
from madoguchi.identity.provider.granting.asking import Asking
from madoguchi.identity.provider.granting.endpoint import give_tokens
from madoguchi.identity.provider.models import Client
from madoguchi.identity.provider.profiles import (
    GBIZID,
    OPENID,
    ORGANISATION,
    PROFILES,
    STANDARD,
    Profile,
    client_error,
)
from madoguchi.identity.provider.tokens import AccessClaims, read_access_token
from madoguchi.kernel.clock import jst_date
from madoguchi.web.doors import read_whole
from madoguchi.web.form_input import broken_form, too_much
from madoguchi.web.forms import fields_of, form_of

LARGEST = 60_000
URLENCODED = "application/x-www-form-urlencoded"
PUBLISHED = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}


async def token(request: Request) -> Response:
    """POST /oauth/token."""
    form = await form_values(request)
    named = await client_named(request, form)
    profile = PROFILES[named.profile] if named else STANDARD
    try:
        given = await _given(request, form, profile, await proved(request, form, named))
    except OAuthError as fault:
        kind = form.get("grant_type", "")
        code, status = client_error(profile, kind, fault.code, fault.status)
        raise OAuthError(code, fault.description, status, fault.headers) from None
    return JSONResponse(given, headers=NO_STORE)


async def _given(
    request: Request, form: dict[str, str], profile: Profile, client: Client
) -> dict[str, Any]:
    state = request.app.state
    jkt = await key_shown(request)
    return await give_tokens(
        Asking(state.database, state.clock, state.provider, profile, client, form, jkt)
    )


async def push(request: Request) -> Response:
    """POST /oauth/par."""
    state, form = request.app.state, await form_values(request)
    client = await client_of(request, form)
    jkt = await key_shown(request)
    async with state.database.session() as session:
        kept = await pushed.push(session, client, form, jkt, state.clock())
        await session.commit()
    return JSONResponse(kept, 201, headers=NO_STORE)


async def device_authorization(request: Request) -> Response:
    """POST /oauth/device_authorization."""
    state, form = request.app.state, await form_values(request)
    client = await client_of(request, form)
    async with state.database.session() as session:
        given = await device.begin(session, state.provider, client, form, state.clock())
        await session.commit()
    return JSONResponse(given, headers=NO_STORE)


async def introspect(request: Request) -> Response:
    """POST /oauth/introspect."""
    state, form = request.app.state, await form_values(request)
    client = await client_of(request, form)
    if client.auth_method == PUBLIC:
        raise invalid_client("a client without a credential may not ask about tokens")
    if not form.get("token"):
        raise invalid_request("token is missing")
    found = await telling.introspect(
        state.database, state.provider, client, form["token"], state.clock()
    )
    return JSONResponse(found, headers=NO_STORE)


async def revoke(request: Request) -> Response:
    """POST /oauth/revoke."""
    state, form = request.app.state, await form_values(request)
    client = await client_of(request, form)
    if not form.get("token"):
        raise invalid_request("token is missing")
    async with state.database.session() as session:
        await telling.revoke(session, state.clock, state.provider, client, form["token"])
        await session.commit()
    return Response(headers=NO_STORE)


async def userinfo(request: Request) -> Response:
    """GET or POST /oauth/userinfo."""
    state = request.app.state
    now, found = state.clock(), await token_shown(request)
    if found.grant_id is None:
        raise invalid_token()
    plain = await telling.told_plainly(state.database, found)
    as_gbizid = PROFILES[plain.profile].gbizid_fields
    # What the person took back since is not told, whatever the token says.
    named = plain.scopes if as_gbizid else str(found.claims.get("scope", "")).split()
    scopes = [scope for scope in named if scope in plain.scopes]
    if OPENID not in scopes:
        raise OAuthError("insufficient_scope", "the token lacks openid", 403)
    if not as_gbizid and ORGANISATION not in scopes:
        person = (plain.person_id, plain.name, plain.language, plain.email)
        return JSONResponse(person_claims(*person, scopes), headers=NO_STORE)
    told = await telling.told_by(state.database, found, now)
    if as_gbizid:
        async with state.database.looking() as session:
            account = await account_of(session, told.grant, told.subject, told.own, jst_date(now))
        return JSONResponse(gbizid.userinfo(account, scopes), headers=NO_STORE)
    return JSONResponse(standard_claims(told.subject, scopes), headers=NO_STORE)


async def delegations(request: Request) -> Response:
    """GET /oauth/delegations: who may act for whom at the service that asks for itself."""
    state = request.app.state
    now, found = state.clock(), await token_shown(request)
    if found.grant_id is not None:
        raise invalid_token()
    if delegated.SCOPE not in str(found.claims.get("scope", "")).split():
        raise OAuthError("insufficient_scope", "the token lacks delegations", 403)
    after = request.query_params.get("after", "")[:200]
    if not await telling.stands_alone(state.database, found):
        raise invalid_token()
    async with state.database.looking() as session:
        told = await delegated.delegations_at(session, found.client_id, now, after)
    return JSONResponse(told, headers=NO_STORE)


async def token_shown(request: Request) -> AccessClaims:
    """The access token of a request, with the key it is bound to. OAuthError 401."""
    state = request.app.state
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if not text:
        raise OAuthError("invalid_token", "an access token is needed", 401, _CHALLENGE)
    found = read_access_token(state.provider, text.strip(), state.clock())
    if found is None:
        raise invalid_token()
    jkt = await key_shown(request, text.strip()) if scheme.lower() == "dpop" else None
    # A token without its key, or with a key it is not bound to, is a stolen one.
    if scheme.lower() not in ("bearer", "dpop") or found.jkt != jkt:
        raise invalid_token()
    return found


async def jwks(request: Request) -> Response:
    """GET /oauth/jwks: the keys our tokens are checked with."""
    state = request.app.state
    return JSONResponse(state.provider.keys.public(state.clock()), headers=PUBLISHED)


async def discovery(request: Request) -> Response:
    """GET /.well-known/openid-configuration and …/oauth-authorization-server."""
    return JSONResponse(metadata(request.app.state.provider, STANDARD), headers=PUBLISHED)


async def gbizid_discovery(request: Request) -> Response:
    """GET /oauth/.well-known/openid-configuration: under the issuer of the GbizID profile."""
    return JSONResponse(metadata(request.app.state.provider, GBIZID), headers=PUBLISHED)


_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="madoguchi"'}


async def key_shown(request: Request, token: str | None = None) -> str | None:
    """The key a DPoP proof shows, None without one. OAuthError.

    The proof is spent by this, whatever becomes of the request.
    """
    state = request.app.state
    now, url = state.clock(), state.provider.address + request.url.path
    proof = dpop.read_proof(
        request.headers.getlist("dpop"),
        request.method,
        url,
        state.provider.nonce_secret,
        now,
        token,
    )
    if proof is None:
        return None
    async with state.database.session() as session:
        await dpop.spend(session, proof, now)
        await session.commit()
    return proof.jkt


async def form_values(request: Request) -> dict[str, str]:
    """The fields of the body; one that stands twice is refused."""
    fields = await _fields(request)
    if any(len(values) > 1 for values in fields.values()):
        raise invalid_request("a parameter stands twice")
    return {name: values[0] for name, values in fields.items() if values[0]}


async def _fields(request: Request) -> dict[str, list[str]]:
    """Nearly every body is urlencoded and comes in one piece: it is read without further ado."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == URLENCODED:
        message = await read_whole(request.receive, LARGEST)
        body = message.get("body") or b""
        if len(body) > LARGEST:
            raise too_much("1 MB")
        if message["type"] != "http.request" or message.get("more_body"):
            raise broken_form()
        return fields_of(body)
    async with form_of(request, LARGEST) as form:
        return form.fields


async def client_named(request: Request, form: dict[str, str]) -> Client | None:
    """The client named, whoever it is that asks: errors are worded by its profile. OAuthError."""
    credential = credential_of(request.headers.get("authorization", ""), form)
    return await clients.named(request.app.state.database, credential.client_id)


async def client_of(request: Request, form: dict[str, str]) -> Client:
    """The client that proved who it is; what it showed is spent. OAuthError."""
    return await proved(request, form, await client_named(request, form))


async def proved(request: Request, form: dict[str, str], named: Client | None) -> Client:
    """The client named, once it proved that it is it. OAuthError."""
    state = request.app.state
    credential = credential_of(request.headers.get("authorization", ""), form)
    return await authenticate(
        state.database, named, credential, partial(_audiences, request), state.clock()
    )


def _audiences(request: Request) -> frozenset[str]:
    """Our name or the address an assertion is sent to: clients differ in which they use (RFC 7523 3)."""
    provider = request.app.state.provider
    here = provider.address + request.url.path
    return frozenset(provider.issuers | {provider.url("token"), here})


def routes() -> list[Any]:
    """The routes, for the composition root."""
    return [
        Route("/oauth/token", answering(token), methods=["POST"]),
        Route("/oauth/par", answering(push), methods=["POST"]),
        Route("/oauth/device_authorization", answering(device_authorization), methods=["POST"]),
        Route("/oauth/introspect", answering(introspect), methods=["POST"]),
        Route("/oauth/revoke", answering(revoke), methods=["POST"]),
        Route(registration.REGISTER, answering(registration.register), methods=["POST"]),
        Route(
            registration.REGISTER + "/{client_id}",
            answering(registration.manage),
            methods=["GET", "PUT", "DELETE"],
        ),
        Route(USERINFO, answering(userinfo), methods=["GET", "POST"]),
        Route("/oauth/delegations", answering(delegations), methods=["GET"]),
        Route("/oauth/jwks", jwks, methods=["GET"]),
        Route("/oauth/.well-known/openid-configuration", gbizid_discovery, methods=["GET"]),
        Route("/.well-known/openid-configuration", discovery, methods=["GET"]),
        Route("/.well-known/oauth-authorization-server", discovery, methods=["GET"]),
    ]
