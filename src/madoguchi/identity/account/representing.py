"""Representatives (代表者): a proved one becomes a prime and acts for the organisation."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.closing import settle_level
from madoguchi.identity.account.ending import end_acting
from madoguchi.identity.account.inviting import REPRESENTATIVE
from madoguchi.identity.account.proving import Known
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.rules import PRIME
from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.service.people import (
    add_member,
    add_organisation,
    organisation_by_number,
)
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock


async def representatives_of(session: AsyncSession, organisation_id: str) -> list[Person]:
    """The active people who represent an organisation, oldest first."""
    rows = await session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == REPRESENTATIVE,
            Person.active,
        )
        .order_by(Person.id)
    )
    return list(rows)


async def end_representation(
    session: AsyncSession, now: datetime, organisation_id: str, person_id: str, *, by: str
) -> None:
    """End somebody's acting for an organisation that another represents now.

    Their account, what services call them and their own sign-ins stay. The caller commits.
    """
    await session.execute(
        delete(Membership).where(
            Membership.person_id == person_id, Membership.organisation_id == organisation_id
        )
    )
    await end_acting(session, now, organisation_id, person_id)
    await settle_level(session, person_id)
    told = {"organisation": organisation_id}
    await note(session, now, person_id, "representation_ended", told, by=by)
    await journal.append(
        session,
        subject=f"organisation:{organisation_id}",
        action="representation_ended",
        actor=by,
        at=now,
        payload={"person": person_id},
    )


async def make_prime(
    session: AsyncSession,
    clock: Clock,
    known: Known,
    *,
    number: str,
    name: str,
    title: str,
    by: str,
) -> Organisation:
    """Make a person a prime of the organisation with a corporate number. The caller commits.

    One that is not known yet is entered with that name and representative; one that is keeps what
    stands there, and whoever represented it before (several primes are allowed).
    """
    organisation = await organisation_by_number(session, number)
    if organisation is None:
        organisation = await add_organisation(session, clock, name=name, corporate_number=number)
        organisation.representative_title = title
        organisation.representative_name = known.person.name
    organisation.closed_at = None  # one that was closed goes on as what it was
    await add_member(session, known.person.id, organisation.id, REPRESENTATIVE)
    known.account.level = PRIME
    await journal.append(
        session,
        subject=f"organisation:{organisation.id}",
        action="representative_proved",
        actor=by,
        at=clock(),
        payload={"person": known.person.id},
    )
    return organisation
