"""How the API answers a filing that has errors: every fault with its place."""

from fastapi import Request
from starlette.responses import Response

from madoguchi.cases.filing.submit import NotReady
from madoguchi.kernel.language import pick
from madoguchi.web.problems import problem


def not_ready(request: Request, fault: NotReady, under: str = "#/data") -> Response:
    """problem+json (RFC 9457) with one entry of `errors` for each fault."""
    language = request.state.language
    return problem(
        request,
        422,
        code=fault.code,
        message=fault.message,
        errors=[
            {
                "pointer": _place(item.pointer, under),
                "code": item.code,
                "detail": pick(item.message, language),
                "message": dict(item.message),
            }
            for item in fault.judged.evaluation.errors
        ],
    )


def _place(pointer: str, under: str) -> str:
    if pointer.startswith("/attachments/"):
        return "#/attached/" + pointer.removeprefix("/attachments/")
    return under + pointer
