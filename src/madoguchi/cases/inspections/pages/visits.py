"""What an inspector holds in the hand (携帯画面): one section a page, every page works by itself.

With scripts the browser keeps these pages, and what is recorded while there is no network
(web/static/elements/visit*.js); without, each form is a plain post.
"""

import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.errors import not_found
from madoguchi.cases.inspections import queries, rules, visit_form
from madoguchi.cases.inspections.access import visit_for
from madoguchi.cases.inspections.checklist import State, load_state
from madoguchi.cases.inspections.device import PERSON_HEADER, moment, pocket_key
from madoguchi.cases.inspections.letters import inspectors_of
from madoguchi.cases.inspections.pages.shared import (
    FORM_BYTES,
    UPLOAD_BYTES,
    Reader,
    shown,
    state_tag,
)
from madoguchi.cases.inspections.photos import keep_photo, remove_photo
from madoguchi.cases.inspections.programme import law_text, pinned
from madoguchi.cases.inspections.visiting import REFUSED, Incoming, record
from madoguchi.documents import service as documents
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor, person_mark
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Text
from madoguchi.web.form_input import FormInput
from madoguchi.web.forms import form_of

router = APIRouter(include_in_schema=False)
WORKER = "elements/visit-worker.js"


@router.get("/visits/worker.js")
async def worker(request: Request) -> Response:
    """The service worker; its own address, so that it serves this folder of pages and no other."""
    asset = request.app.state.static.assets[WORKER]
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/visits/"}
    return Response(asset.content, media_type="text/javascript", headers=headers)


@router.get("/visits/offline")
async def offline(request: Request) -> Response:
    """What is shown without network where a page was not kept; holds nothing of anybody."""
    return shown(request, "inspections/visit/offline.html")


@router.get("/visits/")
async def visits(request: Request, actor: Reader) -> Response:
    """The visits before an inspector."""
    state = request.app.state
    async with state.database.reading() as session:
        found = await queries.visits_of(session, actor)
    today = jst_date(state.clock())
    return _render(request, actor, "list", visits=found, today=today)


@router.get("/visits/{visit_id}")
async def visit(request: Request, visit_id: str, actor: Reader) -> Response:
    """One visit: where, who, what is done and what is left."""
    return _render(request, actor, "overview", **await _context(request, actor, visit_id))


