"""Pages of changing one's mail address, and of undoing a change by who had it before."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account import addressing, securing
from madoguchi.identity.account.entering import means_of
from madoguchi.identity.account.limits import DAILY, admit
from madoguchi.identity.account.models import FormerAddress, Proof
from madoguchi.identity.account.pages.securing import Fresh, changing
from madoguchi.identity.account.pages.shared import client_admitted, fields_of, page
from madoguchi.identity.account.proving import Means, begin, proof_of, send_code, try_code
from madoguchi.identity.account.rules import mail_address, typed_code
from madoguchi.identity.errors import IdentityError, unknown
from madoguchi.identity.guards import current_actor
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.sign_in import SIGN_IN, end_other_sign_ins
from madoguchi.web.problems import SeeOther
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
HOME, PROOF, PURPOSE = "/account/security/address", "address_proof", "address"
Anyone = Annotated[Actor, Depends(current_actor)]


@router.get(HOME)
async def address_page(request: Request, actor: Fresh) -> HTMLResponse:
    """Ask for the new address."""
    return await _address(request, actor)


@router.post(HOME)
async def address_post(request: Request, actor: Fresh) -> Response:
    """Send a code there; the answer is the same whether or not anybody has the address."""
    (typed,) = await fields_of(request, "/address")
    address, means = mail_address(typed), means_of(request)
    if address is None:
        return await _address(request, actor, {"/address": "address"}, typed[:320])
    async with means.database.session() as session:
        if address == (await securing.own(session, actor.id)).account.address:
            return await _address(request, actor, {"/address": "same_address"}, typed[:320])
        allowed = await admit(session, DAILY, f"address\0{actor.id}", means.now)
        proof = await begin(session, means.now, PURPOSE, address)
        proof.data = {"person": actor.id}
        await session.commit()
    if not allowed or not await client_admitted(request) or not await send_code(means, proof.id):
        return await _address(request, actor, {"/address": "throttled"}, typed[:320])
    request.state.session[PROOF] = proof.id
    return RedirectResponse(f"{HOME}/proof", 303)


@router.get(f"{HOME}/proof")
async def proof_page(request: Request, actor: Fresh) -> Response:
    """Ask for the code."""
    _, proof = await _under_way(request, actor)
    return page(request, "address_proof.html", proof=proof)


@router.post(f"{HOME}/proof")
async def proof_post(request: Request, actor: Fresh) -> Response:
    """With the right code: the new address holds from now on, and every other session ends."""
    means, proof = await _under_way(request, actor)
    (typed,) = await fields_of(request, "/code")
    outcome = await try_code(means, proof.id, typed_code(typed))
    if outcome != "right":
        key, status = ("throttled", 429) if outcome == "throttled" else ("wrong_code", 422)
        return page(request, "address_proof.html", {"/code": key}, status, proof=proof)
    try:
        async with changing(request, actor) as (session, means, known):
            held = await session.get(Proof, proof.id, with_for_update=True)
            if held is None:  # used in another window
                raise SeeOther("/account/security")
            await session.delete(held)
            await addressing.change_address(session, means, known, proof.address)
            keep = request.state.session.get(SIGN_IN, "")
            await end_other_sign_ins(session, request.app.state.clock, actor, keep)
    except IdentityError as error:
        if error.status != 422:
            raise
        return await _address(request, actor, {"/address": "address_taken"}, proof.address)
    flash(request, request.app.state.texts.text("account.address.changed"))
    return RedirectResponse("/account/security", 303)


@router.get("/account/address/undo/{token}")
async def undo_page(request: Request, token: str) -> HTMLResponse:
    """What the link would undo; programs that look at links in mails change nothing."""
    means = means_of(request)
    async with means.database.reading() as session:
        found = await addressing.change_of(session, means, token)
    return page(request, "address_undo.html", change=_given(found), token=token)


@router.post("/account/address/undo/{token}")
async def undo_post(request: Request, token: str) -> Response:
    """Undo it, and have its owner sign in anew."""
    means = means_of(request)
    async with means.database.session() as session:
        found = _given(await addressing.change_of(session, means, token))
        if not await addressing.undo(session, means, found):
            raise unknown("change")
        await session.commit()
    return page(request, "address_undone.html", address=found.address)


def _given(found: FormerAddress | None) -> FormerAddress:
    if found is None:
        raise unknown("change")
    return found


async def _under_way(request: Request, actor: Actor) -> tuple[Means, Proof]:
    means = means_of(request)
    async with means.database.reading() as session:
        proof = await proof_of(session, means.now, request.state.session.get(PROOF), PURPOSE)
    if proof is None or proof.data.get("person") != actor.id:
        raise SeeOther(HOME)
    return means, proof


async def _address(
    request: Request, actor: Actor, faults: dict[str, str] | None = None, typed: str = ""
) -> HTMLResponse:
    async with request.app.state.database.reading() as session:
        known = await securing.own(session, actor.id)
    return page(request, "address.html", faults, address=typed, present=known.account.address)
