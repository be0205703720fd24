"""Pages of one's own means of proof: passkeys, app, recovery codes, password; sessions; what happened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account import authenticator, passkeys, securing
from madoguchi.identity.account.entering import THEN, means_of, strengthen
from madoguchi.identity.account.interrupted import forget, keep
from madoguchi.identity.account.models import Account
from madoguchi.identity.account.pages.shared import fields_of, page
from madoguchi.identity.account.pages.signing_in import new_challenge, take_challenge
from madoguchi.identity.account.proving import TOTP_SEAL, Known, Means, known_of, passkeys_of
from madoguchi.identity.account.recording import history
from madoguchi.identity.account.rules import FRESH, typed_code
from madoguchi.identity.account.stepping_up import proof_wanted
from madoguchi.identity.assurance import ACR_2, reaches
from madoguchi.identity.errors import IdentityError, not_allowed
from madoguchi.identity.guards import required_actor
from madoguchi.identity.models import SignIn
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.sign_in import SIGN_IN, end_sign_in, open_sign_ins
from madoguchi.kernel.sealing import unseal
from madoguchi.web.problems import SeeOther, wants_problem
from madoguchi.web.session import flash

router = APIRouter(prefix="/account", include_in_schema=False)
HOME = "/account/security"
PURPOSE = "add_passkey"
SignedIn = Annotated[Actor, Depends(required_actor)]


async def fresh_actor(request: Request, actor: SignedIn) -> Actor:
    """Who proved a short while ago, with two factors if they have them, who they are.

    Others are sent to prove it again; who came by another provider, by their own means: its word is
    not enough for what opens the whole account. People of the demonstration, who have no account,
    get 403.
    """
    state = request.app.state
    async with state.database.reading() as session:
        known = await securing.own(session, actor.id)
        sign_in = await session.get(SignIn, request.state.session.get(SIGN_IN, ""))
    own = sign_in is not None and sign_in.person_id == actor.id and sign_in.ended_at is None
    if sign_in is None or actor.token is not None or not own:
        raise not_allowed()  # a program's token, perhaps beside somebody else's session
    fresh = state.clock() - sign_in.authenticated_at <= FRESH
    by_others = actor.shown.agency is not None
    if by_others or not fresh or (known.strong and not reaches(sign_in.acr, ACR_2)):
        if wants_problem(request):
            raise proof_wanted()
        raise SeeOther(await _again(request, sign_in, own=by_others))
    if request.method == "POST":
        await forget(request, sign_in)
    return actor


async def _again(request: Request, sign_in: SignIn, *, own: bool) -> str:
    """Where one proves it again, and then comes back to the page; what was typed in it is kept."""
    back = request.url.path if request.method == "GET" else await keep(request, sign_in, HOME)
    return f"/sign-in/again?return={quote(back, safe='/')}{'&own=1' if own else ''}"


Fresh = Annotated[Actor, Depends(fresh_actor)]


async def fresh_where_possible(request: Request, actor: SignedIn) -> Actor:
    """The same, but people of the demonstration, who have nothing to prove it with, pass."""
    async with request.app.state.database.reading() as session:
        known = await known_of(session, actor.id)
    return actor if known is None else await fresh_actor(request, actor)


@asynccontextmanager
async def changing(
    request: Request, actor: Actor
) -> AsyncIterator[tuple[AsyncSession, Means, Known]]:
    """A transaction on one's own account, committed at its end."""
    means = means_of(request)
    async with means.database.session() as session:
        await session.get(Account, actor.id, with_for_update=True)  # one change at a time
        yield session, means, await securing.own(session, actor.id)
        await session.commit()


@router.get("/security")
async def security_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """One's ways to sign in, sessions, and what happened."""
    return await _security(request, actor)


