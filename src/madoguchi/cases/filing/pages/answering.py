"""One page of questions: showing it, saving it, keeping it up to date while one types."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.errors import not_found
from madoguchi.cases.filing import saving
from madoguchi.cases.filing.drafts import not_filed, touch
from madoguchi.cases.filing.evaluating import Judged, judge
from madoguchi.cases.filing.from_registry import (
    Filled,
    changed_since,
    fill_answer,
    fill_while_typing,
    take_back,
)
from madoguchi.cases.filing.holding import held_input, hold, let_go
from madoguchi.cases.filing.pages.counter import (
    FORM_BYTES,
    Signed,
    correction_reason,
    edit_rule,
    principal_name,
    sheet_of,
    texts,
)
from madoguchi.cases.filing.pages.files_sent import take_files, unfile
from madoguchi.cases.filing.questions import Question, by_section, questions
from madoguchi.cases.filing.speech import speech_of
from madoguchi.cases.filing.tasks import asked_pages, points_on
from madoguchi.cases.models import Draft
from madoguchi.identity.service import Actor, current_actor
from madoguchi.kernel.language import Text, pick
from madoguchi.procedures.service import Page
from madoguchi.web.form_input import FormInput
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
FROM_NUMBER = "registry:"
TAKE_BACK = "take-back:"
UPLOAD_BYTES = 220_000_000
MANY_ROWS = 100  # above, a page updates itself less often: showing it takes long
Anyone = Annotated[Actor, Depends(current_actor)]


@dataclass(frozen=True)
class Shown:
    """How a page is shown: whether faults are, the window's name, files that were refused."""

    judged_now: bool
    sheet_id: str
    return_to: str = ""
    status: int = 200
    refused: Mapping[str, Text] | None = None
    clash: bool = False
    saved: str = ""
    region_only: bool = False
    restored: bool = False
    base: str | None = None


@router.get("/drafts/{draft_id}/pages/{page_id}")
async def page(request: Request, draft_id: str, page_id: str, actor: Signed) -> Response:
    """A page of questions."""
    state = request.app.state
    return_to = "check" if request.query_params.get("return") == "check" else ""
    async with state.database.reading() as session:
        draft = await own_draft(session, actor, draft_id)
        if draft.filed_at is not None:
            return RedirectResponse(f"/cases/{draft.case_id}", 303)
        judged = await judge(session, draft, state.clock())
        found = _page(judged, page_id)
        judged_now = found.id in draft.visited or return_to == "check"
        shown = Shown(judged_now, saving.new_sheet(), return_to)
        held = await held_input(session, draft, found.id, request.query_params.get("held"))
        if held is not None:
            # Shown, not saved: reading a page changes nothing.
            base = saving.base_of(draft, found)
            session.expunge(draft)
            draft.entered = saving.entered_by(
                draft, judged.package, found, held, edit_rule(draft, judged)
            )
            judged = await judge(session, draft, state.clock())
            shown = replace(shown, restored=True, base=base)
        return await _show(request, session, draft, judged, found, shown)


@router.post("/drafts/{draft_id}/pages/{page_id}")
async def save_page(request: Request, draft_id: str, page_id: str, actor: Anyone) -> Response:
    """Save a page and go on, or do what another button says."""
    async with form_of(request, UPLOAD_BYTES) as form:
        if actor.kind == "public":
            return await _hold(request, draft_id, page_id, form)
        do = form.value("do", "next")
        refused = await take_files(request, actor, draft_id, form)
        if do.startswith("unfile:"):
            await unfile(request, actor, draft_id, do.removeprefix("unfile:"))
        return await _save(request, actor, draft_id, page_id, form, do, refused)


