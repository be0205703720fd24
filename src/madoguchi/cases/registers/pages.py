"""Public pages of registers: the list, one register on a day, one registration with its history."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from madoguchi.cases.exports.files import FORMATS, Format
from madoguchi.cases.ledgers.reading import has_ledger
from madoguchi.cases.models import RegisterEntry
from madoguchi.cases.registers.acts.queries import acts_waiting
from madoguchi.cases.registers.exporting import register_file
from madoguchi.cases.registers.labels import Column, columns_of
from madoguchi.cases.registers.queries import (
    RegisterQuery,
    coming,
    entries_on,
    heading_of,
    readable,
    registers_on,
    versions_of,
)
from madoguchi.cases.registers.service import span_of
from madoguchi.cases.registers.timeline import drawn
from madoguchi.cases.registers.values import brief, plain, shown
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where, current_actor
from madoguchi.kernel.clock import JST, as_utc, jst_date
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import start_of_day
from madoguchi.web.paging import make_cursor, read_cursor

router = APIRouter(include_in_schema=False)
Anyone = Annotated[Actor, Depends(current_actor)]


@router.get("/registers")
async def registers(request: Request, actor: Anyone) -> Response:
    """Every register."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await registers_on(session, jst_date(state.clock()))
        waits = await acts_waiting(session, agencies_where(actor))
    page: Response = state.pages.render(
        request, "cases/registers/list.html", registers=found, waiting=len(waits)
    )
    return page


@router.get("/registers/{name}")
async def register(request: Request, name: str, actor: Anyone) -> Response:
    """The registrations in force on a day (?on=), searched (?q=), as a page or a file (?format=)."""
    state, params = request.app.state, request.query_params
    asked, faults = _asked(request, name)
    format = FORMATS.get(params.get("format", ""))
    if format is not None:
        return await _export(request, asked, format)
    async with state.database.reading() as session:
        title, columns = await heading_of(session, name)
        rows = await entries_on(session, asked)
        later = await coming(session, asked) if asked.cursor is None and not asked.text else ()
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
        coming=[{"number": row.number, "from": row.valid_from} for row in later],
        query=asked,
        known=(params.get("known_at") or "").strip()[:40],
        kept={key: params[key] for key in ("q", "on", "known_at") if params.get(key)},
        errors=faults,
        wrong={fault["name"]: fault["text"] for fault in faults},
        next=_next(request, asked, items[-1]) if more else None,
    )
    return page


@router.get("/registers/{name}/{number:path}")
async def entry(request: Request, name: str, number: str, actor: Anyone) -> Response:
    """One registration: what it says now and what it said before, along time.

    ?on= asks for another day than today, ?known_at= for what was recorded at a moment.
    """
    state = request.app.state
    asked, faults = _asked(request, name)
    async with state.database.reading() as session:
        versions = await versions_of(session, name, number, asked.known_at)
        agency = await identity.agency(session, versions[0].agency_id)
        counted = await has_ledger(session, actor, versions[0].entry_id)
    agencies = agencies_where(actor)
    columns = columns_of(versions[0].labels)
    now = next((v for v in versions if _covers(v, asked.on)), None)
    shown_now = now or versions[0]
    language = request.state.language
    official = shown_now.agency_id in agencies
    page: Response = state.pages.render(
        request,
        "cases/registers/entry.html",
        register_name=name,
        title=versions[0].labels.get("title") or {"ja": name},
        number=shown_now.number,
        holder=shown_now.organisation_name,
        agency=dict(agency.name),
        standing=standing_of(now, versions, asked.on),
        drawing=drawn([span_of(version) for version in reversed(versions)], asked.on),
        versions=[
            {
                "from": version.valid_from,
                "to": version.valid_to,
                "status": version.status,
                "recorded": version.recorded_at,
                "holder": version.organisation_name,
                "now": version is now,
                "rows": _rows(version, columns, agencies, language),
            }
            for version in versions
        ],
        query=asked,
        errors=faults,
        wrong={fault["name"]: fault["text"] for fault in faults},
        official=official,
        entry_id=shown_now.entry_id if official else None,
        ledger=shown_now.entry_id if counted else None,
        case_id=shown_now.case_id if official else None,
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
        (column.label, shown(values[column.name], language, column.words))
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
        "values": {
            column.name: brief(values[column.name], language, column.words)
            for column in columns
            if column.name in values
        },
        "valid_to": row.valid_to,
        "status": row.status,
    }


def _asked(request: Request, name: str) -> tuple[RegisterQuery, list[dict[str, Any]]]:
    """What the address asks for; a day that cannot be read is reported and today taken."""
    params, faults = request.query_params, []
    on, known_at = jst_date(request.app.state.clock()), None
    typed = (params.get("on") or "").strip()[:40]
    if typed:
        try:
            on = parse_date(typed)
        except JapaneseInputError as error:
            faults.append({"name": "on", "text": error.message})
    moment = (params.get("known_at") or "").strip()[:40]
    if moment:
        known_at = moment_of(moment)
        if known_at is None:
            text = request.app.state.texts.text("cases.registers.known_wrong")
            faults.append({"name": "known_at", "text": text})
    cursor = params.get("cursor")
    secret = request.app.state.settings.secret_key
    values = read_cursor(secret, f"register:{name}", cursor) if cursor else None
    words = (params.get("q") or "").strip()[:100]
    return RegisterQuery(name, on, words, values, known_at=known_at), faults


def moment_of(typed: str) -> datetime | None:
    """A moment as people type it: a day (its end in Japan), a day and a time, or ISO 8601."""
    try:
        found = datetime.fromisoformat(typed)
        if len(typed) > len("2026-06-01"):
            return as_utc(found if found.tzinfo else found.replace(tzinfo=JST))
    except (ValueError, OverflowError):
        pass
    try:
        return start_of_day(parse_date(typed) + timedelta(days=1))
    except (JapaneseInputError, OverflowError):
        return None


def _next(request: Request, asked: RegisterQuery, last: RegisterEntry) -> str:
    secret = request.app.state.settings.secret_key
    cursor = make_cursor(secret, f"register:{asked.register}", [last.number, last.id])
    known = asked.known_at.isoformat() if asked.known_at else ""
    kept = {"q": asked.text, "on": asked.on.isoformat(), "known_at": known, "cursor": cursor}
    return f"/registers/{asked.register}?" + urlencode({k: v for k, v in kept.items() if v})


async def _export(request: Request, asked: RegisterQuery, format: Format) -> Response:
    """All rows the search finds, as open data; officials too get the public columns only."""
    database = request.app.state.database
    async with database.reading() as session:
        await heading_of(session, asked.register)  # 404 before the answer begins
    name = f"{asked.register}-{asked.on}.{format.name}"
    return StreamingResponse(
        register_file(database, asked, format, request.state.language),
        media_type=format.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def as_open_data(row: RegisterEntry, public: list[Column]) -> dict[str, Any]:
    """One registration with its public columns as plain JSON."""
    return {
        "number": row.number,
        "status": row.status,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        **{column.name: plain(row.public.get(column.name)) for column in public},
    }
