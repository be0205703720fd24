"""The catalogue's pages: search, ways in, the page of a procedure, the download of a result."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from madoguchi.procedures.carrying import carried, carried_number
from madoguchi.procedures.catalogue import asking, service, views
from madoguchi.procedures.catalogue.download import csv_response

router = APIRouter(include_in_schema=False)


@router.get("/procedures")
async def search_page(request: Request) -> HTMLResponse:
    """Search with filters; works as a plain form."""
    state = request.app.state
    query = asking.read_query(request.query_params.multi_items())
    place = asking.read_place(state.settings.secret_key, request.query_params.get("cursor"))
    async with state.database.reading() as session:
        listing = await service.search_page(session, query, after=place)
        brought = await carried(session, query.carried)
        edition = await service.edition(session)
    following = (
        asking.write_place(state.settings.secret_key, listing.after) if listing.after else None
    )
    response: HTMLResponse = state.pages.render(
        request,
        "catalogue/search.html",
        query=query,
        carried=brought,
        listing=listing,
        edition=edition,
        facets=views.facets(query, listing.counts),
        chosen=views.chosen(query),
        first=asking.address_of(query) if place else None,
        following=asking.address_of(query, cursor=following) if following else None,
        unfiltered=asking.address_of(service.Query(query.text, carried=query.carried)),
        download=asking.address_of(query, "/procedures.csv"),
    )
    return response


@router.get("/procedures/browse")
async def browse_page(request: Request) -> HTMLResponse:
    """Ways in: ministries, life events, professions."""
    state = request.app.state
    async with state.database.reading() as session:
        counts = await service.tallies(session)
        number = carried_number(request.query_params)
        brought = await carried(session, number)
    response: HTMLResponse = state.pages.render(
        request, "catalogue/browse.html", ways=views.browse(counts, number), carried=brought
    )
    return response


@router.get("/procedures.csv")
async def download(request: Request) -> Response:
    """Every result of a search as CSV."""
    query = asking.read_query(request.query_params.multi_items())
    return csv_response(request.app.state.database, query, request.state.language)


@router.get("/procedures/c/{entry_id}")
async def entry_page(request: Request, entry_id: str) -> HTMLResponse:
    """What is known of one procedure, and how to file it."""
    state = request.app.state
    async with state.database.reading() as session:
        row = await service.entry(session, entry_id)
        serving = await service.procedure_serving(session, entry_id)
        brought = await carried(session, carried_number(request.query_params))
    response: HTMLResponse = state.pages.render(
        request,
        "catalogue/entry.html",
        entry=views.entry(row),
        procedure_id=serving,
        carried=brought,
    )
    return response
