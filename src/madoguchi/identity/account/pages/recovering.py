"""Pages of recovery: an address, the code that came there, a day of waiting, and the same again."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account.entering import enter, means_of
from madoguchi.identity.account.models import Proof
from madoguchi.identity.account.pages.shared import client_admitted, fields_of, page
from madoguchi.identity.account.proving import (
    Means,
    begin,
    known_at,
    proof_of,
    send_code,
    try_code,
)
from madoguchi.identity.account.recovering import reset
from madoguchi.identity.account.rules import RESET_WAIT, mail_address, typed_code
from madoguchi.web.problems import SeeOther

router = APIRouter(include_in_schema=False)
PROOF, PURPOSE = "recovery", "recovery"


@router.get("/recovery")
async def recovery_page(request: Request) -> HTMLResponse:
    """What to do when one can no longer sign in."""
    return page(request, "recovery.html", address="")


@router.post("/recovery")
async def recovery_post(request: Request) -> Response:
    """Send a code; the answer is the same whether or not anybody has the address."""
    (typed,) = await fields_of(request, "/address")
    address = mail_address(typed)
    if address is None:
        return page(request, "recovery.html", {"/address": "address"}, address=typed[:320])
    means = means_of(request)
    async with means.database.session() as session:
        proof = await begin(session, means.now, PURPOSE, address)
        await session.commit()
    if not await client_admitted(request) or not await send_code(means, proof.id):
        return page(request, "recovery.html", {"/address": "throttled"}, 429, address=typed)
    request.state.session[PROOF] = proof.id
    return RedirectResponse("/recovery/proof", 303)


@router.get("/recovery/proof")
async def proof_page(request: Request) -> Response:
    """Ask for the code."""
    _, proof = await _under_way(request)
    return page(request, "recovery_proof.html", proof=proof)


@router.post("/recovery/proof")
async def proof_post(request: Request) -> Response:
    """With the right code: ask for a reset, say how long to wait, or carry it out."""
    means, proof = await _under_way(request)
    (typed,) = await fields_of(request, "/code")
    outcome = await try_code(means, proof.id, typed_code(typed))
    if outcome != "right":
        key, status = ("throttled", 429) if outcome == "throttled" else ("wrong_code", 422)
        return page(request, "recovery_proof.html", {"/code": key}, status, proof=proof)
    return await _reset(request, means, proof)


async def _reset(request: Request, means: Means, proof: Proof) -> Response:
    async with means.database.session() as session:
        held, known = await session.get(Proof, proof.id), await known_at(session, proof.address)
        if held is None or known is None:
            raise SeeOther("/recovery")
        await session.delete(held)
        came_to = await reset(session, means, known)
        if came_to == "done":
            await enter(request, session, known.person, ("email",), "email")
        asked = known.account.reset_at
        await session.commit()
    if came_to == "done":
        return RedirectResponse("/account/security", 303)
    from_then = asked + RESET_WAIT if asked else None
    return page(request, "recovery_state.html", came_to=came_to, from_then=from_then)


async def _under_way(request: Request) -> tuple[Means, Proof]:
    means = means_of(request)
    async with means.database.reading() as session:
        proof = await proof_of(session, means.now, request.state.session.get(PROOF), PURPOSE)
    if proof is None:
        raise SeeOther("/recovery")
    return means, proof
