"""Errors of the REST interface: problems (RFC 9457) in the caller's language."""

from starlette.requests import Request
from starlette.responses import Response

from madoguchi.kernel.errors import DomainError
from madoguchi.web.language import negotiate
from madoguchi.web.problems import domain_problem


def refuse(request: Request, fault: DomainError) -> Response:
    """The answer for an error. The door comes before the language is read: it is read here."""
    accept = request.headers.get("accept-language", "")
    request.scope.setdefault("state", {})["language"] = negotiate("", accept)
    response = domain_problem(request, fault)
    response.headers["Vary"] = "Accept-Language"
    return response
