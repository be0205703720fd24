"""The page of attachments: one section each, several files each, refusals told per file."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from madoguchi.cases.access import own_draft
from madoguchi.cases.errors import not_found
from madoguchi.cases.filing.evaluating import Judged, judge
from madoguchi.cases.filing.files import place_for, remove_file
from madoguchi.cases.filing.pages.answering import UPLOAD_BYTES
from madoguchi.cases.filing.pages.counter import (
    FORM_BYTES,
    Signed,
    correction_reason,
    edit_rule,
    texts,
)
from madoguchi.cases.filing.pages.files_sent import keep_file
from madoguchi.cases.filing.questions import file_lines
from madoguchi.cases.models import Draft
from madoguchi.documents import service as documents
from madoguchi.identity.service import Actor
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.web.form_input import FormInput
from madoguchi.web.forms import form_of

router = APIRouter(include_in_schema=False)
Refused = Mapping[str, Sequence[Text]]


@router.get("/drafts/{draft_id}/attachments")
async def attachments(request: Request, draft_id: str, actor: Signed) -> Response:
    """Every attachment, whether it is needed, and what has been attached."""
    return await _show(request, actor, draft_id, {})


@router.post("/drafts/{draft_id}/attachments/{key}")
async def attach(request: Request, draft_id: str, key: str, actor: Signed) -> Response:
    """Attach the files of one section."""
    async with form_of(request, UPLOAD_BYTES) as form:
        refused = await _take(request, actor, draft_id, key, form)
        back = "?return=check" if form.value("return") == "check" else ""
    if refused:
        return await _show(request, actor, draft_id, {key: refused})
    return RedirectResponse(f"/drafts/{draft_id}/attachments{back}#a-{key}", 303)


@router.post("/drafts/{draft_id}/attachments/{key}/remove")
async def remove(request: Request, draft_id: str, key: str, actor: Signed) -> Response:
    """Take one file out."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form, state.database.session() as session:
        await remove_file(session, actor, state.clock, draft_id, key, form.value("sha256"))
        await session.commit()
    return RedirectResponse(f"/drafts/{draft_id}/attachments#a-{key}", 303)


@router.get("/drafts/{draft_id}/files/{sha256}")
async def download(request: Request, draft_id: str, sha256: str, actor: Signed) -> Response:
    """A file of the draft, for whoever may see the draft."""
    state = request.app.state
    async with state.database.reading() as session:
        draft = await own_draft(session, actor, draft_id)
        file = next(
            (f for fs in draft.attached.values() for f in fs if f["sha256"] == sha256), None
        )
        if file is None:
            raise not_found()
        path = await documents.content_path(session, state.blobs, sha256)
    headers = documents.download_headers(str(file["name"]), str(file["type"]))
    return FileResponse(path, headers=dict(headers))


async def _take(
    request: Request, actor: Actor, draft_id: str, key: str, form: FormInput
) -> list[Text]:
    state, refused = request.app.state, []
    async with state.database.reading() as session:
        place = await place_for(session, actor, draft_id, key)
    files = [file for found in form.files.values() for file in found if file.filename]
    if not files:
        return [
            {
                "ja": "添付するファイルを選んでから「アップロード」を押してください。",
                "en": "Choose a file before you press “Upload”.",
            }
        ]
    for file in files:
        try:
            await keep_file(request, actor, draft_id, place, file)
        except DomainError as fault:
            if fault.status == 404:
                raise
            refused.append(dict(fault.message))
    return refused


async def _show(request: Request, actor: Actor, draft_id: str, refused: Refused) -> Response:
    state, t = request.app.state, texts(request)
    async with state.database.reading() as session:
        draft = await own_draft(session, actor, draft_id)
        if draft.filed_at is not None:
            return RedirectResponse(f"/cases/{draft.case_id}", 303)
        judged = await judge(session, draft, state.clock())
        reason = await correction_reason(session, draft)
    return_to = "check" if request.query_params.get("return") == "check" else ""
    judged_now = return_to == "check" or "files" in draft.visited or draft.case_id is not None
    places = [
        _place(draft, judged, key, list(refused.get(key, ())), judged_now)
        for key, found in judged.evaluation.attachments.items()
        if found.state != "none"
    ]
    for item in places:
        for file in item["files"]:
            file["note"] = t("cases.files.note", kind=file["kind"], hash=file["short"])
    errors = [{"name": item["key"], "text": text} for item in places for text in item["errors"]]
    response: Response = state.pages.render(
        request,
        "cases/filing/attachments.html",
        status=422 if refused else 200,
        draft=draft,
        places=places,
        errors=errors,
        reason=reason.get("reason"),
        return_to=return_to,
    )
    return response


def _place(
    draft: Draft, judged: Judged, key: str, refused: list[Text], judged_now: bool
) -> dict[str, Any]:
    found, spec = judged.evaluation.attachments[key], judged.package.attachments[key].spec
    may_edit = edit_rule(draft, judged)(f"/attachments/{key}")
    base = f"/drafts/{draft.id}"
    files = [
        {
            **file,
            "href": f"{base}/files/{file['sha256']}",
            "remove": f"{base}/attachments/{key}/remove" if may_edit else None,
            "remove_name": "sha256",
            "remove_value": file["sha256"],
        }
        for file in file_lines(draft.attached.get(key, []))
    ]
    said = judged.evaluation.faults_at(f"/attachments/{key}") if judged_now else ()
    return {
        "key": key,
        "label": found.label,
        "help": spec.help,
        "state": found.state,
        "reason": found.reason,
        "asked": f"/attachments/{key}" in draft.points,
        "files": files,
        "open": may_edit,
        "more": len(files) < spec.max_files,
        "accept": spec.accept,
        "max_mb": spec.max_mb,
        "most": spec.max_files,
        "errors": refused + [fault.message for fault in said if fault.severity == "error"],
    }
