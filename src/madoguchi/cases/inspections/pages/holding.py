"""The holder's pages: announced inspections and results, and reporting what was put right."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.inspections import queries, rules
from madoguchi.cases.inspections.access import own_inspection
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.improving import MOST_FILES, awaited, file_report, reports_of
from madoguchi.cases.inspections.letters import inspectors_of, letters_of
from madoguchi.cases.inspections.pages.shared import (
    FINDING_TONES,
    TONES,
    UPLOAD_BYTES,
    Faults,
    Signed,
    Typed,
    entered,
    fault_at,
    faults_of,
    shown,
)
from madoguchi.cases.inspections.programme import pinned
from madoguchi.documents import service as documents
from madoguchi.documents.service import Accept, Owner, StoredFile
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.web.form_input import FormFile, FormInput
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
KINDS = ("pdf", "jpeg", "png")
MAX_MB = 20
_PICTURES = (".jpg", ".jpeg", ".png")


@router.get("/inspections")
async def inspections(request: Request, actor: Signed) -> Response:
    """The inspections the holder was told of."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await queries.held(session, actor, request.query_params.get("before"))
    rows, more = found[: queries.PAGE], len(found) > queries.PAGE
    return shown(
        request,
        "inspections/held.html",
        rows=rows,
        tones=TONES,
        next=f"/inspections?before={rows[-1].id}" if more else None,
    )


@router.get("/inspections/{inspection_id}")
async def inspection(request: Request, inspection_id: str, actor: Signed) -> Response:
    """One inspection as its holder sees it."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await own_inspection(session, actor, inspection_id)
        told = found.state in rules.TOLD
        findings = await findings_of(session, found.id) if told else []
        programme = await pinned(session, found.digest)
        context: dict[str, Any] = {
            "inspection": found,
            "programme": programme,
            "told": told,
            "findings": findings,
            "reports": await reports_of(session, [finding.id for finding in findings]),
            "letters": await letters_of(session, found.id),
            "inspectors": await inspectors_of(session, found.id),
            "agency": dict((await identity.agency(session, found.agency_id)).name),
        }
    return shown(
        request,
        "inspections/holding.html",
        tones=TONES,
        finding_tones=FINDING_TONES,
        today=jst_date(state.clock()),
        severities=programme.block.spec.severities,
        waiting=rules.OPEN_FINDINGS,
        **context,
    )


@router.get("/inspections/{inspection_id}/findings/{finding_id}/report")
async def report_form(
    request: Request, inspection_id: str, finding_id: str, actor: Signed
) -> Response:
    """The form of an improvement report."""
    return await _form(request, actor, inspection_id, finding_id)


@router.post("/inspections/{inspection_id}/findings/{finding_id}/report")
async def report(request: Request, inspection_id: str, finding_id: str, actor: Signed) -> Response:
    """Report what was put right; files that were accepted stay when the form is refused."""
    state = request.app.state
    async with state.database.reading() as session:
        await awaited(session, actor, inspection_id, finding_id)
    async with form_of(request, UPLOAD_BYTES) as form:
        given = entered(form)
        files, refused = await _files(request, actor, form)
    try:
        if refused:
            return await _form(request, actor, inspection_id, finding_id, given, files, refused)
        async with state.database.session() as session:
            filed = await file_report(
                session, actor, state.clock, inspection_id, finding_id, given, files
            )
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await _form(request, actor, inspection_id, finding_id, given, files, error=error)
    text = {
        language: state.texts.t("inspections.report.done", language, number=filed.arrival_number)
        for language in ("ja", "en")
    }
    flash(request, text)
    return RedirectResponse(f"/inspections/{inspection_id}", 303)


async def _files(
    request: Request, actor: Actor, form: FormInput
) -> tuple[list[StoredFile], list[Text]]:
    """The files kept from an earlier try and those sent now, and why some were refused."""
    state, refused = request.app.state, []
    files: list[StoredFile] = []
    for kept in dict.fromkeys(form.values("kept")[:MOST_FILES]):
        async with state.database.reading() as session:
            stored, _ = await documents.open_document(session, state.blobs, kept, person=actor.id)
        files.append(stored)
    for sent in form.files.get("files", [])[: MOST_FILES + 1]:
        try:
            files.append(await keep_file(request, actor, sent))
        except DomainError as fault:
            refused.append(dict(fault.message))
    return files, refused


async def keep_file(request: Request, actor: Actor, sent: FormFile) -> StoredFile:
    """Keep a file of a report: photographs without their metadata, PDF as it is. DocumentError."""
    state = request.app.state
    owner = Owner(person=actor.id, organisation=actor.organisation)
    if sent.filename.lower().endswith(_PICTURES):
        photo = await documents.take_photo(sent.chunks(), sent.filename, state.blobs.incoming)
        async with state.database.session() as session:
            stored = await documents.store_photo(session, state.blobs, photo, state.clock(), owner)
            await session.commit()
            return stored
    async with state.database.session() as session:
        stored = await documents.receive(
            session,
            state.blobs,
            name=sent.filename,
            stream=sent.chunks(),
            spec=Accept(KINDS, MAX_MB),
            at=state.clock(),
            owner=owner,
            scan=bool(getattr(state.settings, "scanner_url", "")),
        )
        await session.commit()
        return stored


async def _form(
    request: Request,
    actor: Actor,
    inspection_id: str,
    finding_id: str,
    given: Typed | None = None,
    files: Sequence[StoredFile] = (),
    refused: Sequence[Text] = (),
    error: DomainError | None = None,
) -> Response:
    state = request.app.state
    async with state.database.reading() as session:
        found, finding = await awaited(session, actor, inspection_id, finding_id)
        programme = await pinned(session, found.digest)
        reports = (await reports_of(session, [finding.id])).get(finding.id, [])
    errors = [*faults_of(error), *({"name": "files", "text": text} for text in refused)]
    return shown(
        request,
        "inspections/report.html",
        status=422 if errors else 200,
        inspection=found,
        finding=finding,
        severity=programme.block.spec.severities[finding.severity].label,
        returned=next((r for r in reports if r.state == "returned"), None),
        given=given or Typed(),
        files=files,
        kinds=KINDS,
        max_mb=MAX_MB,
        most=MOST_FILES,
        errors=errors,
        faults=Faults(fault_at(error) | ({"files": list(refused)} if refused else {})),
    )
