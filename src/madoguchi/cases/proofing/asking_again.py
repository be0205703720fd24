"""Asking for the proof again (再確認の求め): where an act that binds the organisation was stopped."""

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from madoguchi.identity.reproof.binding import PROOF_NEEDED
from madoguchi.identity.reproof.service import standing_of
from madoguchi.identity.service import Actor, IdentityError
from madoguchi.kernel.language import Text
from madoguchi.web.session import flash

KEPT: Text = {"ja": "入力した内容は残っています。", "en": "What you entered is kept."}


async def on_to_proof(request: Request, actor: Actor, error: IdentityError, back: str) -> Response:
    """Its representative goes on to prove it, and from there back; a member back at once, told why.

    Raises the error when it asks for no proof.
    """
    if error.code != PROOF_NEEDED:
        raise error
    state = request.app.state
    async with state.database.reading() as session:
        standing = await standing_of(session, actor.id, actor.own, state.clock())
    flash(request, error.message, "warning", KEPT)
    target = f"/representative?return={quote(back, safe='/')}" if standing else back
    return RedirectResponse(target, 303)
