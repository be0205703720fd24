"""A form interrupted by a fresh proof (中断した入力): kept for its person, given back after the proof.

It is kept as a proof under way (the purpose `form`, the id of its session): sealed, one a session, for
half an hour. Passwords and codes are not kept, nor files: who sent some is told.
"""

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from sqlalchemy import delete, or_
from sqlalchemy.exc import IntegrityError
from starlette.routing import Match

from madoguchi.identity.account.models import Proof
from madoguchi.identity.account.proving import proof_of
from madoguchi.identity.account.rules import PROOF_LIFE
from madoguchi.identity.models import SignIn
from madoguchi.identity.rules import safe_return
from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.sealing import seal, unseal
from madoguchi.web.form_input import FormInput
from madoguchi.web.forms import form_of
from madoguchi.web.refilling import Typed
from madoguchi.web.session import flash

KEPT, PURPOSE = "kept", "form"
LARGEST = 60_000
"""Characters of what is kept; a longer form is not."""
LARGEST_BODY = 12_000_000
_NEVER = frozenset({"/password", "/current", "/code", "credential"})


async def keep(request: Request, sign_in: SignIn, home: str) -> str:
    """Keep the form of this post; the page (path and query) on which it stands, `home` if unknown."""
    page, action = _page_of(request) or home, request.url.path
    try:
        async with form_of(request, LARGEST_BODY) as form:
            fields = {name: values for name, values in form.fields.items() if name not in _NEVER}
            files = any(file.filename for files in form.files.values() for file in files)
    except DomainError:  # no form, a broken or an endless one
        return page
    text = json.dumps({**asdict(Typed(urlsplit(page).path, action, fields)), "files": files})
    if len(text) > LARGEST:
        return page
    state, session_id = request.app.state, sign_in.session_id
    async with state.database.session() as session:
        now = state.clock()
        await session.execute(
            delete(Proof).where(or_(Proof.expires_at < now, Proof.id == session_id))
        )
        session.add(
            Proof(
                id=session_id,
                purpose=PURPOSE,
                address="",
                amr=[],
                data={"sealed": seal(state.settings.secret_key, PURPOSE, text)},
                expires_at=now + PROOF_LIFE,
            )
        )
        try:
            await session.commit()
        except IntegrityError:  # sent twice at the same moment: the other is kept
            await session.rollback()
    request.state.session[KEPT] = True
    return page


async def give_back(request: Request, sign_in_id: str) -> None:
    """Have the page of this request filled in with what was kept from it, and say so."""
    state = request.app.state
    if KEPT not in request.state.session or request.method != "GET":
        return
    async with state.database.reading() as session:
        sign_in = await session.get_one(SignIn, sign_in_id)
        proof = await proof_of(session, state.clock(), sign_in.session_id, PURPOSE)
    if proof is None:
        del request.state.session[KEPT]
        return
    text = unseal(state.settings.secret_key, PURPOSE, proof.data["sealed"])
    told: dict[str, Any] = json.loads(text) if text else {}
    if told.get("page") != request.url.path:
        return
    files = told.pop("files")
    request.state.typed = Typed(**told)
    flash(
        request,
        state.texts.text("account.interrupted.title"),
        "info",
        state.texts.text(f"account.interrupted.{'files' if files else 'body'}"),
    )


async def forget(request: Request, sign_in: SignIn) -> None:
    """The form was sent again: what was kept of it goes."""
    if request.state.session.pop(KEPT, None) is None:
        return
    async with request.app.state.database.session() as session:
        kept = delete(Proof).where(Proof.id == sign_in.session_id, Proof.purpose == PURPOSE)
        await session.execute(kept)
        await session.commit()


def typed_again(request: Request, action: str) -> FormInput | None:
    """What was typed in a form this page gives back, for pages that show one step of several."""
    typed: Typed | None = getattr(request.state, "typed", None)
    return FormInput(fields=typed.fields) if typed is not None and typed.action == action else None


def _page_of(request: Request) -> str | None:
    """The page a form was sent from: what the browser says, else the nearest one above the address."""
    parts = urlsplit(request.headers.get("referer", ""))
    said = safe_return(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    ours = (request.url.netloc, urlsplit(request.app.state.settings.address).netloc)
    if parts.netloc in ours and said != "/" and _is_page(request.app, parts.path):
        return said
    return page_above(request.app, request.url.path)


def page_above(app: FastAPI, path: str) -> str | None:
    """The nearest page at or above an address."""
    while path and not _is_page(app, path):
        path = path.rpartition("/")[0]
    return path or None


def _is_page(app: FastAPI, path: str) -> bool:
    asked = {"type": "http", "path": path, "root_path": "", "method": "GET", "headers": []}
    return any(route.matches(asked)[0] == Match.FULL for route in app.routes)
