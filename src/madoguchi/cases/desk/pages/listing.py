"""The work tray: tabs, filters, order, pages, and assigning from the list."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk import tray as trays
from madoguchi.cases.desk.administering import ADMINISTRATOR
from madoguchi.cases.desk.assigning import assign, colleagues
from madoguchi.cases.desk.clock import PAUSE, standing
from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official, clock_line, state_tag
from madoguchi.cases.desk.rebasing import APPROVER
from madoguchi.cases.desk.routing import to_review, turn_labels
from madoguchi.cases.desk.tray import CaseRow, TrayQuery
from madoguchi.cases.opinions.queries import open_count
from madoguchi.cases.timers import is_late
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where, safe_return
from madoguchi.kernel.clock import jst_date
from madoguchi.messages.service import cases_waiting_for_answer
from madoguchi.procedures import service as procedures
from madoguchi.web.forms import form_of
from madoguchi.web.paging import make_cursor, read_cursor
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
_FILTERS = ("tab", "procedure", "state", "agency", "q", "sort")


@router.get("/desk")
async def tray(request: Request, actor: Official) -> Response:
    """The cases of the agencies this official covers."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    asked = query_of(request)
    agencies = agencies_where(actor)
    async with state.database.reading() as session:
        counts = await trays.counts(session, actor.id, agencies, today)
        if not {*_FILTERS, "cursor"} & set(request.query_params):
            asked = replace(asked, tab=first_tab(actor, counts))
        found = await trays.tray(session, actor.id, agencies, asked, today)
        opinions = await open_count(session, actor)
        reviews = await to_review(session, actor)
        lines = await _lines(request, session, found.rows, state.clock())
        people = await _people(session, found.rows, agencies, jst_date(request.app.state.clock()))
        choices = await _choices(session, asked, agencies)
    page: Response = state.pages.render(
        request,
        "cases/desk/tray.html",
        wide=True,
        query=asked,
        kept=_kept(request),
        tabs=[
            {"key": tab, "count": _count(counts.get(tab)), "href": _href(request, tab)}
            for tab in trays.TABS
        ],
        lines=lines,
        is_administrator=bool(agencies_where(actor, ADMINISTRATOR)),
        is_proofing=bool(agencies_where(actor, "proofing")),
        people=people,
        opinions=opinions,
        reviews=reviews,
        next=_next(request, asked, found.next),
        **choices,
    )
    return page


@router.post("/desk/assign")
async def assign_many(request: Request, actor: Official) -> Response:
    """Give the ticked cases to a colleague, or take one oneself."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        taken = form.value("take")
        ids = [taken] if taken else form.values("case")
        to = actor.id if taken else form.value("assignee")
        back = safe_return(form.value("return", "/desk"))
    if not ids or not to:
        missing = "cases.desk.assign.no_case" if not ids else "cases.desk.assign.no_person"
        flash(request, state.texts.text(missing), "warning")
        return RedirectResponse(back, 303)
    async with state.database.session() as session:
        done = await assign(session, actor, ids, None if to == "nobody" else to, state.clock)
        await session.commit()
    text = {
        language: state.texts.t("cases.desk.assign.done", language, count=len(done))
        for language in ("ja", "en")
    }
    flash(request, text)
    return RedirectResponse(back, 303)


def first_tab(actor: Actor, counts: Mapping[str, int]) -> str:
    """Where an official's day begins: their own cases, what they approve, what nobody has taken."""
    approves = any(role == APPROVER for _, role in actor.grants)
    ways = [trays.MINE, *([trays.APPROVAL] if approves else []), trays.UNASSIGNED, trays.OPEN]
    return next((tab for tab in ways if counts.get(tab)), trays.MINE)


def query_of(request: Request) -> TrayQuery:
    """What the address asks for; unknown tabs and orders fall back. CursorError 400."""
    params = request.query_params
    tab = params.get("tab", trays.MINE)
    asked = TrayQuery(
        tab=tab if tab in trays.TABS else trays.MINE,
        procedure_id=_short(params.get("procedure")),
        state=_short(params.get("state")),
        agency_id=_short(params.get("agency")),
        text=(params.get("q") or "").strip()[:100],
        sort=params.get("sort"),
    )
    cursor = params.get("cursor")
    if not cursor:
        return asked
    secret = request.app.state.settings.secret_key
    values = read_cursor(secret, _list_name(asked), cursor)
    return TrayQuery(**{**vars(asked), "cursor": values})


