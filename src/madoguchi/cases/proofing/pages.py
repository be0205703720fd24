"""Pages of proving a representative: asking, and the desk of officials."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from madoguchi.cases.desk.pages.shared import Official
from madoguchi.cases.errors import case_error, not_found
from madoguchi.cases.proofing import service, succession
from madoguchi.cases.proofing.watching import successors_of
from madoguchi.documents import service as documents
from madoguchi.documents.service import Accept, Owner
from madoguchi.identity.account.pages.securing import Fresh, fresh_where_possible
from madoguchi.identity.relying.installed import card_of
from madoguchi.identity.reproof.rules import CURRENT, DOUBTS, STATES
from madoguchi.identity.reproof.service import Standing, asked_again, standing_of
from madoguchi.identity.service import (
    Actor,
    agencies_where,
    organisation_by_number,
    required_actor,
    safe_return,
)
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import JapaneseInputError, parse_corporate_number
from madoguchi.web.answering import done, page
from madoguchi.web.forms import form_of

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
FORM_BYTES = 12_000_000
TONES = {"current": "success", "near": "warning", "due": "error", "lapsed": "error"}
CERTIFICATE = Accept(("pdf", "jpeg", "png"), 10)


@router.get("/representative")
async def ask_page(request: Request, actor: SignedIn) -> Response:
    """Ask to be proved, and what was asked before."""
    return await _ask(request, actor)


@router.get("/desk/representatives/again")
async def again_page(request: Request, actor: Official) -> Response:
    """Whose proof is due again, and why."""
    proofing(actor)
    state = request.app.state
    async with state.database.reading() as session:
        found = await asked_again(session, state.clock())
        successors = await successors_of(
            session, [one.organisation.corporate_number or "" for one in found]
        )
    rows = [
        {
            "standing": one,
            "successor": successors.get(one.organisation.corporate_number or ""),
        }
        for one in found
    ]
    return page(
        request,
        "proofing/again.html",
        rows=rows,
        states=STATES,
        doubts=DOUBTS,
        tones=TONES,
        wide=True,
    )


@router.post("/representative")
async def ask_post(request: Request, actor: Fresh) -> Response:
    """Send the certificate."""
    state = request.app.state
    async with state.database.reading() as session:
        known = await service.applicant(session, actor)
    async with form_of(request, FORM_BYTES) as form:
        given = {name: form.value(f"/{name}").strip() for name in ("number", "name", "title")}
        instead = form.value("/instead") == "instead"
        file = form.file("/file")
        faults, number = _faults(given, file is not None and bool(file.filename))
        if faults or file is None:
            return await _ask(request, actor, given, faults)
        try:
            async with state.database.session() as session:
                stored = await documents.receive(
                    session,
                    state.blobs,
                    name=file.filename,
                    stream=file.chunks(),
                    spec=CERTIFICATE,
                    at=state.clock(),
                    owner=Owner(person=actor.id),
                    scan=bool(getattr(state.settings, "scanner_url", "")),
                )
                proof = await service.ask(
                    session,
                    state.clock,
                    known,
                    number=number,
                    name=given["name"],
                    title=given["title"],
                    file=stored,
                )
                await succession.begin(session, state.clock, proof, instead=instead)
                await session.commit()
        except documents.DocumentError as error:
            return await _ask(request, actor, given, {"/file": error.message})
    return done(request, "proofing.ask.done", "/representative")


@router.get("/desk/representatives")
async def list_page(request: Request, actor: Official) -> Response:
    """What waits for a decision."""
    proofing(actor)
    async with request.app.state.database.reading() as session:
        found = await service.waiting(session)
    rows = [{"proof": proof, "person": person} for proof, person in found]
    return page(request, "proofing/list.html", rows=rows, wide=True)


@router.get("/desk/representatives/{proof_id}")
async def one_page(request: Request, proof_id: str, actor: Official) -> Response:
    """One of them, beside its certificate."""
    return await _one(request, actor, proof_id)


@router.get("/desk/representatives/{proof_id}/file")
async def certificate(request: Request, proof_id: str, actor: Official) -> Response:
    """The certificate, for who decides."""
    state = request.app.state
    proofing(actor)
    async with state.database.reading() as session:
        proof, _ = await service.one(session, proof_id)
        if proof.sha256 is None:
            raise not_found()
        path = await documents.content_path(session, state.blobs, proof.sha256)
    headers = dict(documents.download_headers(proof.file_name, proof.file_type))
    content_type = headers.pop("Content-Type")
    return FileResponse(str(path), media_type=content_type, headers=headers)


@router.post("/desk/representatives/{proof_id}")
async def settle_post(request: Request, proof_id: str, actor: Official) -> Response:
    """Decide, having proved a short while ago who one is."""
    state = request.app.state
    proofing(actor)
    await fresh_where_possible(request, actor)
    async with form_of(request, 100_000) as form:
        decision, reason = form.value("decision"), form.value("/reason")
    if decision not in ("grant", "refuse"):
        raise not_found()
    try:
        async with state.database.session() as session:
            settled = await service.settle(
                session,
                state.clock,
                actor,
                proof_id,
                grant=decision == "grant",
                reason=reason,
                months=state.settings.reproof_months,
            )
            await session.commit()
    except DomainError as error:
        if error.status != 422:
            raise
        return await _one(request, actor, proof_id, reason, {"/reason": error.message})
    said = f"{decision}_done" if settled else "first_done"
    return done(request, f"proofing.desk.{said}", "/desk/representatives")


def _faults(given: dict[str, str], file: bool) -> tuple[dict[str, Any], str]:
    faults: dict[str, Any] = {}
    number = ""
    try:
        number = parse_corporate_number(given["number"])
    except JapaneseInputError:
        faults["/number"] = "proofing.ask.number_wrong"
    for name in ("name", "title"):
        if not 1 <= len(given[name]) <= service.LONGEST:
            faults[f"/{name}"] = f"proofing.ask.{name}_wrong"
    if not file:
        faults["/file"] = "proofing.ask.file_wrong"
    return faults, number


async def _ask(
    request: Request,
    actor: Actor,
    given: dict[str, str] | None = None,
    faults: dict[str, Any] | None = None,
) -> Response:
    now = request.app.state.clock()
    async with request.app.state.database.reading() as session:
        asked = await service.proofs_of(session, actor.id)
        standing = await standing_of(session, actor.id, actor.own, now)
        try:
            await service.applicant(session, actor)
            hindrance = None
        except DomainError as error:
            hindrance = error.message
    return page(
        request,
        "proofing/ask.html",
        faults,
        asked=asked,
        open=hindrance is None and not any(item.state == service.WAITING for item in asked),
        hindrance=hindrance,
        card=card_of(request.app.state.settings) is not None,
        given=given or _present(standing),
        standing=standing,
        states=STATES,
        doubts=DOUBTS,
        tones=TONES,
        back=back if (back := safe_return(request.query_params.get("return"))) != "/" else None,
    )


def _present(standing: Standing | None) -> dict[str, str]:
    """What the form begins with: proved anew, number and name need not be typed again."""
    if standing is None or standing.state == CURRENT:
        return {"number": "", "name": "", "title": ""}
    organisation = standing.organisation
    return {
        "number": organisation.corporate_number or "",
        "name": organisation.name,
        "title": organisation.representative_title,
    }


async def _one(
    request: Request,
    actor: Actor,
    proof_id: str,
    reason: str = "",
    faults: dict[str, Any] | None = None,
) -> Response:
    proofing(actor)
    async with request.app.state.database.reading() as session:
        proof, person = await service.one(session, proof_id)
        number = proof.corporate_number
        known = await organisation_by_number(session, number) if number else None
        asked, others = await succession.standing(session, proof)
    return page(
        request,
        "proofing/one.html",
        faults,
        proof=proof,
        person=person,
        known=known,
        reason=reason,
        asked=asked,
        others=[other.name for other in others],
        from_then=proof.asked_at + succession.WAIT,
        mine=asked.first_by == actor.id,
    )


def proofing(actor: Actor) -> None:
    """Only who has the role for it proves identities. CaseError 403 for everyone else."""
    if not agencies_where(actor, "proofing"):
        raise case_error(
            "not-proofing",
            403,
            "この画面は、本人確認担当だけが使えます。",
            "For those who prove identities only.",
        )
