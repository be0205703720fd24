"""The pages of corporations (法人をさがす・法人のページ): public, without scripts, in both languages."""

import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import JapaneseInputError, parse_corporate_number, parse_date
from madoguchi.registry.activities.kinds import KINDS as ACTIVITIES
from madoguchi.registry.activities.queries import counts, details, of_number
from madoguchi.registry.addresses.service import middle_of_town
from madoguchi.registry.corporations import queries
from madoguchi.registry.corporations.codes import CLOSE_CAUSES, DELETED, KINDS, STATUS_NAMES
from madoguchi.registry.errors import RegistryError, unknown_corporation
from madoguchi.registry.viewing import acts, asking, beside, mapping, words
from madoguchi.registry.viewing.csv_file import csv_lines
from madoguchi.registry.viewing.describing import json_ld
from madoguchi.registry.viewing.errors import unknown_kind
from madoguchi.registry.viewing.finding import listing_of
from madoguchi.registry.viewing.past import events

router = APIRouter(prefix="/corporations", include_in_schema=False)
MOST_COMPARED = 4
LONGEST = 100
LIKE_A_NUMBER = 10  # digits: an address has fewer


@router.get("")
async def search_page(request: Request) -> HTMLResponse:
    """Find corporations by name, number or address, with filters; works as a plain form."""
    asked = asking.read_asked(request.query_params.multi_items())
    listing, fault = None, None
    if not asking.is_empty(asked):
        try:
            async with request.app.state.database.reading() as session:
                listing = await listing_of(session, asked)
        except RegistryError as error:
            fault = error
    following = listing.found.after if listing is not None else ""
    return _render(
        request,
        "search.html",
        status=fault.status if fault is not None else 200,
        asked=asked,
        listing=listing,
        fault=fault,
        number_fault=_number_fault(asked.text),
        errors=[{"name": "q", "text": fault.message}] if fault is not None else [],
        following=asking.address_of(asked, following) if following else None,
        first=asking.address_of(asked) if asked.after else None,
        unfiltered=asking.address_of(asking.unfiltered(asked)),
        prefectures=asking.PREFECTURE_CODES,
        most=MOST_COMPARED,
    )


@router.get("/compare")
async def compare_page(request: Request) -> HTMLResponse:
    """Up to four corporations beside each other."""
    given = [text[:LONGEST] for text in request.query_params.getlist("number") if text.strip()]
    typed = given[:MOST_COMPARED]
    numbers, faults = _numbers(typed)
    async with request.app.state.database.reading() as session:
        found = await beside.compared(session, numbers)
    return _render(
        request,
        "compare.html",
        status=422 if faults else 200,
        found=found,
        typed=typed,
        left_out=len(given) - len(typed),
        faults=faults,
        errors=[{"name": f"number-{place}", "text": text} for place, text in faults.items()],
        most=MOST_COMPARED,
    )


@router.get("/{number}")
async def corporation_page(request: Request, number: str) -> Response:
    """What is known of a corporation, each with source and day; with `on`, as it was on a day."""
    number = parse_corporate_number(number[:LONGEST])
    if number != request.path_params["number"]:
        return RedirectResponse(f"/corporations/{number}", 308)
    state = request.app.state
    async with state.database.reading() as session:
        past = await queries.history(session, number)
        if not past:
            raise unknown_corporation()
        record = past[0].record
        if record.process == DELETED:
            return _render(request, "withdrawn.html", record=record)
        known = (await counts(session, [number]))[number]
        context: dict[str, Any] = {
            "facts": beside.facts(await details(session, number)),
            "known": known,
            "some": {
                kind: await acts.newest(session, number, kind)
                for kind in ACTIVITIES
                if known.get(kind)
            },
            "years": await acts.years_of(session, number),
            "place": await middle_of_town(session, record.prefecture, record.city, record.street),
            "successor": await beside.successor_of(session, record),
            "predecessors": await beside.predecessors_of(session, number),
        }
    typed = (request.query_params.get("on") or "")[:LONGEST]
    on, fault = _day(typed, jst_date(state.clock()))
    then = queries.as_of(past, on, jst_date(state.clock())) if on is not None else None
    if on is not None and then is None:
        fault = {
            "ja": "この日には、まだ記録がありません。",
            "en": "There is no record of that day yet.",
        }
    address = f"{state.settings.address}/corporations/{number}"
    tiles = state.settings.map_tiles
    drawn = _map(tiles, request.query_params.get("zoom", ""), context["place"])
    page = _render(
        request,
        "corporation.html",
        status=422 if fault else 200,
        map=drawn,
        tiles=tiles,
        record=record,
        shown=then or record,
        on=on if then is not None else None,
        typed=typed,
        fault=fault,
        errors=[{"name": "on", "text": fault}] if fault else [],
        events=events(past),
        described=None if record.hidden else json_ld(record, address),
        **context,
    )
    if drawn is not None:
        page.headers["Content-Security-Policy"] = mapping.policy(tiles)
    return page


