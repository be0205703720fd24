"""The list of inspections by tab, and the calendar of visits."""

from calendar import Calendar
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.inspections import opening, queries, rules
from madoguchi.cases.inspections.access import agencies_read
from madoguchi.cases.inspections.pages.planning import register_title
from madoguchi.cases.inspections.pages.shared import (
    FORM_BYTES,
    TONES,
    Reader,
    Typed,
    entered,
    shown,
)
from madoguchi.cases.inspections.programme import programmes
from madoguchi.cases.inspections.queries import Line, ListQuery
from madoguchi.identity.service import Actor
from madoguchi.kernel.calendar import is_open_day
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.web.forms import form_of
from madoguchi.web.paging import make_cursor, read_cursor
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 1)


@router.get("/desk/inspections")
async def inspections(request: Request, actor: Official) -> Response:
    """Inspections of one's agencies by tab; officials without a role in them are told so."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    asked = _asked(request)
    async with state.database.reading() as session:
        lines = await queries.listed(session, actor, asked, today)
        counts = await queries.counts(session, actor, today)
    items, more = lines[: asked.limit], len(lines) > asked.limit
    return shown(
        request,
        "inspections/list.html",
        wide=True,
        query=asked,
        counts=counts,
        tabs=list(queries.TABS),
        lines=items,
        tones=TONES,
        reads=bool(agencies_read(actor)),
        next=_next(request, asked, items[-1]) if more else None,
    )


@router.get("/desk/inspections/calendar")
async def calendar(request: Request, actor: Reader) -> Response:
    """The visits of a month (?month=2026-06)."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    month = _month(request.query_params.get("month"), today)
    async with state.database.reading() as session:
        lines = await queries.in_month(session, actor, month, today)
    by_day: dict[date, list[Line]] = {}
    for line in lines:
        by_day.setdefault(line.inspection.visit_on or month, []).append(line)
    weeks = Calendar(firstweekday=6).monthdatescalendar(month.year, month.month)
    return shown(
        request,
        "inspections/calendar.html",
        wide=True,
        month=month,
        previous=rules.add_months(month, -1) if month > _FIRST else None,
        following=rules.add_months(month, 1) if month < _LAST else None,
        weeks=[[_day(day, month, today, by_day) for day in week] for week in weeks],
        by_day=sorted(by_day.items()),
        tones=TONES,
    )


@router.get("/desk/inspections/new")
async def new(request: Request, actor: Reader) -> Response:
    """The form of an inspection outside the plan."""
    return await _new(request, actor, Typed(number=request.query_params.get("number", "")[:120]))


@router.post("/desk/inspections/new")
async def open_new(request: Request, actor: Reader) -> Response:
    """Begin an inspection outside the plan."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        given = entered(form)
    try:
        async with state.database.session() as session:
            made = await opening.open_special(session, actor, state.clock, given)
            await session.commit()
    except DomainError as error:
        return await _new(request, actor, given, error)
    flash(request, state.texts.text("inspections.new.done"))
    return RedirectResponse(f"/desk/inspections/{made.id}", 303)


async def _new(
    request: Request, actor: Actor, given: Typed, error: DomainError | None = None
) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        known = await programmes(session, jst_date(state.clock()))
    return shown(
        request,
        "inspections/new.html",
        error,
        registers=[(p.register, register_title(p)) for p in known],
        given=given,
    )


def _asked(request: Request) -> ListQuery:
    params = request.query_params
    tab = params.get("tab", "mine")
    tab = tab if tab in queries.TABS else "mine"
    cursor = params.get("cursor")
    secret = request.app.state.settings.secret_key
    values = read_cursor(secret, f"inspections:{tab}", cursor) if cursor else None
    return ListQuery(tab, (params.get("q") or "").strip()[:100], values)


def _next(request: Request, asked: ListQuery, last: Line) -> str:
    secret = request.app.state.settings.secret_key
    cursor = make_cursor(secret, f"inspections:{asked.tab}", queries.sort_key(last.inspection))
    kept = {"tab": asked.tab, "q": asked.text, "cursor": cursor}
    return "/desk/inspections?" + urlencode({k: v for k, v in kept.items() if v})


def _month(typed: str | None, today: date) -> date:
    try:
        month = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return today.replace(day=1)
    return month if _FIRST <= month <= _LAST else today.replace(day=1)


def _day(day: date, month: date, today: date, by_day: dict[date, list[Line]]) -> dict[str, Any]:
    return {
        "day": day,
        "here": day.month == month.month,
        "today": day == today,
        "closed": not is_open_day(day),
        "lines": by_day.get(day, []),
    }
