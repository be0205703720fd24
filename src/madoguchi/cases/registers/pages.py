"""Public pages of registers: the list, one register on a day, one registration with its history."""

import csv
import io
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.queries import (
    MOST_EXPORTED,
    Column,
    RegisterQuery,
    columns_of,
    entries_on,
    heading_of,
    readable,
    registers_on,
    versions_of,
)
from madoguchi.cases.registers.values import plain, shown
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where, current_actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.language import Text, pick
from madoguchi.web.paging import make_cursor, read_cursor

router = APIRouter(include_in_schema=False)
Anyone = Annotated[Actor, Depends(current_actor)]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get("/registers")
async def registers(request: Request, actor: Anyone) -> Response:
    """Every register."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await registers_on(session, jst_date(state.clock()))
    page: Response = state.pages.render(request, "cases/registers/list.html", registers=found)
    return page


@router.get("/registers/{name}")
async def register(request: Request, name: str, actor: Anyone) -> Response:
    """The registrations in force on a day (?on=), searched (?q=), as a page, CSV or JSON."""
    state, params = request.app.state, request.query_params
    asked, faults = _asked(request, name)
    format = params.get("format")
    if format in ("csv", "json"):
        return await _export(request, actor, asked, format)
    async with state.database.reading() as session:
        title, columns = await heading_of(session, name)
        rows = await entries_on(session, asked)
    agencies = agencies_where(actor)
    items, more = rows[: asked.limit], len(rows) > asked.limit
    seen = [c for c in columns if c.public or any(r.agency_id in agencies for r in items)]
    page: Response = state.pages.render(
        request,
        "cases/registers/register.html",
        wide=True,
        register_name=name,
        title=title,
        columns=seen,
        lines=[_line(request, row, seen, agencies) for row in items],
        query=asked,
        kept={key: params[key] for key in ("q", "on") if params.get(key)},
        errors=faults,
        next=_next(request, asked, items[-1]) if more else None,
    )
    return page


@router.get("/registers/{name}/{number:path}")
async def entry(request: Request, name: str, number: str, actor: Anyone) -> Response:
    """One registration: what it says now and what it said before."""
    state = request.app.state
    today = jst_date(state.clock())
    async with state.database.reading() as session:
        versions = await versions_of(session, name, number)
        agency = await identity.agency(session, versions[0].agency_id)
    agencies = agencies_where(actor)
    columns = columns_of(versions[0].labels)
    now = next((v for v in versions if _covers(v, today)), None)
    language = request.state.language
    page: Response = state.pages.render(
        request,
        "cases/registers/entry.html",
        register_name=name,
        title=versions[0].labels.get("title") or {"ja": name},
        number=versions[0].number,
        holder=versions[0].organisation_name,
        agency=dict(agency.name),
        standing=standing_of(now, versions, today),
        versions=[
            {
                "from": version.valid_from,
                "to": version.valid_to,
                "status": version.status,
                "recorded": version.recorded_at,
                "now": version is now,
                "rows": _rows(version, columns, agencies, language),
            }
            for version in versions
        ],
        official=versions[0].agency_id in agencies,
        case_id=versions[0].case_id if versions[0].agency_id in agencies else None,
    )
    return page


def standing_of(now: RegisterEntry | None, versions: list[RegisterEntry], today: date) -> str:
    """valid | closed | expired | coming: how a registration stands today."""
    if now is not None:
        return now.status
    return "coming" if all(version.valid_from > today for version in versions) else "expired"


def _covers(row: RegisterEntry, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)


def _rows(
    row: RegisterEntry, columns: list[Column], agencies: frozenset[str], language: str
) -> list[tuple[Text, str]]:
    values = readable(row, columns, agencies)
    return [
        (column.label, shown(values[column.name], language))
        for column in columns
        if column.name in values
    ]


def _line(
    request: Request, row: RegisterEntry, columns: list[Column], agencies: frozenset[str]
) -> dict[str, Any]:
    values = readable(row, columns, agencies)
    language = request.state.language
    return {
        "number": row.number,
        "holder": row.organisation_name,
        "values": {name: shown(value, language) for name, value in values.items()},
        "valid_to": row.valid_to,
    }


def _asked(request: Request, name: str) -> tuple[RegisterQuery, list[dict[str, Any]]]:
    """What the address asks for; a day that cannot be read is reported and today taken."""
    params, faults = request.query_params, []
    on = jst_date(request.app.state.clock())
    typed = (params.get("on") or "").strip()[:40]
    if typed:
        try:
            on = parse_date(typed)
        except JapaneseInputError as error:
            faults.append({"name": "on", "text": error.message})
    cursor = params.get("cursor")
    secret = request.app.state.settings.secret_key
    values = read_cursor(secret, f"register:{name}", cursor) if cursor else None
    return RegisterQuery(name, on, (params.get("q") or "").strip()[:100], values), faults


def _next(request: Request, asked: RegisterQuery, last: RegisterEntry) -> str:
    secret = request.app.state.settings.secret_key
    cursor = make_cursor(secret, f"register:{asked.register}", [last.number, last.id])
    kept = {"q": asked.text, "on": asked.on.isoformat(), "cursor": cursor}
    return f"/registers/{asked.register}?" + urlencode({k: v for k, v in kept.items() if v})


async def _export(request: Request, actor: Actor, asked: RegisterQuery, format: str) -> Response:
    """All rows the search finds, as open data; officials too get the public columns only."""
    everything = RegisterQuery(asked.register, asked.on, asked.text, None, MOST_EXPORTED)
    async with request.app.state.database.reading() as session:
        title, columns = await heading_of(session, asked.register)
        rows = (await entries_on(session, everything))[:MOST_EXPORTED]
    public = [column for column in columns if column.public]
    name = f"{asked.register}-{asked.on}.{format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format == "json":
        content = {
            "register": asked.register,
            "title": title,
            "on": asked.on.isoformat(),
            "columns": [{"name": c.name, "label": c.label} for c in public],
            "entries": [as_open_data(row, public) for row in rows],
        }
        return JSONResponse(content, headers=headers)
    return Response(
        _csv(rows, public, request.state.language),
        media_type="text/csv; charset=utf-8",
        headers=headers,
    )


def as_open_data(row: RegisterEntry, public: list[Column]) -> dict[str, Any]:
    """One registration with its public columns as plain JSON."""
    return {
        "number": row.number,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        **{column.name: plain(row.public.get(column.name)) for column in public},
    }


def _csv(rows: Any, public: list[Column], language: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    heads = {"ja": ("登録番号", "有効期間の初日"), "en": ("number", "valid from")}
    first = heads.get(language, heads["ja"])
    writer.writerow([*first, *(pick(column.label, language) for column in public)])
    for row in rows:
        values = (shown(row.public.get(column.name), language) for column in public)
        writer.writerow([_cell(v) for v in (row.number, row.valid_from.isoformat(), *values)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(text: str) -> str:
    """A cell no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
