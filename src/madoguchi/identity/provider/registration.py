"""The registration endpoint (RFC 7591) and each client's configuration endpoint (RFC 7592)."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madoguchi.identity.provider.answering import NO_STORE
from madoguchi.identity.provider.clients import registering, service
from madoguchi.identity.provider.clients.metadata import invalid_metadata, metadata_of
from madoguchi.identity.provider.errors import invalid_token
from madoguchi.identity.provider.models import Client

LARGEST = 60_000
REGISTER = "/oauth/register"


async def register(request: Request) -> Response:
    """POST /oauth/register: a service registers itself by its initial access token."""
    state, token = request.app.state, _bearer(request)
    async with state.database.reading() as session:
        await registering.check_invited(session, state.clock(), token)
    metadata = await _metadata(request)
    async with state.database.session() as session:
        client, secret, own = await registering.register_itself(
            session, state.clock, token, metadata
        )
        await session.commit()
    return _shown(request, client, own, secret, 201)


async def manage(request: Request) -> Response:
    """GET, PUT or DELETE /oauth/register/{client_id}, by its registration access token."""
    state, token = request.app.state, _bearer(request)
    client_id, metadata = request.path_params["client_id"], {}
    if request.method == "PUT":
        async with state.database.reading() as session:
            await registering.itself(session, client_id, token)
        metadata = await _metadata(request)
    async with state.database.session() as session:
        client = await registering.itself(session, client_id, token)
        if request.method == "DELETE":
            await service.disable(session, state.clock, client.id, by=registering.BY)
            await session.commit()
            return Response(status_code=204, headers=NO_STORE)
        secret = None
        if request.method == "PUT":
            client, secret = await registering.change_itself(session, state.clock, client, metadata)
            await session.commit()
        return _shown(request, client, token, secret)


def _shown(
    request: Request, client: Client, own: str, secret: str | None, status: int = 200
) -> Response:
    """The client information response (RFC 7591 3.2.1); a secret only when it is new: we keep none."""
    address = f"{request.app.state.provider.address}{REGISTER}/{client.id}"
    content = {
        **metadata_of(client),
        "registration_access_token": own,
        "registration_client_uri": address,
        **({"client_secret": secret, "client_secret_expires_at": 0} if secret else {}),
    }
    return JSONResponse(content, status, headers=NO_STORE)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise invalid_token("a token is needed")
    return token.strip()


async def _metadata(request: Request) -> dict[str, Any]:
    """The metadata sent; nothing is read beyond LARGEST. OAuthError 400."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise invalid_metadata("the body must be application/json")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise invalid_metadata("the metadata are too large")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid_metadata("the body is not JSON") from None
    if not isinstance(found, dict):
        raise invalid_metadata("the body is not a JSON object")
    return found
