"""Inviting officials (職員の招待): by mail, taken up by the invited alone, with a second factor."""

from datetime import date

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account import codes, letters
from madoguchi.identity.account.limits import DAILY, admit
from madoguchi.identity.account.proving import Known, Means, known_of
from madoguchi.identity.account.recording import note, send_letter
from madoguchi.identity.account.rules import INVITATION_LIFE
from madoguchi.identity.errors import not_allowed, too_many_invitations, unknown
from madoguchi.identity.models import Agency
from madoguchi.identity.officials.errors import refused
from madoguchi.identity.officials.models import OfficialInvitation
from madoguchi.identity.officials.service import ADMINISTRATOR, checked
from madoguchi.identity.rules import Actor, may
from madoguchi.identity.service.actors import actor_of_person
from madoguchi.identity.service.people import grant_role
from madoguchi.identity.shown import Shown
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.language import pick


async def invite(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    address: str,
    *,
    agency_id: str,
    role: str,
    start: date | None,
    end: date | None,
) -> OfficialInvitation:
    """Send an invitation. The caller commits.

    IdentityError 403 for another agency or one's own address, 409 for too many, 422 for role or period.
    """
    checked(actor, agency_id, role, start, end, jst_date(means.now))
    own = await known_of(session, actor.id)
    if own is not None and own.account.address == address:
        raise refused("own_role")
    if not await admit(session, DAILY, f"invite_official\0{actor.id}", means.now):
        raise too_many_invitations()
    agency = await session.get_one(Agency, agency_id)
    token = codes.link_token()
    made = OfficialInvitation(
        id=new_id(),
        agency_id=agency_id,
        role=role,
        valid_from=start,
        valid_to=end,
        address=address,
        mac=codes.mac(means.key, "official", "", token),
        invited_by=actor.id,
        created_at=means.now,
        expires_at=means.now + INVITATION_LIFE,
    )
    session.add(made)
    link = f"{means.site}/invitations/official/{token}"
    name = pick(agency.name, means.language)
    await send_letter(session, means.key, address, *letters.official_letter(name, link, means))
    payload = {"invitation": made.id, "agency": agency_id, "role": role}
    await note(session, means.now, actor.id, "official_invited", payload)
    return made


async def waiting(
    session: AsyncSession, means: Means, agency_ids: frozenset[str]
) -> list[tuple[OfficialInvitation, Agency]]:
    """The invitations to these agencies nobody has taken up yet, newest first, at most 100."""
    rows = await session.execute(
        select(OfficialInvitation, Agency)
        .join(Agency, Agency.id == OfficialInvitation.agency_id)
        .where(OfficialInvitation.agency_id.in_(sorted(agency_ids)), *_open(means))
        .order_by(OfficialInvitation.id.desc())
        .limit(100)
    )
    return [(row[0], row[1]) for row in rows]


async def take_back(
    session: AsyncSession, means: Means, actor: Actor, invitation_id: str, agencies: frozenset[str]
) -> None:
    """Take an invitation back. IdentityError 404 for another agency's. The caller commits."""
    found = await session.get(OfficialInvitation, invitation_id) if is_id(invitation_id) else None
    if found is None or found.agency_id not in agencies:
        raise unknown("invitation")
    if found.accepted_at is None and found.revoked_at is None:
        found.revoked_at = means.now
        payload = {"invitation": found.id}
        await note(session, means.now, actor.id, "official_invitation_revoked", payload)


async def invitation_of(
    session: AsyncSession, means: Means, token: str
) -> tuple[OfficialInvitation, Agency]:
    """The open invitation a link leads to. IdentityError 404 when there is none."""
    row = None
    if len(token) <= 100:
        mac = codes.mac(means.key, "official", "", token)
        row = (
            await session.execute(
                select(OfficialInvitation, Agency)
                .join(Agency, Agency.id == OfficialInvitation.agency_id)
                .where(OfficialInvitation.mac == mac, *_open(means))
            )
        ).first()
    if row is None:
        raise unknown("invitation")
    return row[0], row[1]


async def accept(
    session: AsyncSession, means: Means, clock: Clock, known: Known, invitation: OfficialInvitation
) -> None:
    """Become an official. The caller has made sure of a fresh proof, and commits.

    IdentityError 403 for another address than the invited one; 404 when it was taken back, or who
    invited no longer administers the agency; 409 without a second factor.
    """
    if known.account.address != invitation.address:
        raise not_allowed()
    if not known.passkeys and known.account.totp_since is None:
        raise refused("needs_second_factor")
    inviter = await actor_of_person(session, invitation.invited_by, Shown(), "ja", means.now)
    if inviter is None or not may(inviter, ADMINISTRATOR, invitation.agency_id):
        raise unknown("invitation")
    taken = await session.scalar(
        update(OfficialInvitation)
        .where(OfficialInvitation.id == invitation.id, *_open(means))
        .values(accepted_at=means.now)
        .returning(OfficialInvitation.id)
    )
    if taken is None:
        raise unknown("invitation")
    await grant_role(
        session,
        clock,
        known.person.id,
        invitation.agency_id,
        invitation.role,
        valid_from=invitation.valid_from,
        valid_to=invitation.valid_to,
        by=invitation.invited_by,
    )


def _open(means: Means) -> tuple[ColumnElement[bool], ...]:
    return (
        OfficialInvitation.accepted_at.is_(None),
        OfficialInvitation.revoked_at.is_(None),
        OfficialInvitation.expires_at > means.now,
    )
