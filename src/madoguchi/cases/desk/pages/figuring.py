"""The overview of an office: charts, each with its table, and the same numbers as CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from madoguchi.cases.desk.figures import Figures, Span, figures
from madoguchi.cases.desk.pages.shared import Official, texts
from madoguchi.cases.errors import case_error
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.csv_text import harmless
from madoguchi.kernel.japanese import JapaneseInputError, fiscal_year_of, parse_date
from madoguchi.kernel.language import pick
from madoguchi.procedures import service as procedures

router = APIRouter(include_in_schema=False)
TABLES = ("states", "ages", "months", "paces", "questions")


@router.get("/desk/manager")
async def overview(request: Request, actor: Official) -> Response:
    """The overview of the agencies this official manages, or else works at."""
    state = request.app.state
    today = jst_date(state.clock())
    agencies, chosen = _agencies(request, actor)
    span, faults = _span(request, today)
    async with state.database.reading() as session:
        found = await figures(session, chosen, span, today)
        titles: dict[str, Any] = {}
        for version in await procedures.versions(session):
            titles.setdefault(version.procedure_id, version.title)
    shipped = identity.shipped_agencies()
    page: Response = state.pages.render(
        request,
        "cases/desk/manager.html",
        records=any(role in ("records", "manager") for _, role in actor.grants),
        accountant=any(role in ("accountant", "manager") for _, role in actor.grants),
        wide=True,
        figures=found,
        span=span,
        errors=faults,
        agency_id=request.query_params.get("agency", ""),
        agency_options=[(id, item.name) for id, item in shipped.items() if id in agencies],
        procedure_options=sorted(titles.items()),
        tables=TABLES,
    )
    return page


@router.get("/desk/manager.csv")
async def download(request: Request, actor: Official) -> Response:
    """One table of the overview as CSV: ?table=states|ages|months|paces|questions."""
    state = request.app.state
    name = request.query_params.get("table", "states")
    if name not in TABLES:
        raise case_error("no-table", 404, "この表はありません。", "There is no such table.")
    today = jst_date(state.clock())
    _, chosen = _agencies(request, actor)
    span, _ = _span(request, today)
    async with state.database.reading() as session:
        found = await figures(session, chosen, span, today)
    rows = _table(request, name, found)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{span.first}-{span.last}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(as_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)


def as_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a mark that spreadsheets need; no cell becomes a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text if isinstance(value, int) else harmless(text)


def _agencies(request: Request, actor: Actor) -> tuple[frozenset[str], frozenset[str]]:
    """All agencies this person may look at, and those chosen."""
    allowed = agencies_where(actor, "manager") or agencies_where(actor)
    wanted = request.query_params.get("agency")
    return allowed, frozenset({wanted} & allowed) if wanted else allowed


def _span(request: Request, today: date) -> tuple[Span, list[dict[str, Any]]]:
    """The days asked for; this fiscal year so far by default. Faults for the error summary."""
    params, faults = request.query_params, []
    year = fiscal_year_of(today)
    days = {"from": date(year, 4, 1), "to": today}
    for name in days:
        typed = (params.get(name) or "").strip()
        if typed:
            try:
                days[name] = parse_date(typed[:40])
            except JapaneseInputError as error:
                faults.append({"name": name, "text": error.message})
    if days["from"] > days["to"]:
        faults.append({"name": "to", "text": request.app.state.texts.text("cases.desk.span.order")})
        days["to"] = days["from"]
    return Span(days["from"], days["to"], (params.get("procedure") or "")[:64] or None), faults


def _table(request: Request, name: str, found: Figures) -> list[list[object]]:
    t, language = texts(request), request.state.language
    head = [t(f"cases.desk.csv.{name}.{n}") for n in range(1, _WIDTHS[name] + 1)]
    body: list[list[object]]
    match name:
        case "states":
            body = [[pick(label, language), count] for label, count in found.states]
        case "ages":
            body = [[f"{low}-{high or ''}", count] for low, high, count in found.ages]
        case "months":
            body = [[f"{day:%Y-%m}", arrived, decided] for day, arrived, decided in found.months]
        case "paces":
            body = [
                [pick(p.title, language), p.decided, p.median, p.ninetieth, p.in_time, p.late]
                for p in found.paces
            ]
        case _:
            body = [
                [pick(q.title, language), pick(q.label, language), q.count, q.percent]
                for q in found.questions
            ]
    return [list(head), *body]


_WIDTHS = {"states": 2, "ages": 2, "months": 3, "paces": 6, "questions": 4}
