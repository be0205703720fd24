"""Pages of signing up: a name and an address, then the code that came there."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from madoguchi.identity.account.entering import enter, means_of
from madoguchi.identity.account.models import Proof
from madoguchi.identity.account.opening import open_account
from madoguchi.identity.account.pages.shared import client_admitted, fields_of, page
from madoguchi.identity.account.proving import (
    Means,
    begin,
    known_at,
    proof_of,
    send_code,
    try_code,
)
from madoguchi.identity.account.rules import mail_address, typed_code
from madoguchi.web.problems import SeeOther

router = APIRouter(include_in_schema=False)
PROOF, PURPOSE = "sign_up", "sign_up"
LONGEST_NAME = 100


@router.get("/sign-up")
async def sign_up_page(request: Request) -> HTMLResponse:
    """Ask for name and address."""
    return page(request, "sign_up.html", typed_name="", address="")


@router.post("/sign-up")
async def sign_up_post(request: Request) -> Response:
    """Send a code to the address; whoever has an account already is told so by mail alone."""
    name, typed = await fields_of(request, "/name", "/address")
    name, address = " ".join(name.split()), mail_address(typed)
    faults = {}
    if not 1 <= len(name) <= LONGEST_NAME:
        faults["/name"] = "name"
    if address is None:
        faults["/address"] = "address"
    elif not await client_admitted(request):
        faults["/address"] = "throttled"
    if faults or address is None:
        return page(request, "sign_up.html", faults, typed_name=name[:400], address=typed[:320])
    means = means_of(request)
    async with means.database.session() as session:
        proof = await begin(session, means.now, PURPOSE, address)
        proof.data = {"name": name}
        await session.commit()
    if not await send_code(means, proof.id):
        return page(
            request, "sign_up.html", {"/address": "throttled"}, 429, typed_name=name, address=typed
        )
    request.state.session[PROOF] = proof.id
    return RedirectResponse("/sign-up/proof", 303)


@router.get("/sign-up/proof")
async def proof_page(request: Request) -> Response:
    """Ask for the code."""
    _, proof = await _under_way(request)
    return page(request, "sign_up_proof.html", proof=proof)


@router.post("/sign-up/proof")
async def proof_post(request: Request) -> Response:
    """With the right code: open the account and sign in."""
    means, proof = await _under_way(request)
    (typed,) = await fields_of(request, "/code")
    outcome = await try_code(means, proof.id, typed_code(typed))
    if outcome == "right":
        return await _opened(request, means, proof)
    key, status = ("throttled", 429) if outcome == "throttled" else ("wrong_code", 422)
    return page(request, "sign_up_proof.html", {"/code": key}, status, proof=proof)


async def _opened(request: Request, means: Means, proof: Proof) -> Response:
    state = request.app.state
    async with means.database.session() as session:
        held = await session.get(Proof, proof.id)
        # Nobody was sent a code for an address that has an account: it was made in between.
        if held is None or await known_at(session, proof.address) is not None:
            raise SeeOther("/sign-in/account")
        await session.delete(held)
        person = await open_account(
            session,
            state.clock,
            address=proof.address,
            name=str(proof.data["name"]),
            language=means.language,
        )
        target = await enter(request, session, person, ("email",), "email")
        await session.commit()
    # Whoever was invited goes on there; the others are shown how to make their account safe.
    invited = target.startswith("/invitations/")
    return RedirectResponse(target if invited else "/account/security", 303)


async def _under_way(request: Request) -> tuple[Means, Proof]:
    means = means_of(request)
    async with means.database.reading() as session:
        proof = await proof_of(session, means.now, request.state.session.get(PROOF), PURPOSE)
    if proof is None:
        raise SeeOther("/sign-up")
    return means, proof
