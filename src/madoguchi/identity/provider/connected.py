"""Connected services (連携中のサービス): what one agreed to, and taking it back (ASVS 10.4.9, 10.7.3)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import unknown
from madoguchi.identity.guards import required_actor
from madoguchi.identity.provider.models import Client, Consent, Grant
from madoguchi.identity.provider.profiles import PROFILES
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]


@router.get("/account/services")
async def services(request: Request, actor: SignedIn) -> HTMLResponse:
    """The services the person agreed to."""
    state = request.app.state
    async with state.database.reading() as session:
        rows = await session.execute(
            select(Consent, Client)
            .join(Client, Client.id == Consent.client_id)
            .where(Consent.person_id == actor.id)
            .order_by(Consent.given_at.desc(), Client.id)
        )
        found = [
            {
                "id": client.id,
                "name": client.name,
                "scopes": consent.scopes,
                "known": PROFILES[client.profile].user_scopes,
                "words": "gbizid_" if PROFILES[client.profile].gbizid_fields else "scope_",
                "given_at": consent.given_at,
            }
            for consent, client in rows
        ]
    page: HTMLResponse = state.pages.render(request, "provider/connected.html", services=found)
    return page


@router.post("/account/services/{client_id}/withdraw")
async def withdraw_post(request: Request, client_id: str, actor: SignedIn) -> Response:
    """Take one's consent back."""
    state = request.app.state
    async with state.database.session() as session:
        await withdraw(session, state.clock, actor.id, client_id)
        await session.commit()
    flash(request, {"ja": "同意を取り消しました", "en": "Your consent was withdrawn"})
    return RedirectResponse("/account/services", 303)


async def withdraw(session: AsyncSession, clock: Clock, person_id: str, client_id: str) -> None:
    """End a person's consent and every token the client has of theirs. IdentityError 404.

    The caller commits.
    """
    gone = await session.scalar(
        delete(Consent)
        .where(Consent.person_id == person_id, Consent.client_id == client_id)
        .returning(Consent.client_id)
    )
    if gone is None:
        raise unknown("consent")
    await session.execute(
        update(Grant)
        .where(
            Grant.person_id == person_id, Grant.client_id == client_id, Grant.revoked_at.is_(None)
        )
        .values(revoked_at=clock())
    )
    await journal.append(
        session,
        subject=f"person:{person_id}",
        action="consent_withdrawn",
        actor=person_id,
        at=clock(),
        payload={"client": client_id},
    )