@router.post("/drafts/{draft_id}/pages/{page_id}/recompute")
async def recompute(request: Request, draft_id: str, page_id: str, actor: Anyone) -> Response:
    """Save what is typed so far and give back the questions as they now are (for htmx)."""
    if actor.kind == "public":
        return Response(status_code=204)  # what is typed stays; sending the page keeps it
    state, t = request.app.state, texts(request)
    async with form_of(request, FORM_BYTES) as form, state.database.session() as session:
        draft = not_filed(await own_draft(session, actor, draft_id, lock=True))
        judged = await judge(session, draft, state.clock())
        found = _page(judged, page_id)
        entered = saving.entered_by(
            draft, judged.package, found, form.fields, edit_rule(draft, judged)
        )
        clash = bool(
            saving.differences(draft, judged.package, found, entered, form.fields, typing=True)
        )
        filled = None
        if not clash:
            entered, filled = await fill_while_typing(
                session, draft, judged.package, found, entered, edit_rule(draft, judged)
            )
            saving.save(
                draft,
                found,
                entered,
                form.value("sheet"),
                state.clock(),
                sent=False,
                typing=True,
            )
            await session.commit()
            judged = await judge(session, draft, state.clock())
        shown = Shown(
            found.id in draft.visited or form.value("return") == "check",
            form.value("sheet"),
            clash=clash,
            saved=_said(request, filled) if filled else "" if clash else t("cases.page.saved"),
            region_only=True,
        )
        return await _show(request, session, draft, judged, found, shown)


async def _hold(request: Request, draft_id: str, page_id: str, form: FormInput) -> Response:
    """The sign-in has ended: keep the input, ask to sign in, come back to it."""
    state = request.app.state
    async with state.database.session() as session:
        held = await hold(session, draft_id, page_id, form.fields, state.clock())
        await session.commit()
    back = f"/drafts/{quote(draft_id)}/pages/{quote(page_id)}"
    target = f"{back}?held={held}" if held else back
    return RedirectResponse(f"/sign-in?return={quote(target, safe='/')}", 303)


async def _save(
    request: Request,
    actor: Actor,
    draft_id: str,
    page_id: str,
    form: FormInput,
    do: str,
    refused: Mapping[str, Text],
) -> Response:
    state, now = request.app.state, request.app.state.clock()
    return_to = "check" if form.value("return") == "check" else ""
    async with state.database.session() as session:
        draft = await own_draft(session, actor, draft_id, lock=True)
        if draft.filed_at is not None:
            return RedirectResponse(f"/cases/{draft.case_id}", 303)
        judged = await judge(session, draft, now)
        found = _page(judged, page_id)
        package = judged.package
        mine = saving.entered_by(draft, package, found, form.fields, edit_rule(draft, judged))
        mine = saving.resolve(draft, package, found, mine, form.fields)
        apart = saving.differences(draft, package, found, mine, form.fields)
        if apart:
            return _ask_which(request, draft, found, apart, form, return_to)
        entered, place = saving.row_command(package, mine, do, judged.evaluation.context)
        if do.startswith(FROM_NUMBER):
            place, may = do.removeprefix(FROM_NUMBER), edit_rule(draft, judged)
            entered, told = await fill_answer(session, draft, package, found, entered, place, may)
            if told is not None:
                flash(request, told.title, body=told.body, tone=told.tone)
        if do.startswith(TAKE_BACK) and edit_rule(draft, judged)(do.removeprefix(TAKE_BACK)):
            place = do.removeprefix(TAKE_BACK)
            entered = take_back(draft, package, found, entered, place)
        if do == "open":
            draft.opened = [*draft.opened, *(f"/{name}" for name in found.fields)]
            touch(draft, now)
        sends = do == "next"
        saving.save(draft, found, entered, form.value("sheet"), now, sent=sends)
        await let_go(session, draft.id, found.id)
        await session.commit()
        judged = await judge(session, draft, now)
        here = f"/drafts/{draft.id}/pages/{found.id}" + ("?return=check" if return_to else "")
        if do == "later" and not refused:
            return RedirectResponse(f"/drafts/{draft.id}", 303)
        if not sends and not refused:
            return RedirectResponse(here + (f"#{_anchor(place)}" if place else ""), 303)
        faulty = _faults_on(judged, found)
        if (faulty and sends) or refused:
            shown = Shown(
                sends or found.id in draft.visited,
                saving.new_sheet(),
                return_to,
                status=422,
                refused=refused,
            )
            return await _show(request, session, draft, judged, found, shown)
        return RedirectResponse(_after(draft, judged, found, return_to), 303)


