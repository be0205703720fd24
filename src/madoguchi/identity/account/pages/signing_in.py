"""Pages of signing in: an address, then a passkey, a password or a code by mail, then a second factor."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from madoguchi.identity.account import passkeys
from madoguchi.identity.account.entering import RETURN, enter, means_of
from madoguchi.identity.account.limits import admit, once
from madoguchi.identity.account.models import Proof
from madoguchi.identity.account.pages.shared import client_admitted, fields_of, page
from madoguchi.identity.account.proving import (
    Known,
    Means,
    begin,
    known_at,
    known_of,
    passkey_of,
    proof_of,
    send_code,
    still_needs,
    try_code,
    try_password,
    try_second,
)
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.rules import CHALLENGE_LIFE, mail_address, typed_code
from madoguchi.identity.guards import current_actor, required_actor
from madoguchi.identity.models import Person
from madoguchi.identity.relying.providers import provider_of_session
from madoguchi.identity.rules import PUBLIC, Actor, safe_return
from madoguchi.identity.service.sign_in import SIGN_IN
from madoguchi.web.problems import SeeOther

router = APIRouter(include_in_schema=False)
PROOF, CHALLENGE = "proof", "challenge"
PURPOSE = "sign_in"
SignedIn = Annotated[Actor, Depends(required_actor)]
Anyone = Annotated[Actor, Depends(current_actor)]


def begin_page(
    request: Request, actor: Actor, address: str = "", faults: dict[str, str] | None = None
) -> HTMLResponse:
    """The first page: a passkey, or an address. Where to go afterwards is kept in the session."""
    wanted = request.query_params.get("return")
    if wanted is not None:
        request.state.session[RETURN] = safe_return(wanted)
    return page(
        request,
        "begin.html",
        faults,
        address=address,
        again=False,
        signed_in=actor.kind != PUBLIC,
    )


@router.get("/sign-in/account")
async def sign_in_page(request: Request, actor: Anyone) -> HTMLResponse:
    """Sign in with an account; in production /sign-in shows the same."""
    return begin_page(request, actor)


@router.get("/sign-in/again")
async def again_page(request: Request, actor: SignedIn) -> Response:
    """Prove once more who one is, before something important."""
    request.state.session[RETURN] = safe_return(request.query_params.get("return"))
    async with request.app.state.database.reading() as session:
        known = await known_of(session, actor.id)
        agency = await provider_of_session(session, request.state.session.get(SIGN_IN))
    if known is None:
        return RedirectResponse("/account", 303)
    if request.query_params.get("own") == "1":  # the provider's word would not do
        agency = None
    address = known.account.address
    return page(request, "begin.html", address=address, again=True, signed_in=True, agency=agency)


@router.post("/sign-in/address")
async def address_post(request: Request, actor: Anyone) -> Response:
    """Take the address; what follows is the same whether or not it is known."""
    (typed,) = await fields_of(request, "/address")
    address = mail_address(typed)
    if address is None:
        return begin_page(request, actor, typed[:320], {"/address": "address"})
    if not await client_admitted(request):
        return begin_page(request, actor, typed, {"/address": "throttled"})
    means = means_of(request)
    async with means.database.session() as session:
        proof = await begin(session, means.now, PURPOSE, address)
        await session.commit()
    request.state.session[PROOF] = proof.id
    return RedirectResponse("/sign-in/proof", 303)


@router.get("/sign-in/proof")
async def proof_page(request: Request) -> Response:
    """The password or a code by mail."""
    _, proof, known = await _under_way(request)
    return await _next(request, proof, known)


@router.post("/sign-in/password")
async def password_post(request: Request) -> Response:
    """Try the password."""
    means, proof, _ = await _under_way(request)
    (password,) = await fields_of(request, "/password")
    return await _tried(request, await try_password(means, proof.id, password), "/password")


@router.post("/sign-in/mail")
async def mail_post(request: Request) -> Response:
    """Send a code by mail."""
    means, proof, _ = await _under_way(request)
    if not await client_admitted(request) or not await send_code(means, proof.id):
        return page(request, "proof.html", {"/password": "throttled"}, 429, proof=proof)
    return RedirectResponse("/sign-in/proof", 303)


@router.post("/sign-in/code")
async def code_post(request: Request) -> Response:
    """Try the code that came by mail."""
    means, proof, _ = await _under_way(request)
    (typed,) = await fields_of(request, "/code")
    return await _tried(request, await try_code(means, proof.id, typed_code(typed)), "/code")


@router.post("/sign-in/second")
async def second_post(request: Request) -> Response:
    """Try the second factor: the app's code, or a recovery code."""
    means, proof, known = await _under_way(request)
    if still_needs(known, proof) != "second":
        raise SeeOther("/sign-in/proof")
    (typed,) = await fields_of(request, "/code")
    return await _tried(request, await try_second(means, proof.id, typed_code(typed)), "/code")