def _short(value: str | None) -> str | None:
    return value.strip()[:64] or None if value else None


def _list_name(asked: TrayQuery) -> str:
    return f"desk:{asked.tab}:{asked.order}"


def _kept(request: Request) -> dict[str, str]:
    params = request.query_params
    return {name: params[name] for name in _FILTERS if params.get(name)}


def _href(request: Request, tab: str) -> str:
    """The address of a tab: the filters stay, state, order and page are the tab's own."""
    kept = {n: v for n, v in _kept(request).items() if n not in ("tab", "state", "sort")}
    return "/desk?" + urlencode({"tab": tab, **kept})


def _next(request: Request, asked: TrayQuery, values: Sequence[Any] | None) -> str | None:
    if values is None:
        return None
    cursor = make_cursor(request.app.state.settings.secret_key, _list_name(asked), values)
    return "/desk?" + urlencode({**_kept(request), "tab": asked.tab, "cursor": cursor})


def _count(count: int | None) -> str | None:
    if count is None:
        return None
    return f"{trays.COUNTED - 1}+" if count >= trays.COUNTED else str(count)


async def _lines(
    request: Request, session: AsyncSession, rows: Sequence[CaseRow], now: datetime
) -> list[dict[str, Any]]:
    names = await identity.people_named(session, [r.assignee_id for r in rows if r.assignee_id])
    unread = await cases_waiting_for_answer(session, [row.id for row in rows])
    agencies = identity.shipped_agencies()
    lines = []
    today = jst_date(now)
    for row in rows:
        package = await procedures.package(session, row.digest)
        state = package.machine.states[row.state]
        stands = standing(
            stage=row.stage,
            clock=PAUSE if row.paused_since else state.clock,
            due=row.due_on,
            paused_since=jst_date(row.paused_since) if row.paused_since else None,
            today=today,
        )
        agency = agencies.get(row.agency_id)
        lines.append(
            {
                "id": row.id,
                "number": row.arrival_number,
                "arrived": row.arrived_at,
                "title": row.title,
                "applicant": row.organisation_name or row.filer_name,
                "agency": agency.name if agency else {"ja": row.agency_id},
                "state": state_tag(state.label, row.stage, row.outcome),
                "clock": clock_line(request, stands),
                "decided": row.decided_at,
                "assignee": names.get(row.assignee_id or ""),
                "unread": row.id in unread,
                "late": row.late,
                "turn": turn_labels(package.machine, row.turn),
                "overdue": is_late(row.act_by, now),
            }
        )
    return lines


async def _people(
    session: AsyncSession, rows: Sequence[CaseRow], agencies: frozenset[str], today: date
) -> list[tuple[str, str]]:
    """Whom the cases on this page may be given to: those who can handle all of their agencies."""
    places = list(dict.fromkeys(row.agency_id for row in rows))[:5]
    common: dict[str, str] | None = None
    for place in places:
        people = {person.id: person.name for person in await colleagues(session, place, today)}
        common = people if common is None else {i: n for i, n in common.items() if i in people}
    return list((common or {}).items())


async def _choices(
    session: AsyncSession, asked: TrayQuery, agencies: frozenset[str]
) -> Mapping[str, Any]:
    """The options of the filters."""
    titles: dict[str, Any] = {}
    for version in await procedures.versions(session):
        titles.setdefault(version.procedure_id, version)
    states: list[tuple[str, Any]] = []
    chosen = titles.get(asked.procedure_id or "")
    if chosen is not None:
        package = await procedures.package(session, chosen.digest)
        states = [(s.name, s.label) for s in package.machine.states.values() if s.name != "draft"]
    shipped = identity.shipped_agencies()
    return {
        "procedure_options": [(id, version.title) for id, version in sorted(titles.items())],
        "state_options": states,
        "agency_options": [(id, item.name) for id, item in shipped.items() if id in agencies],
    }
