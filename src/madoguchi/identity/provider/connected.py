"""Connected services (連携中のサービス): what one agreed to, changing it, taking it back.

ASVS 10.4.9, 10.7.3.
"""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.errors import unknown
from madoguchi.identity.guards import required_actor
from madoguchi.identity.provider.models import Client, Consent, Grant
from madoguchi.identity.provider.profiles import OFFLINE, OPENID, PROFILES
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock
from madoguchi.web.forms import form_of
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
SignedIn = Annotated[Actor, Depends(required_actor)]
SMALL = 20_000


@router.get("/account/services")
async def services(request: Request, actor: SignedIn) -> HTMLResponse:
    """The services the person agreed to."""
    state = request.app.state
    async with state.database.reading() as session:
        rows = await session.execute(_given(actor.id).order_by(Consent.given_at.desc(), Client.id))
        found = [_shown(consent, client) for consent, client in rows]
    page: HTMLResponse = state.pages.render(request, "provider/connected.html", services=found)
    return page


@router.get("/account/services/{client_id}")
async def service(request: Request, client_id: str, actor: SignedIn) -> HTMLResponse:
    """What one service is given, to take back a part of it. IdentityError 404."""
    state = request.app.state
    async with state.database.reading() as session:
        row = (await session.execute(_given(actor.id).where(Client.id == client_id))).first()
    if row is None:
        raise unknown("consent")
    page: HTMLResponse = state.pages.render(
        request, "provider/connected_service.html", service=_shown(*row)
    )
    return page


@router.post("/account/services/{client_id}")
async def narrow_post(request: Request, client_id: str, actor: SignedIn) -> Response:
    """Go on giving only what is still ticked."""
    state = request.app.state
    async with form_of(request, SMALL) as form:
        kept = form.fields.get("scope", [])
    async with state.database.session() as session:
        await narrow(session, state.clock, actor.id, client_id, kept)
        await session.commit()
    flash(request, {"ja": "渡す情報を変えました", "en": "What is shared was changed"})
    return RedirectResponse("/account/services", 303)


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


async def narrow(
    session: AsyncSession, clock: Clock, person_id: str, client_id: str, kept: Collection[str]
) -> None:
    """Take back every scope but these; the tokens the client has are worth no more at once.

    Who signed in stays told (`openid`). Without offline_access every grant that has it ends.
    IdentityError 404. The caller commits.
    """
    consent = await session.get(Consent, (person_id, client_id), with_for_update=True)
    if consent is None:
        raise unknown("consent")
    left = [scope for scope in consent.scopes if scope == OPENID or scope in kept]
    gone = sorted(set(consent.scopes) - set(left))
    if not gone:
        return
    consent.scopes = left
    grants = await session.scalars(
        select(Grant)
        .where(
            Grant.person_id == person_id, Grant.client_id == client_id, Grant.revoked_at.is_(None)
        )
        .order_by(Grant.id)
        .with_for_update()
    )
    for grant in grants:
        if OFFLINE in gone and OFFLINE in grant.scopes:
            grant.revoked_at = clock()
        grant.scopes = [scope for scope in grant.scopes if scope not in gone]
    await journal.append(
        session,
        subject=f"person:{person_id}",
        action="consent_narrowed",
        actor=person_id,
        at=clock(),
        payload={"client": client_id, "taken_back": gone},
    )


def _given(person_id: str) -> Select[Consent, Client]:
    """What a person agreed to, with whom."""
    return (
        select(Consent, Client)
        .join(Client, Client.id == Consent.client_id)
        .where(Consent.person_id == person_id)
    )


def _shown(consent: Consent, client: Client) -> dict[str, Any]:
    profile = PROFILES[client.profile]
    return {
        "id": client.id,
        "name": client.name,
        "scopes": consent.scopes,
        "known": profile.user_scopes,
        "words": "gbizid_" if profile.gbizid_fields else "scope_",
        "given_at": consent.given_at,
    }
