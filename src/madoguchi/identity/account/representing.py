"""Representatives (代表者): a proved one becomes a prime and acts for the organisation."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.inviting import REPRESENTATIVE
from madoguchi.identity.account.proving import Known
from madoguchi.identity.account.rules import PRIME
from madoguchi.identity.models import Organisation
from madoguchi.identity.service.people import (
    add_member,
    add_organisation,
    organisation_by_number,
)
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock


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
