"""Officials' pages: the disposal list (廃棄予定), one erasure, what is kept of a case and how long."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.desk.opening import case_at_desk
from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.errors import CaseError, case_error
from madoguchi.cases.retention import deciding
from madoguchi.cases.retention.access import agencies_of, erasure_for, looked_after
from madoguchi.cases.retention.deciding import Why, open_erasure
from madoguchi.cases.retention.due import kept, rule_of
from madoguchi.cases.retention.models import Erasure
from madoguchi.cases.retention.queries import VIEWS, Line, counts, erasures_of, lines
from madoguchi.identity.service import people_named
from madoguchi.kernel.japanese import JapaneseInputError, parse_date
from madoguchi.kernel.language import Text
from madoguchi.procedures import service as procedures
from madoguchi.procedures.package.retention_spec import period_text
from madoguchi.web.forms import form_of
from madoguchi.web.paging import make_cursor, read_cursor
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
FORM_BYTES = 100_000
SHOWN = 50
LIST = "desk:retention"
TONES = {
    "listed": "neutral", "held": "info", "proposed": "warning", "approved": "purple",
    "done": "success", "dropped": "neutral",
}  # fmt: skip


@router.get("/desk/retention")
async def show_list(request: Request, actor: Official) -> HTMLResponse:
    """The disposal list, in four views."""
    return await _list(request, actor, request.query_params.get("view", "listed"))


@router.post("/desk/retention")
async def act_on_list(request: Request, actor: Official) -> Response:
    """Propose, approve or reject those that are ticked, together or not at all."""
    looked_after(actor)
    async with form_of(request, FORM_BYTES) as form:
        chosen, do = form.values("erasure")[:SHOWN], form.value("do")
        typed = {name: form.value(f"/{name}") for name in ("reason", "basis")}
    view = "listed" if do == "propose" else "proposed"
    if not chosen:
        text = request.app.state.texts.text("retention.list.none_chosen")
        return await _list(request, actor, view, typed, ("erasure", text), chosen)
    state = request.app.state
    try:
        _known(do, "propose", "approve", "reject")
        async with state.database.session() as session:
            for id in dict.fromkeys(chosen):
                if do == "propose":
                    why = Why(typed["reason"], typed["basis"])
                    await deciding.propose(session, actor, state.clock, id, why)
                else:
                    await deciding.decide(session, actor, state.clock, id, approve=do == "approve")
            await session.commit()
    except CaseError as fault:
        if fault.status in (403, 404):
            raise
        place = fault.pointers[0] if fault.pointers else "erasure"
        return await _list(request, actor, view, typed, (place, fault.message), chosen)
    done = {"propose": "proposed", "approve": "approved"}.get(do, "rejected")
    flash(request, state.texts.text(f"retention.done.{done}"))
    return RedirectResponse(f"/desk/retention?view={view}", 303)


@router.get("/desk/retention/{id}")
async def show_one(request: Request, id: str, actor: Official) -> HTMLResponse:
    """One erasure: what it is about, how far it is, what can be done."""
    return await _one(request, actor, id)


@router.post("/desk/retention/{id}")
async def act_on_one(request: Request, id: str, actor: Official) -> Response:
    """Hold, release, propose, approve or reject one."""
    state = request.app.state
    typed, do = await _typed(request)

    async def work(session: AsyncSession) -> Erasure:
        _known(do, "hold", "release", "propose", "approve", "reject")
        why = Why(typed["reason"], typed["basis"])
        if do == "hold":
            until = _day(typed["until"])
            return await deciding.hold(session, actor, state.clock, id, until, why)
        if do == "release":
            return await deciding.release(session, actor, state.clock, id)
        if do == "propose":
            return await deciding.propose(session, actor, state.clock, id, why)
        return await deciding.decide(session, actor, state.clock, id, approve=do == "approve")

    fault = await _tried(request, work)
    if fault is not None:
        return await _one(request, actor, id, typed, do, fault)
    done = {"hold": "held", "release": "released", "propose": "proposed", "approve": "approved"}
    flash(request, state.texts.text(f"retention.done.{done.get(do, 'rejected')}"))
    return RedirectResponse(f"/desk/retention/{id}", 303)


@router.get("/desk/cases/{case_id}/retention")
async def show_case_retention(request: Request, case_id: str, actor: Official) -> HTMLResponse:
    """Until when a case is kept; to hold it or to propose its erasure."""
    return await _of_case(request, actor, case_id)


@router.post("/desk/cases/{case_id}/retention")
async def act_on_case(request: Request, case_id: str, actor: Official) -> Response:
    """Hold a case, or propose to erase it or one of its files."""
    state = request.app.state
    typed, do = await _typed(request)

    async def work(session: AsyncSession) -> Erasure:
        _known(do, "hold", "propose")
        why = Why(typed["reason"], typed["basis"])
        if do == "hold":
            until = _day(typed["until"])
            return await deciding.hold_case(session, actor, state.clock, case_id, until, why)
        return await deciding.propose_for_case(
            session, actor, state.clock, case_id, typed["ground"], why, typed["file"] or None
        )

    fault = await _tried(request, work)
    if fault is not None:
        return await _of_case(request, actor, case_id, typed, do, fault)
    key = "held" if do == "hold" else "proposed"
    flash(request, state.texts.text(f"retention.done.{key}"))
    return RedirectResponse(f"/desk/cases/{case_id}/retention", 303)


Fault = tuple[str, Text]


async def _tried(
    request: Request, work: Callable[[AsyncSession], Awaitable[object]]
) -> Fault | None:
    """Do the work and commit; what was wrong with what was typed, if anything."""
    try:
        async with request.app.state.database.session() as session:
            await work(session)
            await session.commit()
    except JapaneseInputError as fault:
        return "/until", fault.message
    except CaseError as fault:
        if fault.status in (403, 404):
            raise
        return fault.pointers[0] if fault.pointers else "/reason", fault.message
    return None


async def _typed(request: Request) -> tuple[dict[str, str], str]:
    names = ("reason", "basis", "until", "ground", "file")
    async with form_of(request, FORM_BYTES) as form:
        return {name: form.value(f"/{name}") for name in names}, form.value("do")


def _known(do: str, *buttons: str) -> None:
    """Only a button of the page decides anything. CaseError 422."""
    if do not in buttons:
        raise case_error(
            "unknown_button",
            422,
            "どのボタンを押したか分かりません。もう一度、ボタンを押してください。",
            "It is not clear which button was pressed. Please press it again.",
        )


def _day(text: str) -> date | None:
    return parse_date(text) if text.strip() else None


async def _list(
    request: Request,
    actor: Official,
    view: str,
    typed: dict[str, str] | None = None,
    fault: tuple[str, Any] | None = None,
    chosen: list[str] | None = None,
) -> HTMLResponse:
    state = request.app.state
    view = view if view in VIEWS else "listed"
    secret, cursor = state.settings.secret_key, request.query_params.get("cursor")
    values = read_cursor(secret, LIST, cursor) if cursor else None
    async with state.database.reading() as session:
        found = await lines(session, actor, view, cursor=values, limit=SHOWN)
        numbers = await counts(session, actor)
        shown = found[:SHOWN]
        names = await _names(session, [line.erasure for line in shown])
        measures = {line.case.id: await _measure(session, line) for line in shown}
    following = None
    if len(found) > SHOWN:
        mark = make_cursor(secret, LIST, [shown[-1].erasure.id])
        following = f"/desk/retention?view={view}&cursor={mark}"
    return _page(
        request,
        "list.html",
        fault,
        view=view,
        views=list(VIEWS),
        numbers=numbers,
        lines=shown,
        names=names,
        measures=measures,
        me=actor.id,
        typed=typed or {"reason": "", "basis": ""},
        chosen=chosen or [],
        next=following,
        wide=True,
    )


async def _measure(session: AsyncSession, line: Line) -> str:
    """What is done at the end of the period (満了時の措置): dispose or transfer."""
    package = await procedures.package(session, line.case.digest)
    return package.spec.retention.then if package.spec.retention is not None else "dispose"


async def _one(
    request: Request,
    actor: Official,
    id: str,
    typed: dict[str, str] | None = None,
    do: str = "",
    fault: Fault | None = None,
) -> HTMLResponse:
    async with request.app.state.database.reading() as session:
        row, case = await erasure_for(session, actor, id)
        names = await _names(session, [row])
        package = await procedures.package(session, case.digest)
        rule, _ = rule_of(package, request.app.state.settings.retention)
    return _page(
        request,
        "erasure.html",
        fault,
        row=row,
        case=case,
        names=names,
        rule=rule,
        period=period_text(rule),
        me=actor.id,
        typed=typed or {},
        do=do,
    )


async def _of_case(
    request: Request,
    actor: Official,
    case_id: str,
    typed: dict[str, str] | None = None,
    do: str = "",
    fault: Fault | None = None,
) -> HTMLResponse:
    state = request.app.state
    async with state.database.reading() as session:
        case = await case_at_desk(session, actor, case_id, reading=True)
        package = await procedures.package(session, case.digest)
        found = await kept(session, case, package, state.settings.retention)
        under_way = await open_erasure(session, case.id)
        past = await erasures_of(session, case.id)
        names = await _names(session, [*past, *([under_way] if under_way else [])])
    return _page(
        request,
        "case.html",
        fault,
        case=case,
        kept=found,
        period=period_text(found.spec),
        under_way=under_way,
        past=past,
        names=names,
        files=[
            (str(file["id"]), str(file["name"]))
            for files in case.attached.values()
            for file in files
        ],
        may_act=case.agency_id in agencies_of(actor),
        typed=typed or {},
        do=do,
    )


async def _names(session: AsyncSession, rows: list[Erasure]) -> dict[str, str]:
    people = {id for row in rows for id in (row.proposed_by, row.decided_by) if id}
    return dict(await people_named(session, sorted(people)))


def _page(
    request: Request, name: str, fault: tuple[str, Any] | None, wide: bool = False, **context: Any
) -> HTMLResponse:
    rendered: HTMLResponse = request.app.state.pages.render(
        request,
        f"retention/{name}",
        status=422 if fault else 200,
        wide=wide,
        tones=TONES,
        faults={fault[0]: fault[1]} if fault else {},
        errors=[_linked(fault, context.get("do", ""))] if fault else [],
        **context,
    )
    return rendered


def _linked(fault: tuple[str, Any], do: str) -> dict[str, Any]:
    """The fault with the field it is about: the two forms of a page both ask why."""
    place = {"href": "#hold-reason"} if do == "hold" and fault[0] == "/reason" else {}
    if fault[0] == "erasure":
        place = {"href": "#main"}
    return {"name": fault[0], "text": fault[1], **place}
