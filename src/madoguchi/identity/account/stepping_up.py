"""A fresh proof asked of programs (再認証の要求; RFC 9470): what pages ask by leading to a sign-in."""

from typing import Annotated

from fastapi import Depends, Request

from madoguchi.identity.account.proving import known_of
from madoguchi.identity.account.rules import FRESH
from madoguchi.identity.assurance import ACR_2, reaches
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.guards import required_actor
from madoguchi.identity.models import AccessToken, SignIn
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.sign_in import SIGN_IN


async def proved_lately(
    request: Request, actor: Annotated[Actor, Depends(required_actor)]
) -> Actor:
    """Who proved a short while ago with two factors who they are; a key counts from the proof it was
    made by. IdentityError 401 insufficient_user_authentication, with what is wanted.

    People of the demonstration and programs of organisations have nothing to prove it with: they
    pass, and what they may do is decided by what they are.
    """
    state = request.app.state
    async with state.database.reading() as session:
        if await known_of(session, actor.id) is None:
            return actor
        proof: AccessToken | SignIn | None = (
            await session.get(AccessToken, actor.token)
            if actor.token is not None
            else await session.get(SignIn, request.state.session.get(SIGN_IN, ""))
        )
    at = proof.authenticated_at if proof is not None else None
    lately = at is not None and state.clock() - at <= FRESH
    if proof is None or not lately or not reaches(proof.acr or "", ACR_2):
        raise proof_wanted()
    if actor.shown.agency is not None:  # another provider's word
        raise proof_wanted()
    return actor


def proof_wanted() -> IdentityError:
    """401: a proof with two factors, made a short while ago, is wanted before (RFC 9470)."""
    seconds = int(FRESH.total_seconds())
    fault = IdentityError(
        "insufficient_user_authentication",
        401,
        {
            "ja": f"この操作には、{seconds // 60}分以内の、2要素での本人の確認が必要です。"
            "もう一度ログインし、新しいアクセストークンを作ってください。",
            "en": f"This needs a proof with two factors no older than {seconds // 60} minutes. "
            "Sign in again and make a new access token.",
        },
    )
    fault.headers = {
        "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", '
        f'acr_values="{ACR_2}", max_age="{seconds}"'
    }
    return fault