@router.get("/second-factor")
async def second_factor_page(request: Request, actor: SignedIn) -> Response:
    """Why an organisation needs a second factor; whoever has proved one goes on."""
    then = request.state.session.get(THEN, "/account")
    if not actor.confined:
        return RedirectResponse(then, 303)
    async with request.app.state.database.reading() as session:
        known = await securing.own(session, actor.id)
    if known.strong:  # it was added in another browser
        return RedirectResponse(f"/sign-in/again?{urlencode({'return': then})}", 303)
    return page(request, "second_factor.html", then=then)


@router.post("/security/passkeys/options")
async def passkey_options(request: Request, actor: Fresh) -> JSONResponse:
    """What the browser makes a passkey with."""
    means = means_of(request)
    async with means.database.reading() as session:
        known = await securing.own(session, actor.id)
        kept = await passkeys_of(session, actor.id)
    options = passkeys.registration_options(
        means.site,
        new_challenge(request, PURPOSE),
        actor.id,
        known.account.address,
        actor.name,
        kept,
    )
    return JSONResponse(options, headers={"Cache-Control": "no-store"})


@router.post("/security/passkeys")
async def passkey_post(request: Request, actor: Fresh) -> Response:
    """Keep the passkey the browser made."""
    label, answer = await fields_of(request, "/label", "credential")
    means = means_of(request)
    challenge = await take_challenge(request, means, PURPOSE)
    made = passkeys.registered(means.site, challenge, answer) if challenge else None
    if made is None:
        return await _security(request, actor, {"/label": "passkey_made"})
    try:
        async with changing(request, actor) as (session, means, known):
            first = not known.recovery
            await securing.add_passkey(session, means, known, made, label)
            await _strengthen(session, request)
    except IdentityError as error:
        return await _security(request, actor, {"/label": error.code})
    _say_changed(request, "passkey_added")
    return RedirectResponse(f"{HOME}#recovery" if first else HOME, 303)


async def _strengthen(session: AsyncSession, request: Request) -> None:
    """The session in which a first passkey was made has just used it: it is not asked again."""
    sign_in = await session.get(SignIn, request.state.session.get(SIGN_IN, ""))
    if sign_in is not None and not reaches(sign_in.acr, ACR_2):
        await strengthen(request, session, "pop", "user", "mfa")


@router.post("/security/passkeys/{passkey_id}/remove")
async def remove_passkey_post(request: Request, passkey_id: str, actor: Fresh) -> Response:
    """Remove a passkey."""
    try:
        async with changing(request, actor) as (session, means, known):
            await securing.remove_passkey(session, means, known, passkey_id)
    except IdentityError as error:
        if error.status != 422:
            raise
        return await _security(request, actor, {"/label": error.code})
    return _done(request, "passkey_removed")


@router.post("/security/authenticator/begin")
async def begin_authenticator_post(request: Request, actor: Fresh) -> Response:
    """Make a new secret for an app."""
    async with changing(request, actor) as (session, means, known):
        await securing.begin_authenticator(session, means, known)
    return RedirectResponse("/account/security/authenticator", 303)


@router.get("/security/authenticator")
async def authenticator_page(request: Request, actor: Fresh) -> Response:
    """The secret as picture and as text, until it is in force."""
    return await _authenticator(request, actor)


@router.post("/security/authenticator")
async def authenticator_post(request: Request, actor: Fresh) -> Response:
    """Put the app in force by its first code."""
    (typed,) = await fields_of(request, "/code")
    async with changing(request, actor) as (session, means, known):
        right = await securing.confirm_authenticator(session, means, known, typed_code(typed))
        if right:
            await strengthen(request, session, "otp")
    if not right:
        return await _authenticator(request, actor, {"/code": "wrong_code"})
    return _done(request, "authenticator_added")


@router.post("/security/authenticator/remove")
async def remove_authenticator_post(request: Request, actor: Fresh) -> Response:
    """Forget the app."""
    try:
        async with changing(request, actor) as (session, means, known):
            await securing.remove_authenticator(session, means, known)
    except IdentityError as error:
        return await _security(request, actor, {"/label": error.code})
    return _done(request, "authenticator_removed")


