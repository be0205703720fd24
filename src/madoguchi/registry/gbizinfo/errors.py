"""Errors as gBizINFO says them: an id, a message, and in `errors` what is wrong with which item."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madoguchi.kernel.errors import DomainError
from madoguchi.registry.errors import RegistryError

_MESSAGES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


class BadRequest(RegistryError):
    """Parameters that cannot be used: (item, what is wrong) each."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__(
            "bad_request", 400, {"ja": "指定に誤りがあります。", "en": "A parameter is wrong."}
        )


def refuse(request: Request, fault: DomainError) -> Response:
    """The answer for an error. Without a valid token it has a message only, as theirs."""
    if fault.status in (401, 403):
        return JSONResponse(
            {"message": "Unauthorized"}, fault.status, {"WWW-Authenticate": "Bearer"}
        )
    status = 400 if fault.status == 422 else fault.status
    faults = (
        fault.faults
        if isinstance(fault, BadRequest)
        else [
            ("corporate_number" if fault.code.startswith("corporat") else "", fault.message["ja"])
        ]
    )
    return JSONResponse(
        {
            "id": f"err-{status}-001",
            "message": _MESSAGES.get(status, "Error"),
            "errors": [{"item": item, "message": message} for item, message in faults],
        },
        status,
    )
