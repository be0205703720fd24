"""Starting a draft, its task list, deleting it."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.cases.access import own_draft
from madoguchi.cases.filing.carrying import carry
from madoguchi.cases.filing.correct import sending_action
from madoguchi.cases.filing.drafts import (
    SIMPLE_FILING,
    SIMPLE_NOTICE,
    not_filed,
    open_drafts,
    start_draft,
)
from madoguchi.cases.filing.evaluating import judge
from madoguchi.cases.filing.files import throw_away
from madoguchi.cases.filing.pages.counter import (
    FORM_BYTES,
    Signed,
    Translate,
    addressee_name,
    correction_reason,
    fee_lines,
    principal_name,
    texts,
)
from madoguchi.cases.filing.tasks import task_groups, tasks_of
from madoguchi.cases.filing.versioning import move_draft, standing_of
from madoguchi.cases.models import Case
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.language import pick
from madoguchi.procedures.carrying import PARAMETER, carried_number
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.procedures.versions.telling import told
from madoguchi.web.forms import form_of
from madoguchi.web.problems import SeeOther
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
Anyone = Annotated[Actor, Depends(current_actor)]
NOTICES = ("notification", "report", "declaration")


@router.post("/procedures/{procedure_id}/start")
async def start(request: Request, procedure_id: str, actor: Anyone) -> Response:
    """Begin a filing, or offer to go on with the one begun."""
    return await _start(request, actor, procedure_id, None, f"/procedures/{procedure_id}")


@router.post("/procedures/c/{catalogue_id}/start")
async def start_simple(request: Request, catalogue_id: str, actor: Anyone) -> Response:
    """Begin a filing of a surveyed procedure that has no form of its own."""
    async with request.app.state.database.reading() as session:
        entry = await catalogue.entry(session, catalogue_id)
        served = await catalogue.procedure_serving(session, catalogue_id)
    page = f"/procedures/c/{catalogue_id}"
    if served is not None:
        return await _start(request, actor, served, None, page)
    simple = SIMPLE_NOTICE if entry.kind in NOTICES else SIMPLE_FILING
    return await _start(request, actor, simple, catalogue_id, page)


async def _start(
    request: Request, actor: Actor, procedure_id: str, catalogue_id: str | None, page: str
) -> Response:
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        anew, number = form.value("new") == "1", carried_number({PARAMETER: form.value(PARAMETER)})
    if actor.kind == "public":
        back = f"{page}?{PARAMETER}={number}" if number else page
        raise SeeOther(f"/sign-in?return={quote(back, safe='/')}")
    async with state.database.session() as session:
        begun = [
            draft
            for draft in await open_drafts(session, actor, procedure_id=procedure_id)
            if draft.catalogue_id == catalogue_id
        ]
        if begun and not anew:
            resume: HTMLResponse = state.pages.render(
                request,
                "cases/filing/resume.html",
                draft=begun[0],
                action=f"{page}/start",
                number=number,
            )
            return resume
        draft = await start_draft(
            session, actor, state.clock, procedure_id, catalogue_id=catalogue_id
        )
        told = await carry(session, draft, number) if number else None
        await session.commit()
    if told is not None:
        flash(request, told.title, body=told.body, tone=told.tone)
    return RedirectResponse(f"/drafts/{draft.id}", 303)


@router.get("/drafts/{draft_id}")
async def tasks(request: Request, draft_id: str, actor: Signed) -> Response:
    """The task list of a draft."""
    state, t, language = request.app.state, texts(request), request.state.language
    now = state.clock()
    async with state.database.reading() as session:
        draft = await own_draft(session, actor, draft_id)
        if draft.filed_at is not None:
            return RedirectResponse(f"/cases/{draft.case_id}", 303)
        judged = await judge(session, draft, now)
        addressee = await addressee_name(
            session, judged.evaluation.authority, judged.evaluation.via
        )
        asked = await correction_reason(session, draft)
        case = await session.get(Case, draft.case_id) if draft.case_id else None
        on_behalf = await principal_name(session, draft)
        standing = await standing_of(session, draft, judged, now)
    found = tasks_of(draft, judged)
    check = f"/drafts/{draft.id}/check"
    undone = next((task.href for task in found if task.state != "done"), check)
    facts = [(t("cases.fact.addressee"), pick(addressee, language) or t("cases.fact.later"))]
    if draft.case_id is None:
        facts += fee_lines(judged, t, language) or [(t("cases.fact.fee"), t("cases.fact.no_fee"))]
    if judged.package.spec.standard_period and draft.case_id is None:
        facts.append((t("cases.fact.period"), _period(judged.package.spec.standard_period, t)))
    page: HTMLResponse = state.pages.render(
        request,
        "cases/filing/tasks.html",
        draft=draft,
        groups=task_groups(found, judged, t, check),
        done=sum(task.state == "done" for task in found),
        total=len(found),
        omitted=[a for a in judged.evaluation.attachments.values() if a.state == "omitted"],
        facts=facts,
        next_href=undone,
        check_href=check,
        standing=standing,
        changes=told(standing.differences),
        reason=asked.get("reason"),
        due=case.act_by if case is not None else None,
        action=sending_action(judged.package.machine, case),
        on_behalf=on_behalf,
    )
    return page


@router.post("/drafts/{draft_id}/renew")
async def renew(request: Request, draft_id: str, actor: Signed) -> Response:
    """Take the answers over into the version the draft belongs to."""
    state = request.app.state
    async with state.database.session() as session:
        draft = await move_draft(session, actor, state.clock, draft_id)
        await session.commit()
    return RedirectResponse(f"/drafts/{draft.id}", 303)


@router.post("/drafts/{draft_id}/delete")
async def delete_draft(request: Request, draft_id: str, actor: Signed) -> Response:
    """Throw a draft away."""
    state = request.app.state
    async with state.database.session() as session:
        draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
        await throw_away(session, draft, state.clock())
        await session.commit()
    flash(request, {"ja": "下書きを削除しました。", "en": "The draft has been deleted."})
    return RedirectResponse("/cases", 303)


def _period(period: str, t: Translate) -> str:
    count, _, unit = period.partition(" ")
    return t(f"cases.period.{unit.replace(' ', '_')}", count=count)
