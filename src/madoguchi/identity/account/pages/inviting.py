"""Pages of an organisation's members: who acts for it, inviting, accepting."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account import inviting
from madoguchi.identity.account.entering import RETURN, SECOND_FACTOR, means_of
from madoguchi.identity.account.models import Invitation
from madoguchi.identity.account.pages.securing import fresh_where_possible
from madoguchi.identity.account.pages.shared import fields_of, page
from madoguchi.identity.account.proving import Means, known_of
from madoguchi.identity.account.rules import mail_address
from madoguchi.identity.errors import IdentityError, not_allowed, unknown
from madoguchi.identity.guards import current_actor, required_actor
from madoguchi.identity.models import Membership
from madoguchi.identity.organisations.rules import STAFF
from madoguchi.identity.organisations.service import Managed, managed
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.sign_in import ACTING_FOR
from madoguchi.web.answering import done
from madoguchi.web.session import flash

router = APIRouter(include_in_schema=False)
HOME = "/organisation"
SignedIn = Annotated[Actor, Depends(required_actor)]
Sure = Annotated[Actor, Depends(fresh_where_possible)]
Anyone = Annotated[Actor, Depends(current_actor)]


@router.get("/organisation")
async def organisation_page(request: Request, actor: SignedIn) -> HTMLResponse:
    """The members of the organisation one represents, and its open invitations."""
    return await _organisation(request, actor)


@router.post("/organisation/invitations")
async def invite_post(request: Request, actor: Sure) -> Response:
    """Invite somebody by mail."""
    (typed,) = await fields_of(request, "/address")
    address, means = mail_address(typed), means_of(request)
    if address is None:
        return await _organisation(request, actor, {"/address": "address"}, typed[:320])
    try:
        async with means.database.session() as session:
            own = await managed(session, actor)
            await inviting.invite(session, means, actor, own.organisation, address, own.branch)
            await session.commit()
    except IdentityError as error:
        if error.code != "too_many_invitations":
            raise
        return await _organisation(request, actor, {"/address": "throttled"}, typed[:320])
    return done(request, "account.organisation.invited", HOME)


@router.post("/organisation/invitations/{id}/revoke")
async def revoke_post(request: Request, id: str, actor: SignedIn) -> Response:
    """Take an invitation back."""
    means = means_of(request)
    async with means.database.session() as session:
        own = await managed(session, actor)
        mine = {one.id for one in await _invitations(session, means, own)}
        if id not in mine:
            raise unknown("invitation")
        await inviting.revoke_invitation(session, means, actor, own.organisation, id)
        await session.commit()
    return done(request, "account.organisation.revoked", HOME)


@router.post("/organisation/members/{person_id}/remove")
async def remove_post(request: Request, person_id: str, actor: Sure) -> Response:
    """End a membership."""
    means = means_of(request)
    async with means.database.session() as session:
        own = await managed(session, actor)
        held = await session.get(Membership, (person_id, own.organisation.id))
        if held is not None and (
            person_id == actor.id or not own.scope.manages(held.role, held.branch_id)
        ):
            raise not_allowed()
        await inviting.remove_member(session, means, actor, own.organisation, person_id)
        await session.commit()
    return done(request, "account.organisation.removed", HOME)


@router.get("/invitations/{token}")
async def invitation_page(request: Request, token: str, actor: Anyone) -> HTMLResponse:
    """What one is invited to; whoever is not signed in signs in or up and comes back."""
    means = means_of(request)
    async with means.database.reading() as session:
        found = await inviting.invitation_of(session, means, token)
        known = await known_of(session, actor.id)
    if found is None:
        raise unknown("invitation")
    request.state.session[RETURN] = f"/invitations/{token}"
    invitation, organisation = found
    return page(
        request,
        "invitation.html",
        invitation=invitation,
        organisation=organisation,
        token=token,
        known=known,
        mine=inviting.may_accept(invitation, known),
    )


@router.post("/invitations/{token}")
async def accept_post(request: Request, token: str, actor: SignedIn) -> Response:
    """Accept, and act for the organisation from now on."""
    means = means_of(request)
    async with means.database.session() as session:
        found = await inviting.invitation_of(session, means, token)
        known = await known_of(session, actor.id)
        if found is None or known is None:
            raise unknown("invitation")
        await inviting.accept(session, means, known, found[0])
        await session.commit()
    request.state.session[ACTING_FOR] = found[1].id
    flash(request, request.app.state.texts.text("account.invitation.accepted"))
    return RedirectResponse(SECOND_FACTOR, 303)  # on to /account for who has one


async def _organisation(
    request: Request, actor: Actor, faults: dict[str, str] | None = None, address: str = ""
) -> HTMLResponse:
    means = means_of(request)
    async with means.database.reading() as session:
        own = await managed(session, actor)
        found = await inviting.members(session, own.organisation.id)
        waiting = await _invitations(session, means, own)
        known = await known_of(session, actor.id)
    return page(
        request,
        "organisation.html",
        faults,
        organisation=own.organisation,
        members=[
            {
                "person": person,
                "role": held.role,
                "branch": own.name_of(held.branch_id),
                "limited": bool(held.procedures),
                "mine": person.id != actor.id and own.scope.manages(held.role, held.branch_id),
            }
            for person, held in found
            if own.scope.whole or person.id == actor.id or own.scope.manages(STAFF, held.branch_id)
        ],
        whole=own.scope.whole,
        invites=not actor.limits,
        represents=own.scope.role == inviting.REPRESENTATIVE,
        invitations=waiting,
        address=address,
        known=known,
    )


async def _invitations(session: AsyncSession, means: Means, own: Managed) -> list[Invitation]:
    """The open invitations one may take back."""
    every = await inviting.open_invitations(session, means, own.organisation.id)
    return [one for one in every if own.scope.manages(STAFF, one.branch_id)]
