"""Closing (終了): an account by its owner, an organisation by its representative or the desk.

What was filed stays, and whom it names: the law demands it (公文書管理法). What goes is every way in.
"""

from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from madoguchi.identity.account import letters
from madoguchi.identity.account.addressing import undoable
from madoguchi.identity.account.ending import end_access, end_acting, end_standing
from madoguchi.identity.account.models import (
    Account,
    FormerAddress,
    Invitation,
    Passkey,
    RecoveryCode,
)
from madoguchi.identity.account.proving import Known, Means
from madoguchi.identity.account.recording import note, send_letter
from madoguchi.identity.account.rules import ADDRESS_REST, ENTRY, MEMBER, PRIME
from madoguchi.identity.delegation.ending import end_mandates, mandates_of
from madoguchi.identity.delegation.rules import CLOSED
from madoguchi.identity.errors import account_refused
from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.provider.models import Consent
from madoguchi.kernel import journal
from madoguchi.kernel.ids import new_id

REPRESENTATIVE = "representative"


@dataclass(frozen=True)
class Remaining:
    """What stands in the way of closing: organisations nobody else represents; too fresh a change."""

    organisations: tuple[Organisation, ...]
    official: bool
    changed: bool

    @property
    def free(self) -> bool:
        """Whether nothing does."""
        return not (self.organisations or self.official or self.changed)


async def remaining(session: AsyncSession, means: Means, known: Known) -> Remaining:
    """What a person must settle before their account can be closed."""
    own, other = aliased(Membership), aliased(Membership)
    another = exists().where(
        other.organisation_id == own.organisation_id,
        other.role == REPRESENTATIVE,
        other.person_id != own.person_id,
    )
    last = await session.scalars(
        select(Organisation)
        .join(own, own.organisation_id == Organisation.id)
        .where(own.person_id == known.person.id, own.role == REPRESENTATIVE, ~another)
        .order_by(Organisation.id)
    )
    changed = await undoable(session, known.person.id, means.now)
    return Remaining(tuple(last), known.official, changed)


async def close_account(session: AsyncSession, means: Means, known: Known) -> None:
    """Close an account for good: no way in is left, and its address is nobody's for a while.

    IdentityError 422 while something remains to be settled. The caller holds the account's row, and
    commits.
    """
    # Two representatives who leave at the same moment wait for each other.
    await session.execute(
        select(Organisation.id)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == known.person.id)
        .order_by(Organisation.id)
        .with_for_update(of=Organisation)
    )
    if not (await remaining(session, means, known)).free:
        raise account_refused("still_needed")
    person, account, now = known.person, known.account, means.now
    address = account.address
    await end_standing(session, now, person.id, address)
    await end_access(session, now, person.id)
    for table in (Passkey, RecoveryCode, Consent):
        await session.execute(delete(table).where(table.person_id == person.id))
    await session.delete(account)
    session.add(
        FormerAddress(
            id=new_id(),
            person_id=person.id,
            address=address,
            left_at=now,
            free_at=now + ADDRESS_REST,
        )
    )
    person.active, person.email = False, None
    await send_letter(session, means.key, address, *letters.closed_letter(means))
    await note(session, now, person.id, "account_closed")


async def close_organisation(
    session: AsyncSession, means: Means, organisation_id: str, *, by: str, reason: str = ""
) -> None:
    """End an organisation's use of the service: nobody acts for it any more, its cases stay.

    Its id and number stay too: a representative proved later opens it again. The caller has made
    sure that `by` may, and commits; nothing happens to one that is closed.
    """
    organisation = await session.get_one(
        Organisation, organisation_id, with_for_update=True, populate_existing=True
    )
    if organisation.closed_at is not None:
        return
    organisation.closed_at = means.now
    people = list(
        await session.scalars(
            delete(Membership)
            .where(Membership.organisation_id == organisation_id)
            .returning(Membership.person_id)
        )
    )
    mandates = await mandates_of(session, organisation_id=organisation_id)
    await end_mandates(session, mandates, CLOSED, by, means.now)
    await session.execute(
        update(Invitation)
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=means.now)
    )
    await end_acting(session, means.now, organisation_id)
    for person_id in sorted(people):
        await settle_level(session, person_id)
        told = {"organisation": organisation_id}
        await note(session, means.now, person_id, "organisation_closed", told, by=by)
    await journal.append(
        session,
        subject=f"organisation:{organisation_id}",
        action="organisation_closed",
        actor=by,
        at=means.now,
        payload={"reason": reason[:2000], "members": len(people)},
    )


async def settle_level(session: AsyncSession, person_id: str) -> None:
    """Bring an account's level in line with its memberships: prime, member or entry."""
    account = await session.get(Account, person_id)
    if account is None:
        return
    roles = set(
        await session.scalars(select(Membership.role).where(Membership.person_id == person_id))
    )
    account.level = PRIME if REPRESENTATIVE in roles else MEMBER if roles else ENTRY


async def members_count(session: AsyncSession, organisation_id: str) -> int:
    """How many people act for an organisation."""
    counted = (
        select(func.count()).select_from(Membership).join(Person, Person.id == Membership.person_id)
    )
    return (
        await session.scalar(
            counted.where(Membership.organisation_id == organisation_id, ~Person.program)
        )
        or 0
    )