@router.post("/security/recovery-codes")
async def recovery_codes_post(request: Request, actor: Fresh) -> HTMLResponse:
    """Make ten new codes; the page that answers is the only one that ever shows them."""
    async with changing(request, actor) as (session, means, known):
        made = await securing.make_recovery_codes(session, means, known)
    return page(request, "recovery_codes.html", codes=made)


@router.get("/security/password")
async def password_page(request: Request, actor: Fresh) -> HTMLResponse:
    """Choose a password."""
    return await _password(request, actor)


@router.post("/security/password")
async def password_post(request: Request, actor: Fresh) -> Response:
    """Keep a new password; who has one shows it (ASVS 6.2.3). Who forgot it does without it first."""
    current, password = await fields_of(request, "/current", "/password")
    means = means_of(request)
    async with means.database.reading() as session:
        known = await securing.own(session, actor.id)
    if not await securing.current_password(means, known, current):
        return await _password(request, actor, {"/current": "wrong_password"})
    try:
        hashed = await securing.hashed_password(means, known, password)
    except IdentityError as error:
        return await _password(request, actor, {"/password": error.code})
    async with changing(request, actor) as (session, means, known):
        await securing.set_password(session, means, known, hashed)
    return _done(request, "password_set")


@router.post("/security/password/remove")
async def remove_password_post(request: Request, actor: Fresh) -> Response:
    """Do without a password from now on."""
    async with changing(request, actor) as (session, means, known):
        await securing.set_password(session, means, known, None)
    return _done(request, "password_removed")


@router.post("/security/sessions/{sign_in_id}/end")
async def end_session_post(request: Request, sign_in_id: str, actor: SignedIn) -> Response:
    """End one of one's sessions."""
    state = request.app.state
    async with state.database.session() as session:
        await end_sign_in(session, state.clock, actor, sign_in_id)
        await session.commit()
    flash(request, state.texts.text("account.security.session_ended"))
    return RedirectResponse(HOME, 303)


def _done(request: Request, key: str) -> Response:
    _say_changed(request, key)
    return RedirectResponse(HOME, 303)


def _say_changed(request: Request, key: str) -> None:
    """A means was changed: say so, and where to end the sessions made with the old ones."""
    texts = request.app.state.texts
    said = texts.text(f"account.security.{key}")
    flash(request, said, body=texts.text("account.security.others"))


async def _password(
    request: Request, actor: Actor, faults: dict[str, str] | None = None
) -> HTMLResponse:
    async with request.app.state.database.reading() as session:
        known = await securing.own(session, actor.id)
    return page(request, "password.html", faults, has=known.account.password is not None)


async def _authenticator(
    request: Request, actor: Actor, faults: dict[str, str] | None = None
) -> Response:
    means = means_of(request)
    async with means.database.reading() as session:
        account = (await securing.own(session, actor.id)).account
    secret = unseal(means.key, TOTP_SEAL, account.totp) if account.totp else None
    if secret is None or account.totp_since is not None:
        return RedirectResponse(HOME, 303)
    picture = authenticator.picture_of(authenticator.address_of(secret, account.address))
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return page(request, "authenticator.html", faults, picture=picture, secret=groups)


async def _security(
    request: Request, actor: Actor, faults: dict[str, str] | None = None
) -> HTMLResponse:
    means = means_of(request)
    async with means.database.reading() as session:
        known = await known_of(session, actor.id)
        kept = await passkeys_of(session, actor.id)
        left = await securing.recovery_codes_left(session, actor.id)
        sign_ins = await open_sign_ins(session, actor, means.now)
        entries = await history(session, actor.id)
    texts = request.app.state.texts

    def happened(action: str) -> str:
        key = f"account.happened.{action}"
        return str(texts.t(key if key in texts else "account.happened.other", means.language))

    return page(
        request,
        "security.html",
        faults,
        happened=happened,
        known=known,
        passkeys=kept,
        codes_left=left,
        sign_ins=sign_ins,
        current=request.state.session.get(SIGN_IN),
        then=None if actor.confined else request.state.session.pop(THEN, None),
        entries=entries,
    )