def _map(tiles: str, zoom: str, place: tuple[str, Decimal, Decimal] | None) -> mapping.Map | None:
    """The map that was asked for: nobody's browser fetches tiles before."""
    if place is None or tiles == "none" or zoom not in map(str, mapping.ZOOMS):
        return None
    return mapping.map_of(*place[1:], int(zoom), tiles)


@router.get("/{number}/activities.csv")
async def activities_file(request: Request, number: str) -> Response:
    """All its activities as a CSV."""
    number = parse_corporate_number(number[:LONGEST])
    async with request.app.state.database.reading() as session:
        record = await queries.current(session, number)
        if record is None or record.process == DELETED:
            raise unknown_corporation()
        rows = await of_number(session, number)
    return Response(
        "".join(csv_lines(rows)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{number}.csv"'},
    )


@router.get("/{number}/activities/{kind}")
async def activities_page(request: Request, number: str, kind: str) -> HTMLResponse:
    """All activities of a kind, page by page."""
    number = parse_corporate_number(number[:LONGEST])
    if kind not in ACTIVITIES:
        raise unknown_kind()
    state = request.app.state
    cursor = request.query_params.get("cursor") or ""
    async with state.database.reading() as session:
        record = await queries.current(session, number)
        if record is None or record.process == DELETED:
            raise unknown_corporation()
        total = (await counts(session, [number]))[number].get(kind, 0)
        page = await acts.page_of_acts(
            session, number, kind, state.settings.secret_key, cursor[: acts.MANY * 20]
        )
    here = f"/corporations/{number}/activities/{kind}"
    return _render(
        request,
        "activities.html",
        record=record,
        kind=kind,
        rows=acts.shown(page.items),
        total=total,
        following=f"{here}?cursor={page.next}" if page.next else None,
        first=here if cursor else None,
    )


def _numbers(typed: list[str]) -> tuple[list[str], dict[int, Any]]:
    """The numbers that were typed, each once, and by place what is wrong with the others."""
    numbers: list[str] = []
    faults: dict[int, Any] = {}
    for place, text in enumerate(typed):
        try:
            numbers.append(parse_corporate_number(text))
        except JapaneseInputError as error:
            faults[place] = error.message
    return list(dict.fromkeys(numbers)), faults


def _number_fault(text: str) -> Any:
    """What is wrong with a number somebody seems to have typed; None where it was a name."""
    folded = unicodedata.normalize("NFKC", text)
    digits = [character for character in folded if character.isdigit()]
    if len(digits) < LIKE_A_NUMBER or len(digits) < len("".join(folded.split())) - 3:
        return None
    try:
        parse_corporate_number(text)
    except JapaneseInputError as error:
        return error.message
    return None


def _day(typed: str, today: date) -> tuple[date | None, Any]:
    if not typed.strip():
        return None, None
    try:
        return parse_date(typed), None
    except DomainError as error:
        return None, error.message


def _render(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    response: HTMLResponse = request.app.state.pages.render(
        request,
        f"viewing/{name}",
        status=status,
        activity_names=words.ACTIVITY_NAMES,
        status_names=STATUS_NAMES,
        detail_names=words.DETAIL_NAMES,
        kinds=KINDS,
        close_causes=CLOSE_CAUSES,
        english_address=words.english_address,
        **context,
    )
    return response
