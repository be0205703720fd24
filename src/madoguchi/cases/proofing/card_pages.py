"""Pages of proving a representative by card: what is wanted, to the provider, and back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.cases.errors import not_found
from madoguchi.cases.proofing import service
from madoguchi.cases.proofing.card import Wish, prove
from madoguchi.cases.proofing.rules import proved_of
from madoguchi.identity.account.pages.securing import Fresh
from madoguchi.identity.relying.checking import SignedIn
from madoguchi.identity.relying.client import Relied
from madoguchi.identity.relying.crossing import come_back, failed, note_fault, send_away
from madoguchi.identity.relying.faults import ProviderFault
from madoguchi.identity.relying.installed import CARD_LEVEL, card_of
from madoguchi.identity.service import Actor, required_actor
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.japanese import JapaneseInputError, normalise_line, parse_corporate_number
from madoguchi.registry.consulting import Consulted, Why, look
from madoguchi.web.answering import page
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedInActor = Annotated[Actor, Depends(required_actor)]
HOME, PAGE, BACK = "/representative", "/representative/card", "/representative/card/back"
PURPOSE, MAX_AGE = "prime", 300
CORPORATION, SOLE = "corporation", "sole"
NAMES = ("kind", "number", "name")


@router.get(PAGE)
async def card_page(request: Request, actor: Fresh) -> Response:
    """For which business. CaseError where there is no card, or the account may not ask."""
    _relied(request)
    async with request.app.state.database.reading() as session:
        await service.applicant(session, actor)
    return _page(request, {"kind": CORPORATION, "number": "", "name": ""})


@router.post(PAGE)
async def card_post(request: Request, actor: Fresh) -> Response:
    """On to the provider that reads the card."""
    relied = _relied(request)
    async with request.app.state.database.reading() as session:
        known = await service.applicant(session, actor)
        if any(
            proof.state == service.WAITING
            for proof in await service.proofs_of(session, known.person.id)
        ):
            return RedirectResponse(HOME, 303)
    async with form_of(request, 40_000) as form:
        given = {name: normalise_line(form.value(f"/{name}")) for name in NAMES}
    faults, number = _faults(given)
    if faults:
        return _page(request, given, faults)
    wish = {"number": number, "name": "" if number else given["name"]}
    try:
        return await send_away(
            request, relied, BACK, PURPOSE, person_id=actor.id, data=wish, max_age=MAX_AGE
        )
    except ProviderFault as fault:
        return await _failed(request, relied, fault)


@router.get(BACK)
async def back(request: Request, actor: SignedInActor) -> Response:
    """What the card proved decides, or goes to the desk."""
    state, relied = request.app.state, _relied(request)
    try:
        came = await come_back(request, relied, BACK, person_id=actor.id)
        if came.request.purpose != PURPOSE or came.request.person_id != actor.id:
            raise ProviderFault("no_request")
        proved = proved_of(came.proved.claims)
        if proved is None or not _strong(relied, came.proved):
            raise ProviderFault("too_weak")
    except ProviderFault as fault:
        return await _failed(request, relied, fault)
    wish = Wish(came.request.data["number"], came.request.data["name"], "")
    found = await _consult(request, actor, wish.number)
    try:
        async with state.database.session() as session:
            known = await service.applicant(session, actor)
            made = await prove(
                session,
                state.clock,
                known,
                wish,
                came.proved,
                proved,
                found.record if found is not None else None,
                demo=state.settings.demo is True,
                months=state.settings.reproof_months,
            )
            await session.commit()
    except DomainError as error:
        if error.status != 409:
            raise
        flash(request, error.message, "error")
        return RedirectResponse(HOME, 303)
    flash(request, state.texts.text(f"proofing.card.{made.state}"))
    return RedirectResponse(HOME, 303)


async def _consult(request: Request, actor: Actor, number: str) -> Consulted | None:
    """What the registry says of the corporation; the question is logged as every other."""
    if not number:
        return None
    state = request.app.state
    why = Why("代表者の確認（カード）", "法人の代表者本人の申込み", actor.id)
    return await look(state.database, number, why, state.clock, fresh=True)


def _relied(request: Request) -> Relied:
    found = card_of(request.app.state.settings)
    if found is None:
        raise not_found()
    return found


def _strong(relied: Relied, card: SignedIn) -> bool:
    """Whether the provider said of this very answer that a card was used."""
    return relied.levels.get(card.acr or "") == CARD_LEVEL


async def _failed(request: Request, relied: Relied, fault: ProviderFault) -> Response:
    await note_fault(request, relied, fault)
    return failed(request, fault, PAGE, HOME)


def _faults(given: dict[str, str]) -> tuple[dict[str, Any], str]:
    faults: dict[str, Any] = {}
    number = ""
    if given["kind"] not in (CORPORATION, SOLE):
        faults["/kind"] = "proofing.card.kind_wrong"
    if given["kind"] == CORPORATION:
        try:
            number = parse_corporate_number(given["number"])
        except JapaneseInputError:
            faults["/number"] = "proofing.ask.number_wrong"
    if len(given["name"]) > service.LONGEST or not given["name"].isprintable():
        faults["/name"] = "proofing.card.name_wrong"
    return faults, number


def _page(
    request: Request, given: dict[str, str], faults: dict[str, Any] | None = None
) -> Response:
    return page(request, "proofing/card.html", faults, given=given)