@router.post("/sign-in/passkey/options")
async def passkey_options(request: Request) -> JSONResponse:
    """What the browser asks a passkey with: a challenge, nobody's credentials."""
    challenge = new_challenge(request, PURPOSE)
    options = passkeys.assertion_options(request.app.state.settings.address, challenge)
    return JSONResponse(options, headers={"Cache-Control": "no-store"})


@router.post("/sign-in/passkey")
async def passkey_post(request: Request, actor: Anyone) -> Response:
    """Sign in by what a passkey signed."""
    (answer,) = await fields_of(request, "credential")
    means = means_of(request)
    challenge = await take_challenge(request, means, PURPOSE)
    credential = passkeys.credential_of(answer)
    async with means.database.session() as session:
        found = await passkey_of(session, credential) if credential and challenge else None
        count = passkeys.asserted(means.site, challenge, answer, found[0]) if found else None
        if found is None or count is None:
            if found is not None:
                await note(
                    session, means.now, found[1].id, "sign_in_failed", {"way": "pop"}, by="public"
                )
                await session.commit()
            return begin_page(request, actor, faults={"/address": "passkey"})
        passkey, person = found
        passkey.sign_count, passkey.last_used_at = count, means.now
        target = await enter(request, session, person, ("pop", "user", "mfa"), "passkey")
        await session.commit()
    return RedirectResponse(target, 303)


def new_challenge(request: Request, purpose: str) -> str:
    """A challenge for a passkey, kept in the browser's signed session."""
    challenge = passkeys.new_challenge()
    now = int(request.app.state.clock().timestamp())
    request.state.session[CHALLENGE] = [purpose, challenge, now]
    return challenge


async def take_challenge(request: Request, means: Means, purpose: str) -> str:
    """The challenge given to this browser, good once and for minutes; "" when there is none."""
    kept = request.state.session.pop(CHALLENGE, None)
    if not isinstance(kept, list) or len(kept) != 3 or kept[0] != purpose:
        return ""
    if means.now.timestamp() - kept[2] > CHALLENGE_LIFE.total_seconds():
        return ""
    async with means.database.session() as session:
        first = await admit(session, once("challenge", CHALLENGE_LIFE), kept[1], means.now)
        await session.commit()
    return str(kept[1]) if first else ""


async def _under_way(request: Request) -> tuple[Means, Proof, Known | None]:
    means = means_of(request)
    async with means.database.reading() as session:
        proof = await proof_of(session, means.now, request.state.session.get(PROOF), PURPOSE)
        known = await known_at(session, proof.address) if proof else None
    if proof is None:
        raise SeeOther("/sign-in/account")
    return means, proof, known


async def _tried(request: Request, outcome: str, place: str) -> Response:
    _, proof, known = await _under_way(request)
    if outcome == "right":
        return await _next(request, proof, known)
    name = "second.html" if still_needs(known, proof) == "second" else "proof.html"
    key = outcome if outcome == "throttled" else f"wrong{place.replace('/', '_')}"
    status = 429 if outcome == "throttled" else 422
    return page(request, name, {place: key}, status, proof=proof)


async def _next(request: Request, proof: Proof, known: Known | None) -> Response:
    needed = still_needs(known, proof)
    if needed == "first" or known is None:
        return page(request, "proof.html", proof=proof)
    if needed == "second":
        return page(request, "second.html", proof=proof)
    if needed == "passkey":
        return page(request, "only_passkey.html", proof=proof)
    return await _entered(request, proof, known)


async def _entered(request: Request, proof: Proof, known: Known) -> Response:
    means = means_of(request)
    async with means.database.session() as session:
        held = await session.get(Proof, proof.id)
        person = await session.get(Person, known.person.id)
        if held is None or person is None:  # used in another window
            raise SeeOther("/sign-in/account")
        amr = list(held.amr)
        await session.delete(held)
        target = await enter(request, session, person, amr, "+".join(amr)[:20])
        await session.commit()
    return RedirectResponse(target, 303)
