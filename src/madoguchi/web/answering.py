"""Answering a form (フォームへの応答): its page again with what is wrong beside each control, or on to the next."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.web.session import flash


def page(
    request: Request,
    template: str,
    faults: Mapping[str, Text | str] | None = None,
    status: int | None = None,
    /,
    **context: Any,
) -> HTMLResponse:
    """A page. `faults`: by control, what is wrong, or the catalogue key that says it.

    Status 422 with faults, else 200, unless one is given.
    """
    texts = request.app.state.texts
    said = {
        place: texts.text(fault) if isinstance(fault, str) else fault
        for place, fault in (faults or {}).items()
    }
    rendered: HTMLResponse = request.app.state.pages.render(
        request,
        template,
        status=status or (422 if said else 200),
        faults=said,
        errors=[{"name": place, "text": text} for place, text in said.items()],
        **context,
    )
    return rendered


def done(request: Request, key: str, target: str) -> RedirectResponse:
    """On to the next page (303), which says what was done: `key` of the catalogue."""
    flash(request, request.app.state.texts.text(key))
    return RedirectResponse(target, 303)


def faults_of(error: DomainError, place: str | None = None) -> dict[str, Text | str]:
    """What a page shows beside its control: the one the error names, else `place`.

    Raises the error again when it names neither, or is none a page can show (not 409 or 422).
    """
    pointer = error.pointers[0] if error.pointers else place
    if pointer is None or error.status not in (409, 422):
        raise error
    return {pointer: error.message}
