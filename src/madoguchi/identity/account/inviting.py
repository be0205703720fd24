"""Members of an organisation (メンバー): invited by mail by its representative, accepted by their owner."""

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account import codes, letters
from madoguchi.identity.account.closing import settle_level
from madoguchi.identity.account.ending import end_acting
from madoguchi.identity.account.limits import DAILY, admit
from madoguchi.identity.account.models import Account, Invitation
from madoguchi.identity.account.proving import Known, Means
from madoguchi.identity.account.recording import note, send_letter
from madoguchi.identity.account.rules import ENTRY, INVITATION_LIFE, MEMBER
from madoguchi.identity.errors import not_allowed, too_many_invitations, unknown
from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.organisations.models import Branch
from madoguchi.identity.organisations.rules import scope_of
from madoguchi.identity.reproof.binding import binding
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.people import add_member
from madoguchi.kernel import journal
from madoguchi.kernel.ids import is_id, new_id

REPRESENTATIVE, STAFF = "representative", "staff"


async def is_representative(session: AsyncSession, actor: Actor) -> bool:
    """Whether the actor represents the organisation they act for now."""
    if actor.agent or actor.token is not None or actor.organisation is None:
        return False
    held = await session.get(Membership, (actor.id, actor.organisation))
    return held is not None and held.role == REPRESENTATIVE


async def represented(session: AsyncSession, actor: Actor) -> Organisation:
    """The organisation the actor represents and acts for now. IdentityError 403 for all others."""
    if not await is_representative(session, actor):
        raise not_allowed()
    return await session.get_one(Organisation, actor.organisation)


async def invite(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    organisation: Organisation,
    address: str,
    branch: str | None = None,
) -> Invitation:
    """Send an invitation; earlier open ones to the address are void. The caller commits.

    IdentityError 403 for who has limits of their own, which an invitation does not carry; 409 when an
    organisation sends too many.
    """
    if actor.limits:
        raise not_allowed()
    binding(actor, organisation.id)
    if not await admit(session, DAILY, f"invite\0{organisation.id}", means.now):
        raise too_many_invitations()
    for earlier in await open_invitations(session, means, organisation.id):
        if earlier.address == address:
            earlier.revoked_at = means.now
    token = codes.link_token()
    made = Invitation(
        id=new_id(),
        organisation_id=organisation.id,
        address=address,
        role=STAFF,
        branch_id=branch,
        mac=codes.mac(means.key, "invitation", "", token),
        invited_by=actor.id,
        created_at=means.now,
        expires_at=means.now + INVITATION_LIFE,
    )
    session.add(made)
    link = f"{means.site}/invitations/{token}"
    subject, body = letters.invitation_letter(organisation.name, link, means)
    await send_letter(session, means.key, address, subject, body)
    await _record(session, means, actor, organisation.id, "member_invited", made.id)
    return made


async def open_invitations(
    session: AsyncSession, means: Means, organisation_id: str
) -> list[Invitation]:
    """The invitations nobody has accepted yet, newest first."""
    rows = await session.scalars(
        select(Invitation)
        .where(Invitation.organisation_id == organisation_id, *_open(means))
        .order_by(Invitation.id.desc())
    )
    return list(rows)


async def invitation_of(
    session: AsyncSession, means: Means, token: str
) -> tuple[Invitation, Organisation] | None:
    """The open invitation a link leads to."""
    if len(token) > 100:
        return None
    row = (
        await session.execute(
            select(Invitation, Organisation)
            .join(Organisation, Organisation.id == Invitation.organisation_id)
            .where(Invitation.mac == codes.mac(means.key, "invitation", "", token), *_open(means))
        )
    ).first()
    return (row[0], row[1]) if row else None


def may_accept(invitation: Invitation, known: Known | None) -> bool:
    """Whether the invitation is theirs: a link passed on, or stolen, is worth nothing."""
    return known is not None and known.account.address == invitation.address