@router.post("/visits/{visit_id}/start")
async def start(request: Request, visit_id: str, actor: Reader) -> Response:
    """The certificate of identity was shown; the visit begins."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        one = visit_form.incoming(form, rules.START, {"card_shown": True}, state.clock())
    await _record(request, actor, visit_id, [one])
    return RedirectResponse(f"/visits/{visit_id}", 303)


@router.get("/visits/{visit_id}/sections/{section_id}")
async def section(request: Request, visit_id: str, section_id: str, actor: Reader) -> Response:
    """One page of the checklist."""
    return await _section(request, actor, visit_id, section_id)


@router.post("/visits/{visit_id}/sections/{section_id}")
async def answer(request: Request, visit_id: str, section_id: str, actor: Reader) -> Response:
    """Keep the answers and photographs of one page, then go on to the next."""
    state = request.app.state
    async with form_of(request, UPLOAD_BYTES) as form:
        context = await _context(request, actor, visit_id)
        spec, following = _page_of(context, section_id)
        sent = visit_form.answers(form, spec, context["state"], state.clock())
        faults = await _record(request, actor, visit_id, sent)
        for item in spec.items:
            refused = await _photos(request, actor, visit_id, form, f"p.{item}", rules.ITEM + item)
            faults |= {rules.ITEM + item: refused} if refused else {}
        if faults:
            return await _section(request, actor, visit_id, section_id, form, faults)
        again = form.value("go") == "stay"
    if again:
        return RedirectResponse(f"/visits/{visit_id}/sections/{section_id}", 303)
    return RedirectResponse(f"/visits/{visit_id}{following}", 303)


@router.get("/visits/{visit_id}/findings")
async def findings(request: Request, visit_id: str, actor: Reader) -> Response:
    """What was found so far, and the form for one more (?item=) or an earlier one (?name=)."""
    return await _findings(request, actor, visit_id)


@router.post("/visits/{visit_id}/findings")
async def find(request: Request, visit_id: str, actor: Reader) -> Response:
    """Keep, change or take back a finding."""
    async with form_of(request, UPLOAD_BYTES) as form:
        one = visit_form.finding(form, request.app.state.clock())
        faults = await _record(request, actor, visit_id, [one])
        if not faults:
            refused = await _photos(request, actor, visit_id, form, "photo", one.key)
            faults = {one.key: refused} if refused else {}
        if faults:
            return await _findings(request, actor, visit_id, form, faults[one.key])
    return RedirectResponse(f"/visits/{visit_id}/findings", 303)


@router.get("/visits/{visit_id}/finish")
async def finish(request: Request, visit_id: str, actor: Reader) -> Response:
    """What is missing, what was found, and the signature of who is present."""
    return await _finish(request, actor, visit_id)


@router.post("/visits/{visit_id}/finish")
async def sign(request: Request, visit_id: str, actor: Reader) -> Response:
    """Keep the signature; the visit ends when nothing is missing."""
    async with form_of(request, FORM_BYTES) as form:
        one = visit_form.signature(form, request.app.state.clock())
        faults = await _record(request, actor, visit_id, [one])
        if faults:
            return await _finish(request, actor, visit_id, form, faults[one.key])
    return RedirectResponse(f"/visits/{visit_id}", 303)


@router.get("/visits/{visit_id}/conflicts")
async def conflicts(request: Request, visit_id: str, actor: Reader) -> Response:
    """Where inspectors contradict each other."""
    return _render(request, actor, "conflicts", **await _context(request, actor, visit_id))


@router.post("/visits/{visit_id}/conflicts")
async def choose(request: Request, visit_id: str, actor: Reader) -> Response:
    """Settle one contradiction: the chosen record is written anew and replaces all of them."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        now: State = (await _context(request, actor, visit_id))["state"]
        key, chosen = form.value("key"), form.value("chosen")
        found = next((r for r in now.stands.get(key, ()) if r.client_id == chosen), None)
        if found is not None:
            value = found.value and {k: v for k, v in found.value.items() if k != "verdict"}
            one = visit_form.incoming(form, key, value, state.clock(), " ".join(now.heads(key)))
            await _record(request, actor, visit_id, [one])
    return RedirectResponse(f"/visits/{visit_id}/conflicts", 303)


@router.post("/visits/{visit_id}/photos/{photo_id}/remove")
async def take_out(request: Request, visit_id: str, photo_id: str, actor: Reader) -> Response:
    """Take a photograph out of the record."""
    state = request.app.state
    async with form_of(request, FORM_BYTES) as form:
        back = form.value("back")
    async with state.database.session() as session:
        await remove_photo(session, actor, state.clock, visit_id, photo_id)
        await session.commit()
    own = back.startswith(f"/visits/{visit_id}")
    return RedirectResponse(identity.safe_return(back) if own else f"/visits/{visit_id}", 303)


async def _record(
    request: Request, actor: Actor, visit_id: str, sent: Sequence[Incoming]
) -> dict[str, list[Text]]:
    """Keep records; the faults of those that were refused, by key."""
    state = request.app.state
    async with state.database.session() as session:
        outcomes = await record(session, actor, state.clock, visit_id, sent)
        await session.commit()
    return {
        one.key: [outcome.message or {}]
        for one, outcome in zip(sent, outcomes, strict=True)
        if outcome.status == REFUSED
    }


async def _photos(
    request: Request, actor: Actor, visit_id: str, form: FormInput, name: str, key: str
) -> list[Text]:
    """Keep the photographs of one control; why some were refused."""
    state, refused = request.app.state, []
    for file in form.files.get(name, []):
        try:
            photo = await documents.take_photo(file.chunks(), file.filename, state.blobs.incoming)
            async with state.database.session() as session:
                await keep_photo(
                    session,
                    state.blobs,
                    actor,
                    state.clock,
                    visit_id,
                    client_id=f"w-{photo.original_sha256[:40]}",
                    key=key,
                    made_at=state.clock(),
                    photo=photo,
                )
                await session.commit()
        except DomainError as fault:
            if fault.status in (403, 404):
                raise
            refused.append(dict(fault.message))
    return refused


