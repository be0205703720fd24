"""How the endpoints programs call answer: JSON, never kept, faults in the protocol's words."""

import logging
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madoguchi.identity.provider import dpop
from madoguchi.identity.provider.errors import OAuthError
from madoguchi.web.form_input import FormError

USERINFO = "/oauth/userinfo"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

_log = logging.getLogger("madoguchi.identity.provider")
Endpoint = Callable[[Request], Awaitable[Response]]


def answering(endpoint: Endpoint) -> Endpoint:
    """Faults of the protocol and of the form as JSON (RFC 6749 5.2)."""

    async def answered(request: Request) -> Response:
        try:
            return with_nonce(request, await endpoint(request))
        except FormError as fault:
            return refusal(
                request, OAuthError("invalid_request", fault.message["en"], fault.status)
            )
        except OAuthError as fault:
            return with_nonce(request, refusal(request, fault))

    return answered


def with_nonce(request: Request, response: Response) -> Response:
    """The answer with the nonce for the next proof, for those who show proofs (RFC 9449 8.2)."""
    if "dpop" in request.headers:
        state = request.app.state
        response.headers[dpop.NONCE_HEADER] = dpop.nonce_at(
            state.provider.nonce_secret, state.clock()
        )
    return response


def refusal(request: Request, fault: OAuthError) -> Response:
    """The answer to a refused request; refusals are logged, their content is not (ASVS 16.3.2)."""
    _log.info("refused %s at %s", fault.code, request.scope["path"])
    headers, status, scheme = {**NO_STORE, **fault.headers}, fault.status, "Bearer"
    if fault.code in ("invalid_client", "unauthorized"):
        scheme = "Basic"
    if fault.code in ("use_dpop_nonce", "invalid_dpop_proof"):
        scheme = "DPoP"
        status = 401 if request.url.path == USERINFO else 400
    if status == 401:
        headers.setdefault(
            "WWW-Authenticate",
            f'{scheme} realm="madoguchi", error="{fault.code}", '
            f'error_description="{fault.description}"',
        )
    content = {"error": fault.code, "error_description": fault.description}
    return JSONResponse(content, status, headers)