async def accept(session: AsyncSession, means: Means, known: Known, invitation: Invitation) -> None:
    """Become a member. IdentityError 403 for another address than the invited one, 404 for an
    invitation whose sender no longer manages the place it is for.
    """
    if not may_accept(invitation, known):
        raise not_allowed()
    person_id, organisation_id = known.person.id, invitation.organisation_id
    if not await _stands(session, invitation):
        raise unknown("invitation")
    taken = await session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation.id, *_open(means))
        .values(accepted_at=means.now)
        .returning(Invitation.id)
    )
    if taken is None:  # taken back, or accepted in another window, at the same moment
        raise unknown("invitation")
    if await session.get(Membership, (person_id, organisation_id)) is None:
        await add_member(session, person_id, organisation_id, invitation.role)
        held = await session.get_one(Membership, (person_id, organisation_id))
        held.branch_id = invitation.branch_id
    account = await session.get_one(Account, person_id)
    if account.level == ENTRY:
        account.level = MEMBER
    told = {"organisation": organisation_id, "invitation": invitation.id}
    await note(session, means.now, person_id, "invitation_accepted", told)
    await journal.append(
        session,
        subject=f"organisation:{organisation_id}",
        action="member_added",
        actor=person_id,
        at=means.now,
        payload={"person": person_id, "invitation": invitation.id},
    )


async def revoke_invitation(
    session: AsyncSession, means: Means, actor: Actor, organisation: Organisation, id: str
) -> None:
    """Take an invitation back. IdentityError 404 for any other organisation's."""
    found = await session.get(Invitation, id) if is_id(id) else None
    if found is None or found.organisation_id != organisation.id:
        raise unknown("invitation")
    if found.accepted_at is None and found.revoked_at is None:
        found.revoked_at = means.now
        await _record(session, means, actor, organisation.id, "invitation_revoked", found.id)


async def members(session: AsyncSession, organisation_id: str) -> list[tuple[Person, Membership]]:
    """The people who may act for an organisation, by kana."""
    rows = await session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, ~Person.program)
        .order_by(Person.kana, Person.id)
    )
    return [(row[0], row[1]) for row in rows]


async def remove_member(
    session: AsyncSession, means: Means, actor: Actor, organisation: Organisation, person_id: str
) -> None:
    """End somebody's membership at once; their account stays theirs.

    IdentityError 403 for a representative (oneself included), 404 for nobody's.
    """
    held = await session.get(Membership, (person_id, organisation.id)) if is_id(person_id) else None
    if held is None:
        raise unknown("member")
    if held.role == REPRESENTATIVE:
        raise not_allowed()
    await session.execute(
        delete(Membership).where(
            Membership.person_id == person_id, Membership.organisation_id == organisation.id
        )
    )
    await end_acting(session, means.now, organisation.id, person_id)
    await settle_level(session, person_id)
    await _record(session, means, actor, organisation.id, "member_removed", person_id)
    told = {"organisation": organisation.id}
    await note(session, means.now, person_id, "membership_ended", told, by=actor.id)


async def _stands(session: AsyncSession, invitation: Invitation) -> bool:
    """Whether who sent an invitation could still send it; their membership is held until the end."""
    organisation = invitation.organisation_id
    held = await session.get(
        Membership,
        (invitation.invited_by, organisation),
        with_for_update=True,
        populate_existing=True,
    )
    sender = await session.get_one(Person, invitation.invited_by)
    if held is None or held.procedures or not sender.active:
        return False
    rows = await session.execute(
        select(Branch.id, Branch.parent_id).where(Branch.organisation_id == organisation)
    )
    scope = scope_of(held.role, held.branch_id, {row[0]: row[1] for row in rows})
    return scope is not None and scope.manages(STAFF, invitation.branch_id)


def _open(means: Means) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > means.now,
    )


async def _record(
    session: AsyncSession, means: Means, actor: Actor, organisation_id: str, action: str, what: str
) -> None:
    await journal.append(
        session,
        subject=f"organisation:{organisation_id}",
        action=action,
        actor=actor.id,
        on_behalf_of=organisation_id,
        at=means.now,
        payload={"what": what},
    )
