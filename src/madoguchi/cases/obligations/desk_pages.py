"""The officials' pages of duties: who has filed and who is late, deadlines, excuses, demands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.pages.shared import FORM_BYTES, Official
from madoguchi.cases.errors import CaseError
from madoguchi.cases.obligations.demanding import demand
from madoguchi.cases.obligations.duties import duties_on
from madoguchi.cases.obligations.models import Obligation
from madoguchi.cases.obligations.overriding import Move, at_desk, excuse, move_deadline
from madoguchi.cases.obligations.queries import STANDINGS, DueQuery, counts, duties_at_desk
from madoguchi.cases.obligations.showing import line
from madoguchi.cases.registers.letters import letters_about
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, agencies_where
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.language import Text
from madoguchi.procedures.periods import in_words
from madoguchi.procedures.service import Obligation as Duty
from madoguchi.web.forms import form_of
from madoguchi.web.paging import make_cursor, read_cursor
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
PATH, LIST = "/desk/obligations", "desk:obligations"
_FILTERS = ("duty", "period", "standing", "agency", "q")


@router.get("/desk/obligations")
async def obligations(request: Request, actor: Official) -> Response:
    """How each duty stands, and the duties themselves by filters."""
    state, today = request.app.state, jst_date(request.app.state.clock())
    asked, agencies = query_of(request), agencies_where(actor)
    async with state.database.reading() as session:
        duties = await _duties(session, today)
        sums = await counts(session, agencies, today)
        rows = await duties_at_desk(session, agencies, asked, today)
    items = rows[: asked.limit]
    shipped = identity.shipped_agencies()
    page: Response = state.pages.render(
        request,
        "cases/obligations/desk.html",
        wide=True,
        query=asked,
        sums=[_sum(duties, item) for item in sums],
        lines=[line(duties, row, today) for row in items],
        standings=STANDINGS,
        duty_options=[(id, duty.spec.title) for id, duty in sorted(duties.items())],
        agency_options=[(id, item.name) for id, item in shipped.items() if id in agencies],
        next=_next(request, items[-1]) if len(rows) > asked.limit else None,
    )
    return page


@router.post("/desk/obligations/demand")
async def demand_many(request: Request, actor: Official) -> Response:
    """Demand the ticked duties that are overdue."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        ids, back = form.values("duty"), identity.safe_return(form.value("return", PATH))
    async with state.database.session() as session:
        done = await demand(session, actor, ids, state.clock)
        await session.commit()
    key = "demanded" if done else "none_demanded"
    _flash(request, key, "success" if done else "warning", count=len(done))
    return RedirectResponse(back, 303)


@router.get("/desk/obligations/deadline")
async def deadline_form(request: Request, actor: Official) -> Response:
    """The form to move a deadline for an office, or for everyone."""
    return await _deadline_page(request, actor, dict(request.query_params), None)


@router.post("/desk/obligations/deadline")
async def deadline(request: Request, actor: Official) -> Response:
    """Move the deadline of a duty and period for an office, or for everyone."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        typed = {
            name: form.value(name) for name in ("duty", "period", "agency", "due_on", "reason")
        }
    try:
        move = Move(
            typed["duty"],
            typed["period"],
            _day(typed["due_on"]),
            typed["reason"],
            typed["agency"] or None,
        )
        async with state.database.session() as session:
            await move_deadline(session, actor, move, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await _deadline_page(request, actor, typed, error)
    _flash(request, "moved")
    query = urlencode({"duty": typed["duty"], "period": typed["period"]})
    return RedirectResponse(f"{PATH}?{query}", 303)


@router.get("/desk/obligations/{obligation_id}")
async def obligation(request: Request, obligation_id: str, actor: Official) -> Response:
    """One duty with what officials may do about it."""
    return await _duty_page(request, actor, obligation_id, {}, None)


@router.post("/desk/obligations/{obligation_id}/{act}")
async def change(request: Request, obligation_id: str, act: str, actor: Official) -> Response:
    """Excuse one duty, or move its deadline."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        typed = {name: form.value(name) for name in ("due_on", "reason")}
    try:
        async with state.database.session() as session:
            if act == "excuse":
                await excuse(session, actor, obligation_id, typed["reason"], state.clock)
            else:
                found = await at_desk(session, actor, obligation_id)
                move = Move(
                    found.duty,
                    found.period,
                    _day(typed["due_on"]),
                    typed["reason"],
                    entry_id=found.entry_id,
                )
                await move_deadline(session, actor, move, state.clock)
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await _duty_page(request, actor, obligation_id, {**typed, "act": act}, error)
    _flash(request, "excused" if act == "excuse" else "moved")
    return RedirectResponse(f"{PATH}/{obligation_id}", 303)


