"""Errors as they are shown: a page for browsers, problem+json (RFC 9457) for programs."""

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from madoguchi.kernel.durable import NO_ROOM, StorageFull
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import LANGUAGES, Text, pick

_log = logging.getLogger("madoguchi.web")

# Statuses with a text of their own in texts.toml; others use the text of their class.
_TEXTS = frozenset({400, 401, 403, 404, 405, 409, 413, 414, 415, 422, 429, 500, 503, 507})
_MOST_ERRORS = 50
# What HTTP asks for beside these statuses (RFC 9110 15.5.2, 15.6.4).
_STATUS_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "30"},
    503: {"Retry-After": "5"},
    507: {"Retry-After": "60"},
}


class SeeOther(Exception):
    """Leave the handler: send the browser to `location` (a path of this service) by 303."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(location)


def wants_problem(request: Request) -> bool:
    """Whether the caller is a program: an /api path, or JSON accepted and HTML not."""
    if request.scope["path"].startswith("/api/"):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def problem(
    request: Request,
    status: int,
    *,
    code: str | None = None,
    message: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    onward: tuple[str, Mapping[str, str]] | None = None,
) -> Response:
    """The response for an error: `errors` are [{"pointer", "detail"}] about parts of the input, `onward` is where
    a person goes on.
    """
    texts = request.app.state.texts
    name = status if status in _TEXTS else (500 if status >= 500 else 400)
    title, advice = (
        texts.text(f"web.problem.{name}.title"),
        texts.text(f"web.problem.{name}.detail"),
    )
    language = getattr(request.state, "language", LANGUAGES[0])
    if wants_problem(request):
        content: dict[str, Any] = {
            "type": f"urn:madoguchi:problem:{code}" if code else "about:blank",
            "title": pick(title, language),
            "status": status,
            "detail": pick(message or advice, language),
            "code": code or HTTPStatus(status).name.lower(),
            "message": dict(message or advice),
        }
        if errors:
            content["errors"] = list(errors)[:_MOST_ERRORS]
        if params:
            content["params"] = {key: str(value) for key, value in params.items()}
        return JSONResponse(
            content,
            status,
            headers={**(headers or {}), "Content-Language": language, "Cache-Control": "no-store"},
            media_type="application/problem+json",
        )
    response: Response = request.app.state.pages.render(
        request,
        "problems/problem.html",
        status=status,
        title=title,
        message=message,
        advice=advice,
        problem_errors=[error["detail"] for error in errors][:_MOST_ERRORS],
        reference=(params or {}).get("reference"),
        code=status,
        onward=onward,
    )
    response.headers.update(dict(headers or {}))
    return response


def domain_problem(request: Request, error: DomainError) -> Response:
    """The response for a DomainError."""
    headers = {**_STATUS_HEADERS.get(error.status, {}), **error.headers}
    language = getattr(request.state, "language", LANGUAGES[0])
    errors = [{**part, "detail": pick(part["detail"], language)} for part in error.parts]
    return problem(
        request,
        error.status,
        code=error.code,
        message=error.message,
        errors=errors,
        params=error.params,
        headers=headers,
        onward=error.onward,
    )


def server_error(request: Request, error: BaseException) -> Response:
    """The response for a fault of ours: logged under a reference the person can quote."""
    reference = secrets.token_hex(5).upper()
    path = request.scope["path"].encode("unicode_escape").decode("ascii")[:300]
    _log.error("fault %s at %s %s", reference, request.method, path, exc_info=error)
    try:
        return problem(request, 500, params={"reference": reference})
    except Exception:  # the page itself is at fault: still answer, and say so in the log
        _log.exception("fault %s cannot be shown as a page", reference)
        return PlainTextResponse(f"500 {reference}", 500)


async def _on_domain_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)  # noqa: S101 - how Starlette calls handlers
    return domain_problem(request, error)


async def _on_os_error(request: Request, error: Exception) -> Response:
    """No room on the disk is nobody's fault in the code: say so. Other faults of files are ours."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        _log.error("no room on the disk at %s", request.scope["path"][:300], exc_info=error)
        return domain_problem(request, StorageFull())
    raise error


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code in (204, 304):
        return Response(status_code=error.status_code, headers=error.headers)
    return problem(request, error.status_code, headers=error.headers)


async def _on_see_other(request: Request, error: Exception) -> Response:
    assert isinstance(error, SeeOther)  # noqa: S101
    return RedirectResponse(error.location, 303)


async def _on_data_error(request: Request, error: Exception) -> Response:
    """A value no column can hold (a number too large): the sender's to mend, not a fault."""
    _log.warning("value refused by the database at %s", request.scope["path"][:300], exc_info=error)
    return problem(request, 422, code="unstorable_value")


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    language = getattr(request.state, "language", LANGUAGES[0])
    found = error.errors()
    if found and all(fault["loc"][:1] == ("path",) for fault in found):
        return problem(request, 404)
    errors = [
        {
            "pointer": _pointer(fault["loc"]),
            "detail": pick(_explain(request, fault), language),
            "code": fault["type"],
        }
        for fault in found[:_MOST_ERRORS]
    ]
    return problem(request, 422, code="invalid_input", errors=errors)


def _pointer(location: Sequence[Any]) -> str:
    """Where the fault is: "#/name/0" in a JSON body, "?name" in the query, "name" in a header."""
    place, *path = [str(part) for part in location] or [""]
    if place == "body":
        return "#" + "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
    return f"?{'.'.join(path)}" if place == "query" else ".".join(path)


def _explain(request: Request, fault: Mapping[str, Any]) -> Text:
    """Pydantic's fault type in both languages; types without a text say the form is not right."""
    texts = request.app.state.texts
    key = f"web.invalid.{fault['type']}"
    if key not in texts:
        return texts.text("web.invalid.other")  # type: ignore[no-any-return]
    names = {name: str(value) for name, value in (fault.get("ctx") or {}).items()}
    return {language: texts.t(key, language, **names) for language in texts.text(key)}


def install_handlers(app: FastAPI) -> None:
    """Answer every kind of error the application raises."""
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(SeeOther, _on_see_other)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(DataError, _on_data_error)
    app.add_exception_handler(OSError, _on_os_error)
