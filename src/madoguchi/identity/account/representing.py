"""Representatives (代表者): a proved one becomes a prime and acts for the organisation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.closing import settle_level
from madoguchi.identity.account.ending import end_acting
from madoguchi.identity.account.inviting import REPRESENTATIVE
from madoguchi.identity.account.proving import Known
from madoguchi.identity.account.recording import note
from madoguchi.identity.account.rules import PRIME
from madoguchi.identity.models import Membership, Organisation, Person, Verification
from madoguchi.identity.reproof.rules import MONTHS, due_after
from madoguchi.identity.reproof.settling import settle_proof
from madoguchi.identity.service.people import (
    add_member,
    add_organisation,
    organisation_by_number,
)
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock

DOCUMENT, CARD = "document", "card"


def procedure_of(route: str, number: str | None) -> str:
    """How GbizID calls a way of being proved (jp_gbizid_v1)."""
    way = "online" if route == CARD else "document"
    return f"jp_gbizid_{way}_{'corporation' if number else 'sole_proprietorship'}"


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
    await settle_proof(session, organisation_id)
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


async def sole_business_of(session: AsyncSession, person_id: str) -> Organisation | None:
    """The business somebody has as sole proprietor (no corporate number), if any."""
    found: Organisation | None = await session.scalar(
        select(Organisation)
        .join(Verification, Verification.organisation_id == Organisation.id)
        .join(
            Membership,
            and_(
                Membership.organisation_id == Organisation.id,
                Membership.person_id == Verification.person_id,
            ),
        )
        .where(
            Verification.person_id == person_id,
            Membership.role == REPRESENTATIVE,
            Organisation.corporate_number.is_(None),
        )
        .order_by(Organisation.id)
        .limit(1)
    )
    return found


async def make_prime(
    session: AsyncSession,
    clock: Clock,
    known: Known,
    *,
    number: str,
    name: str,
    title: str,
    by: str,
    route: str = DOCUMENT,
    claims: Mapping[str, Any] | None = None,
    address: Mapping[str, str] | None = None,
    months: int = MONTHS,
) -> Organisation:
    """Make a person a prime of the organisation with a corporate number. The caller commits.

    One that is not known yet is entered with that name and representative; one that is keeps what
    stands there, and whoever represented it before (several primes are allowed). Without a number
    it is a sole proprietor's: their own, else a new one. `route` is how they were proved, `claims`
    what a card proved; it is due again after `months` (再確認).
    """
    organisation = (
        await organisation_by_number(session, number)
        if number
        else await sole_business_of(session, known.person.id)
    )
    if organisation is None:
        organisation = await add_organisation(
            session, clock, name=name, corporate_number=number or None, address=address
        )
        organisation.representative_title = title
        organisation.representative_name = known.person.name
    organisation.closed_at = None  # one that was closed goes on as what it was
    await add_member(session, known.person.id, organisation.id, REPRESENTATIVE)
    held = await session.get_one(Membership, (known.person.id, organisation.id))
    held.branch_id, held.procedures = None, []
    known.account.level = PRIME
    await session.merge(
        Verification(
            person_id=known.person.id,
            organisation_id=organisation.id,
            route=route,
            claims=dict(claims or {}),
            at=clock(),
            due_at=due_after(clock(), months),
            doubt="",
            told="",
        )
    )
    await session.flush()
    await settle_proof(session, organisation.id)
    await journal.append(
        session,
        subject=f"organisation:{organisation.id}",
        action="representative_proved",
        actor=by,
        at=clock(),
        payload={"person": known.person.id, "how": procedure_of(route, number)},
    )
    return organisation
