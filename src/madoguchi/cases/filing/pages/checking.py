"""Check your answers, then file: the verdict in full, and the button that says what it does."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.access import own_draft
from madoguchi.cases.filing.answers import sections
from madoguchi.cases.filing.correct import resubmit, sending_action
from madoguchi.cases.filing.evaluating import Judged, judge
from madoguchi.cases.filing.pages.counter import (
    Signed,
    Translate,
    addressee_name,
    fee_lines,
    principal_name,
    sheet_of,
    summary_of,
    texts,
)
from madoguchi.cases.filing.speech import speech_of
from madoguchi.cases.filing.submit import NotReady, file_draft
from madoguchi.cases.filing.versioning import standing_of
from madoguchi.cases.models import Case, Draft
from madoguchi.cases.proofing.asking_again import on_to_proof
from madoguchi.identity.service import IdentityError
from madoguchi.kernel.language import pick
from madoguchi.procedures.versions.telling import told
from madoguchi.web.admission.arrival import arrival_clock, time_waited
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
CORRECTED = {"ja": "直した内容を送りました。", "en": "Your correction has been sent."}
SENT = {"ja": "送りました。", "en": "It has been sent."}


@router.get("/drafts/{draft_id}/check")
async def check(request: Request, draft_id: str, actor: Signed) -> Response:
    """Everything that will be filed, with what is still to be put right."""
    state = request.app.state
    async with state.database.reading() as session:
        draft = await own_draft(session, actor, draft_id)
        if draft.filed_at is not None:
            return RedirectResponse(f"/cases/{draft.case_id}", 303)
        judged = await judge(session, draft, state.clock(), time_waited(request))
        return await _show(request, session, draft, judged, 200)


@router.post("/drafts/{draft_id}/file")
async def file(request: Request, draft_id: str, actor: Signed) -> Response:
    """File the draft, or send the correction; pressing twice is pressing once."""
    state = request.app.state
    async with state.database.session() as session:
        draft = await own_draft(session, actor, draft_id)
        use = resubmit if draft.case_id is not None and draft.filed_at is None else file_draft
        corrected, asked = use is resubmit, bool(draft.points)
        try:
            case = await use(
                session, state.blobs, actor, arrival_clock(request), draft_id, time_waited(request)
            )
            await session.commit()
        except NotReady as fault:
            await session.rollback()
            draft = await own_draft(session, actor, draft_id)
            return await _show(request, session, draft, fault.judged, 422)
        except IdentityError as fault:
            await session.rollback()
            return await on_to_proof(request, actor, fault, f"/drafts/{draft_id}/check")
    if corrected or case.revision > 1:
        flash(request, CORRECTED if asked else SENT)
        return RedirectResponse(f"/cases/{case.id}", 303)
    return RedirectResponse(f"/cases/{case.id}/receipt", 303)


async def _show(
    request: Request, session: AsyncSession, draft: Draft, judged: Judged, status: int
) -> Response:
    state, t, language = request.app.state, texts(request), request.state.language
    verdict, now = judged.evaluation, state.clock()
    speech = speech_of(judged.package, language, request.state.content_language)
    sheet = sheet_of(draft, judged, speech.language, judged_now=True, may_edit=False)
    standing = await standing_of(session, draft, judged, now)
    response: Response = state.pages.render(
        request,
        "cases/filing/check.html",
        status=status,
        draft=draft,
        sections=sections(sheet),
        files=_files(draft, judged, t),
        facts=await _facts(session, draft, judged, t, language),
        errors=summary_of(
            [{"href": _href(draft, judged, f.pointer), "text": f.message} for f in verdict.errors]
        ),
        warnings=summary_of(
            [{"href": _href(draft, judged, f.pointer), "text": f.message} for f in verdict.warnings]
        ),
        action=sending_action(
            judged.package.machine,
            await session.get(Case, draft.case_id) if draft.case_id is not None else None,
        ),
        standing=standing,
        changes=told(standing.differences),
    )
    return response


async def _facts(
    session: AsyncSession, draft: Draft, judged: Judged, t: Translate, language: str
) -> list[tuple[str, str]]:
    addressee = await addressee_name(session, judged.evaluation.authority, judged.evaluation.via)
    facts = [(t("cases.fact.addressee"), pick(addressee, language) or t("cases.fact.undecided"))]
    on_behalf = await principal_name(session, draft)
    if on_behalf:
        facts.append((t("cases.fact.principal"), on_behalf))
    if draft.case_id is None:
        facts += fee_lines(judged, t, language) or [(t("cases.fact.fee"), t("cases.fact.no_fee"))]
    return facts


def _files(draft: Draft, judged: Judged, t: Translate) -> list[dict[str, Any]]:
    rows = []
    for key, found in judged.evaluation.attachments.items():
        if found.state == "none":
            continue
        names = "、".join(str(file["name"]) for file in draft.attached.get(key, []))
        value = t("cases.files.state.omitted") if found.state == "omitted" else names
        said = judged.evaluation.faults_at(f"/attachments/{key}")
        rows.append(
            {
                "label": found.label,
                "value": value or (t("cases.files.none") if found.state == "optional" else ""),
                "error": said[0].message if said else None,
                "change_href": None
                if found.state == "omitted"
                else f"/drafts/{draft.id}/attachments?return=check#a-{key}",
            }
        )
    return rows


def _href(draft: Draft, judged: Judged, pointer: str) -> str:
    """The very place of a fault: the page and the control on it."""
    base = f"/drafts/{draft.id}"
    if pointer.startswith("/attachments/"):
        return f"{base}/attachments?return=check#a-{pointer.rpartition('/')[2]}"
    page = judged.package.page_of(pointer)
    if page is None:
        return base
    anchor = "-".join(pointer.strip("/").split("/"))
    return f"{base}/pages/{page.id}?return=check#f-{anchor}"