async def _show(
    request: Request,
    session: AsyncSession,
    draft: Draft,
    judged: Judged,
    page: Page,
    shown: Shown,
) -> Response:
    state, language = request.app.state, request.state.language
    speech = speech_of(judged.package, language, request.state.content_language)
    sheet = sheet_of(draft, judged, speech.language, judged_now=shown.judged_now)
    asked = [_with_refusal(item, shown) for item in questions(sheet, page)]
    reason = await correction_reason(session, draft)
    context: dict[str, Any] = {
        "draft": draft,
        "page": page,
        "runs": by_section(asked, page),
        "speech": speech,
        "reason": reason.get("reason"),
        "base": shown.base or saving.base_of(draft, page),
        "clash": shown.clash,
        "many": sum(len(item.rows) for item in asked) > MANY_ROWS,
        "saved": shown.saved,
    }
    if shown.region_only:
        response: Response = state.pages.render(request, "cases/filing/region.html", **context)
        return response
    numbers = [item.id for item in asked_pages(judged)]
    news = await changed_since(session, draft, judged.package, page)
    page_response: Response = state.pages.render(
        request,
        "cases/filing/page.html",
        status=shown.status,
        errors=_summary(judged, page, shown),
        number=numbers.index(page.id) + 1 if page.id in numbers else 1,
        total=len(numbers),
        sheet_id=shown.sheet_id,
        return_to=shown.return_to,
        restored=shown.restored,
        news=[(_anchor(place), text) for place, text in news.items()],
        has_files=any(item.kind == "file" for item in asked),
        locked=any(
            item.kind == "shown" and item.field.calculate is None and not item.field.spec.readonly
            for item in asked
        ),
        live=_is_live(judged, page),
        asked_here=points_on(draft, page) != [],
        on_behalf=await principal_name(session, draft),
        **context,
    )
    return page_response


def _said(request: Request, filled: Filled) -> str:
    """What was filled in while somebody typed, or why not, in a line that is read out."""
    parts = (filled.title, filled.body if not filled.provenance else None)
    return " ".join(pick(part, request.state.language) for part in parts if part)


def _with_refusal(item: Question, shown: Shown) -> Question:
    """A question with what was wrong with the file sent for it."""
    said = (shown.refused or {}).get(item.pointer)
    return item if said is None else replace(item, errors=(*item.errors, said))


def _summary(judged: Judged, page: Page, shown: Shown) -> list[dict[str, Any]]:
    """The error summary: refused files, then the faults of the page when they are shown."""
    errors = [{"name": place, "text": text} for place, text in (shown.refused or {}).items()]
    if shown.judged_now:
        errors += [{"name": f.pointer, "text": f.message} for f in _faults_on(judged, page)]
    return errors


def _ask_which(
    request: Request,
    draft: Draft,
    page: Page,
    apart: list[saving.Difference],
    form: FormInput,
    return_to: str,
) -> Response:
    """Two windows differ: both inputs are kept and shown, the person chooses."""
    sent = [
        (name, value)
        for name, values in form.fields.items()
        if name.startswith("/") or name.startswith("row:") or name == "shown"
        for value in values
    ]
    response: Response = request.app.state.pages.render(
        request,
        "cases/filing/clash.html",
        status=409,
        draft=draft,
        page=page,
        differences=apart,
        sent=sent,
        base=form.value("base"),
        sheet_id=saving.new_sheet(),
        return_to=return_to,
    )
    return response


def _page(judged: Judged, page_id: str) -> Page:
    found = next((page for page in judged.package.pages if page.id == page_id), None)
    if found is None:
        raise not_found()
    return found


def _faults_on(judged: Judged, page: Page) -> list[Any]:
    places = {f"/{name}" for name in page.fields}
    return [
        fault
        for fault in judged.evaluation.errors
        if fault.pointer and "/" + fault.pointer.split("/")[1] in places
    ]


def _is_live(judged: Judged, page: Page) -> bool:
    """Whether anything on the page depends on answers: a condition or a calculation."""
    fields = [judged.package.fields[name] for name in page.fields]
    every = [*fields, *(column for field in fields for column in field.columns.values())]
    return any(field.relevant is not None or field.calculate is not None for field in every)


def _after(draft: Draft, judged: Judged, page: Page, return_to: str) -> str:
    """Where to go when a page is in order: back to the check, the next page, or the rest."""
    if return_to == "check":
        return f"/drafts/{draft.id}/check"
    pages = [item.id for item in asked_pages(judged)]
    following = pages[pages.index(page.id) + 1 :] if page.id in pages else []
    if following:
        return f"/drafts/{draft.id}/pages/{following[0]}"
    if any(state.state != "none" for state in judged.evaluation.attachments.values()):
        return f"/drafts/{draft.id}/attachments"
    return f"/drafts/{draft.id}/check"


def _anchor(pointer: str) -> str:
    return "f-" + "-".join(pointer.strip("/").split("/"))
