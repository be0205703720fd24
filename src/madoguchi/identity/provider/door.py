"""The provider's door (受付口): what programs call is answered before language, line and session.

A service that exchanges a code is no visitor who could wait in line: in a surge its people would be
signed in nowhere. So it has a bound of its own instead of a place in the line, and none of the work
that only pages need. People who come from a service and need no page go straight on (authorising.straight).
"""

import logging
from functools import cached_property
from typing import cast

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.identity.provider import endpoints
from madoguchi.identity.provider.answering import NO_STORE, Endpoint
from madoguchi.identity.provider.authorising.straight import AUTHORIZE, straight_on
from madoguchi.identity.provider.registration import REGISTER
from madoguchi.kernel.errors import DomainError
from madoguchi.web.gate import refusal
from madoguchi.web.session import SessionCookie

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
        place = (scope["method"], scope["path"]) if scope["type"] == "http" else None
        named = ENDPOINTS.get(place) if place else None
        passing = place == ("GET", AUTHORIZE) and self.inside < AT_ONCE
        if not (named or passing) or refusal(scope, self.trusted_host):
            await self.app(scope, receive, send)
            return
        if named is None:
            response = await self._straight_on(Request(scope, receive))
            await (response or self.app)(scope, receive, send)
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

    async def _straight_on(self, request: Request) -> Response | None:
        """Who needs no page; None for everybody else, also where something fails here."""
        self.inside += 1
        try:
            return await straight_on(request, self._cookie)
        except Exception:
            _log.exception("the ordinary way is taken at %s", AUTHORIZE)
            return None
        finally:
            self.inside -= 1

    @cached_property
    def _cookie(self) -> SessionCookie:
        settings = self.state.settings
        https = settings.address.startswith("https://")
        return SessionCookie(secret=settings.secret_key, https=https, clock=self.state.clock)


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
