"""The page for queries (SPARQLで調べる): typed, or begun from an example; a plain form."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from madoguchi.registry.linked.asking import rows
from madoguchi.registry.linked.errors import LinkedError
from madoguchi.registry.linked.examples import EXAMPLES
from madoguchi.registry.linked.vocabulary import DATA, SHOWN, shortened

router = APIRouter(include_in_schema=False)
MOST_PAGES = 1_000


@router.get("/linked-data")
async def query_page(request: Request) -> HTMLResponse:
    """A query's answer, or why there is none, with what was typed; at first an example to ask."""
    state = request.app.state
    typed = request.query_params.get("query")
    query = (EXAMPLES[0][1] if typed is None else typed).replace("\r\n", "\n")
    page = _page(request.query_params.get("page", ""))
    found, fault = None, None
    if typed is not None:
        try:
            found = await rows(state.sparql, query, page)
        except LinkedError as error:
            fault = error
    response: HTMLResponse = state.pages.render(
        request,
        "linked/query.html",
        status=fault.status if fault else 200,
        query=query,
        found=found,
        fault=fault,
        page=page,
        examples=[
            (name, f"/linked-data?{urlencode({'query': example})}#f-query")
            for name, example in EXAMPLES
        ],
        address=state.settings.address,
        seconds=state.settings.sparql_seconds,
        data=DATA,
        shortened=shortened,
        prefixes=SHOWN,
    )
    if fault and fault.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def _page(text: str) -> int:
    """The page asked for; the first one for what is no number."""
    return min(max(int(text[:6]), 1), MOST_PAGES) if text.isascii() and text.isdigit() else 1