def query_of(request: Request) -> DueQuery:
    """What the address asks for. CursorError 400."""
    params = request.query_params
    standing = params.get("standing")
    asked = DueQuery(
        duty=(params.get("duty") or "")[:130] or None,
        period=(params.get("period") or "").strip()[:20] or None,
        standing=standing if standing in STANDINGS else None,
        agency_id=(params.get("agency") or "")[:64] or None,
        text=(params.get("q") or "").strip()[:100],
    )
    cursor = params.get("cursor")
    if not cursor:
        return asked
    return replace(asked, cursor=read_cursor(request.app.state.settings.secret_key, LIST, cursor))


async def _duty_page(
    request: Request,
    actor: Actor,
    obligation_id: str,
    typed: Mapping[str, str],
    error: DomainError | None,
) -> Response:
    state, today = request.app.state, jst_date(request.app.state.clock())
    async with state.database.session() as session:
        found = await at_desk(session, actor, obligation_id)
        duties = await _duties(session, today)
        letters = await letters_about(session, f"obligation:{found.id}")
    page: Response = state.pages.render(
        request,
        "cases/obligations/duty.html",
        status=422 if error else 200,
        line=line(duties, found, today),
        letters=letters,
        typed={**dict.fromkeys(("act", "due_on", "reason"), ""), **typed},
        may_decide=_decides(actor, found.agency_id),
        errors=_errors(error),
    )
    return page


async def _deadline_page(
    request: Request, actor: Actor, typed: Mapping[str, str], error: DomainError | None
) -> Response:
    state, today = request.app.state, jst_date(request.app.state.clock())
    async with state.database.reading() as session:
        duties = await _duties(session, today)
    duty = duties.get(typed.get("duty", ""))
    offices = [
        (id, item.name) for id, item in identity.shipped_agencies().items() if _decides(actor, id)
    ]
    page: Response = state.pages.render(
        request,
        "cases/obligations/deadline.html",
        status=422 if error else 200,
        duty=duty,
        duty_id=typed.get("duty", ""),
        period=typed.get("period", ""),
        typed={**dict.fromkeys(("agency", "due_on", "reason"), ""), **typed},
        everywhere=duty is not None
        and bool(duty.spec.ministry)
        and _decides(actor, duty.spec.ministry),
        agency_options=offices,
        errors=_errors(error),
    )
    return page


def _decides(actor: Actor, agency_id: str | None) -> bool:
    return bool(agency_id) and any(
        identity.may(actor, role, str(agency_id)) for role in ("approver", "manager")
    )


async def _duties(session: AsyncSession, today: date) -> dict[str, Duty]:
    return {id: duty for id, (duty, _) in (await duties_on(session, today)).items()}


def _sum(duties: Mapping[str, Duty], item: Any) -> dict[str, Any]:
    duty = duties.get(item.duty)
    kind = duty.spec.period if duty is not None else ""
    title: Text = dict(duty.spec.title) if duty is not None else {"ja": item.duty}
    period = {language: in_words(kind, item.period, language) for language in ("ja", "en")}
    address = PATH + "?" + urlencode({"duty": item.duty, "period": item.period})
    return {**vars(item), "title": title, "words": period, "href": address}


def _next(request: Request, last: Obligation) -> str:
    params = request.query_params
    kept = {name: params[name] for name in _FILTERS if params.get(name)}
    secret = request.app.state.settings.secret_key
    cursor = make_cursor(secret, LIST, [last.due_on, last.id])
    return f"{PATH}?" + urlencode({**kept, "cursor": cursor})


def _errors(error: DomainError | None) -> list[dict[str, Any]]:
    if error is None:
        return []
    pointers = getattr(error, "pointers", ()) or ("/due_on",)
    return [{"name": pointers[0].strip("/"), "text": error.message}]


def _day(typed: str) -> date:
    try:
        return parse_date(typed)
    except JapaneseInputError as error:
        raise CaseError("no-day", 422, error.message, pointers=("/due_on",)) from error


def _flash(request: Request, key: str, tone: str = "success", **values: object) -> None:
    texts = request.app.state.texts
    said = {
        language: texts.t(f"cases.obligations.{key}", language, **values)
        for language in ("ja", "en")
    }
    flash(request, said, tone)
