"""The registry's door (受付口): what programs read is answered before language, line and session.

A program that reads a million records is no visitor who could wait in line, and none of the work that
pages need is done for it. It has bounds of its own: its key's allowance, and how many are served at
once.
"""

import logging

from starlette.datastructures import Headers, State
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from madoguchi.kernel.errors import DomainError
from madoguchi.registry import downloads, gbizinfo, houjin, rest
from madoguchi.registry.any_page import opened, preflight
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.interface import Endpoint, Interface
from madoguchi.registry.linked import endpoints as linked
from madoguchi.web.gate import address_fault, gone, headers_only
from madoguchi.web.same_origin import is_same_origin

AT_ONCE = 200  # beyond it who comes is told to come again
INTERFACES: tuple[Interface, ...] = (
    *rest.INTERFACES,
    *gbizinfo.INTERFACES,
    *houjin.INTERFACES,
    *downloads.INTERFACES,
    *linked.INTERFACES,
)

_log = logging.getLogger("madoguchi.registry")


class Door:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp, *, state: State, trusted_host: str) -> None:
        self.app, self.state = app, state
        self.trusted_host = trusted_host
        self.inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the gate refuses another site's, and what a person may have typed."""
        interface = _interface(scope)
        if interface is None:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        status = address_fault(scope, headers)
        if status is not None and interface.whole:
            # Its words must not repeat the address.
            named = {"path": interface.prefix, "raw_path": b"", "query_string": b""}
            response = _refused(interface, Request({**scope, **named}), _bad_address(status))
            is_head = scope["method"] == "HEAD"
            await response(scope, receive, headers_only(send) if is_head else send)
            return
        if status or not self._may_ask(interface, scope, headers):
            await self.app(scope, receive, send)
            return
        if (allowed := preflight(interface, scope)) is not None:
            await allowed(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET"}, headers_only(send)
        endpoint, parts = interface.found(scope)
        if endpoint is None and not interface.whole:
            await self.app(scope, receive, send)
            return
        request = Request({**scope, "path_params": parts}, receive)
        self.inside += 1
        try:
            response = await self._answer(interface, endpoint, request)
        finally:
            self.inside -= 1
        await opened(interface, response)(scope, receive, send)

    def _may_ask(self, interface: Interface, scope: Scope, headers: Headers) -> bool:
        """From this origin: anybody's page what is open to everybody (any_page.py)."""
        return interface.keyless or is_same_origin(scope["method"], headers, self.trusted_host)

    async def _answer(
        self, interface: Interface, endpoint: Endpoint | None, request: Request
    ) -> Response:
        """Whatever happens, a program is answered in the words of its interface."""
        try:
            if self.inside > AT_ONCE:
                raise _busy()
            address = request.client.host if request.client else ""
            left = await self.state.key_admission.admit(
                self.state.database, interface.key_of(request), address, keyless=interface.keyless
            )
            if endpoint is None:
                raise _nothing_there()
            response = await endpoint(request)
            response.headers.update(left.headers)
            return response
        except DomainError as fault:
            return _refused(interface, request, fault)
        except ClientDisconnect:
            return gone()
        except Exception:
            _log.exception("fault at %s", request.scope["path"])
            return _refused(interface, request, _our_fault())


def _interface(scope: Scope) -> Interface | None:
    if scope["type"] != "http":
        return None
    path = scope["path"]
    return next((one for one in INTERFACES if path.startswith(one.prefix)), None)


def _refused(interface: Interface, request: Request, fault: DomainError) -> Response:
    response = interface.refuse(request, fault)
    response.headers.update(getattr(fault, "headers", {}))
    if fault.status == 503:
        response.headers["Retry-After"] = "1"
    return response


def _busy() -> RegistryError:
    return RegistryError(
        "busy",
        503,
        {
            "ja": "ただいま混み合っています。少し待ってから、もう一度お試しください。",
            "en": "The service is busy. Please wait a moment and try again.",
        },
    )


def _bad_address(status: int) -> RegistryError:
    if status == 414:
        return RegistryError(
            "address_too_long",
            414,
            {"ja": "アドレスが長すぎます。", "en": "The address is too long."},
        )
    return RegistryError(
        "bad_address",
        400,
        {
            "ja": "アドレスに使えない文字があります。UTF-8の文字を%で表して送ってください。",
            "en": "The address holds characters that cannot be used. Send UTF-8, percent-encoded.",
        },
    )


def _nothing_there() -> RegistryError:
    return RegistryError(
        "not_found",
        404,
        {"ja": "このアドレスには何もありません。", "en": "There is nothing at this address."},
    )


def _our_fault() -> RegistryError:
    return RegistryError(
        "internal_server_error",
        500,
        {"ja": "システムに問題が起きました。", "en": "Something went wrong on our side."},
    )