async def _section(
    request: Request,
    actor: Actor,
    visit_id: str,
    section_id: str,
    form: FormInput | None = None,
    faults: dict[str, list[Text]] | None = None,
) -> Response:
    context = await _context(request, actor, visit_id)
    spec, following = _page_of(context, section_id)
    return _render(
        request,
        actor,
        "section",
        **context,
        section=spec,
        following=following,
        typed=form.fields if form else {},
        faults=faults or {},
        errors=[
            {"href": f"#{key.replace(':', '-')}", "text": text}
            for key, texts in (faults or {}).items()
            for text in texts
        ],
    )


async def _findings(
    request: Request,
    actor: Actor,
    visit_id: str,
    form: FormInput | None = None,
    faults: Sequence[Text] = (),
) -> Response:
    params = request.query_params
    context = await _context(request, actor, visit_id)
    state: State = context["state"]
    name = form.value("name") if form else params.get("name", "")
    item = context["programme"].block.item(params.get("item", ""))
    given: dict[str, Any] = dict(state.findings.get(name) or {})
    if item is not None and not given:
        given = {"item": params["item"], "law": law_text(item.law)}
    if form is not None:
        given = {part: form.value(part) for part in ("severity", "text", "law", "item")}
    return _render(
        request,
        actor,
        "findings",
        **context,
        called=name or secrets.token_hex(10),
        given=given,
        writing=bool(form or params.get("item") or params.get("name") or params.get("new")),
        errors=[{"href": "#f-text", "text": text} for text in faults],
    )


async def _finish(
    request: Request,
    actor: Actor,
    visit_id: str,
    form: FormInput | None = None,
    faults: Sequence[Text] = (),
) -> Response:
    context = await _context(request, actor, visit_id)
    signed = context["state"].signature or {}
    if form is not None:
        signed = {part: form.value(part) for part in ("name", "title", "comment", "absent")}
    errors = [{"name": "name", "text": text} for text in faults]
    return _render(request, actor, "finish", **context, given=signed, errors=errors)


async def _context(request: Request, actor: Actor, visit_id: str) -> dict[str, Any]:
    rendered_at = moment(request.app.state.clock())  # before reading: what comes later is news
    async with request.app.state.database.reading() as session:
        inspection, mine = await visit_for(session, actor, visit_id)
        programme = await pinned(session, inspection.digest)
        state = await load_state(session, inspection, programme)
        inspectors = await inspectors_of(session, inspection.id)
        agency = await identity.agency(session, inspection.agency_id)
    block = programme.block.spec
    return {
        "inspection": inspection,
        "mine": mine,
        "programme": programme,
        "block": block,
        "state": state,
        "inspectors": inspectors,
        "agency": dict(agency.name),
        "base": f"/visits/{inspection.id}",
        "recording": inspection.state in rules.RECORDING,
        "tag_of_state": state_tag(request, inspection),
        "steps": _steps(block.checklist, state),
        "rendered_at": rendered_at,
    }


def _steps(checklist: Sequence[Any], state: State) -> list[dict[str, Any]]:
    """The sections with how many of their items are answered."""
    return [
        {
            "section": section,
            "all": list(section.items),
            "required": [name for name, spec in section.items.items() if spec.required],
            "done": [name for name in section.items if state.answered(name)],
            "unmet": [name for name in section.items if name in state.unmet],
        }
        for section in checklist
    ]


def _page_of(context: dict[str, Any], section_id: str) -> tuple[Any, str]:
    """The section, and the address behind /visits/ID of the page after it. CaseError 404."""
    sections = context["block"].checklist
    for index, spec in enumerate(sections):
        if spec.id == section_id:
            last = index + 1 == len(sections)
            return spec, "/finish" if last else f"/sections/{sections[index + 1].id}"
    raise not_found()


def _render(request: Request, actor: Actor, template: str, **context: Any) -> Response:
    """A page of the visit; with faults to show in `errors` it answers 422."""
    state = request.app.state
    page = shown(
        request,
        f"inspections/visit/{template}.html",
        status=422 if context.get("errors") else 200,
        person=person_mark(actor.id),
        pocket_key=pocket_key(state.settings.secret_key, actor.id),
        sheet=secrets.token_hex(8),
        rules_item=rules.ITEM,
        **context,
    )
    page.headers[PERSON_HEADER] = person_mark(actor.id)
    return page
