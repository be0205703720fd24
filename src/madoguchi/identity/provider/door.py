"""The provider's door (受付口): what programs call is answered before language, line and session.

A service that exchanges a code is no visitor who could wait in line: in a surge its people would be
signed in nowhere. So it has a bound of its own instead of a place in the line, and none of the work
that only pages need.
"""

import logging
from typing import cast

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.identity.provider import endpoints
from madoguchi.identity.provider.answering import NO_STORE, Endpoint
from madoguchi.identity.provider.registration import REGISTER
from madoguchi.kernel.errors import DomainError
from madoguchi.web.gate import refusal

AT_ONCE = 200  # some seconds of work; who comes beyond is told to come again

_log = logging.getLogger("madoguchi.identity.provider")


class Door:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, *, state: State, trusted_host: str) -> None:
        self.app, self.state = app, state
        self.trusted_host = trusted_host
        self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what the gate would refuse goes on to be refused by it."""
        named = scope["type"] == "http" and ENDPOINTS.get((scope["method"], scope["path"]))
        if not named or refusal(scope, self.trusted_host):
            await self.app(scope, receive, send)
            return
        if self.inside >= AT_ONCE:
            await _unable(503, "temporarily_unavailable")(scope, receive, send)
            return
        self.inside += 1
        try:
            response = await _answered(named, Request(scope, receive))
        finally:
            self.inside -= 1
        await response(scope, receive, send)


async def _answered(endpoint: Endpoint, request: Request) -> Response:
    """Whatever happens, a program is answered in its own words (RFC 6749 5.2)."""
    try:
        return await endpoint(request)
    except DomainError as fault:  # the database is busy or away, the body too large
        code = "temporarily_unavailable" if fault.status >= 500 else "invalid_request"
        return _unable(fault.status, code)
    except Exception:
        _log.exception("fault at %s", request.scope["path"])
        return _unable(500, "server_error")


def _unable(status: int, code: str) -> Response:
    headers = {**NO_STORE, "Retry-After": "1"} if status == 503 else NO_STORE
    return JSONResponse({"error": code}, status, headers)


def _endpoints() -> dict[tuple[str, str], Endpoint]:
    """Those without a name in their path; registering is rare and bears the line."""
    return {
        (method, route.path): cast(Endpoint, route.endpoint)
        for route in endpoints.routes()
        if isinstance(route, Route) and not route.path.startswith(REGISTER)
        for method in route.methods or ()
        if method != "HEAD"
    }


ENDPOINTS = _endpoints()
