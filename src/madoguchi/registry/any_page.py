"""Pages of other sites (他サイトのページ): what is open to everybody may be asked from any of them.

The Fetch standard's CORS protocol (https://fetch.spec.whatwg.org/#http-cors-protocol). Nothing here
reads a cookie and nothing changes anything, so that no visitor's rights can be abused. A browser asks
beforehand (preflight) for a POST of application/sparql-query and for a key in a header.
"""

from starlette.responses import Response
from starlette.types import Scope

from madoguchi.registry.interface import Interface

_METHODS = ("GET", "POST")
_READABLE = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
_TAKEN = (
    "Accept, Authorization, Content-Type, If-None-Match, Last-Event-ID, X-API-Key, "
    "X-hojinInfo-api-token"
)
_A_DAY = "86400"


def preflight(interface: Interface, scope: Scope) -> Response | None:
    """What OPTIONS is answered; None where the address is none of an interface open to everybody."""
    if scope["method"] != "OPTIONS" or not interface.keyless:
        return None
    there = [one for one in _METHODS if interface.found({**scope, "method": one})[0] is not None]
    if not there:
        return None
    methods = ", ".join([*there, "HEAD", "OPTIONS"] if "GET" in there else [*there, "OPTIONS"])
    headers = {
        "Allow": methods,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": _TAKEN,
        "Access-Control-Max-Age": _A_DAY,
    }
    return Response(status_code=204, headers=headers)


def opened(interface: Interface, response: Response) -> Response:
    """The same answer or refusal, so that a page of another site may read why and how much is left."""
    if interface.keyless:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = _READABLE
    return response
