"""Looking accounts up, ending their sessions, closing an organisation by two officials."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.closing import close_organisation
from madoguchi.identity.account.ending import end_access, end_acting
from madoguchi.identity.account.proving import Means
from madoguchi.identity.account.recording import note
from madoguchi.identity.errors import not_allowed, unknown
from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.overseeing.errors import refused
from madoguchi.identity.overseeing.models import OrganisationClosing
from madoguchi.identity.overseeing.telling import tell_asked, tell_closed
from madoguchi.identity.rules import Actor, agencies_where
from madoguchi.kernel import journal
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import JapaneseInputError, parse_corporate_number

MOST, LONGEST = 50, 2000
CLOSED, WITHDRAWN = "closed", "withdrawn"


@dataclass(frozen=True)
class Overseen:
    """An organisation with its people, and the closing somebody asked for."""

    organisation: Organisation
    people: Sequence[tuple[Person, str]]
    closing: OrganisationClosing | None


def overseeing(actor: Actor) -> None:
    """Only who proves identities looks after accounts. IdentityError 403 for everyone else."""
    if not agencies_where(actor, "proofing"):
        raise not_allowed()


async def found_organisations(session: AsyncSession, words: str) -> list[Organisation]:
    """By corporate number, else by a part of the name; at most `MOST`."""
    if not (words := words.strip()):
        return []
    try:
        which = Organisation.corporate_number == parse_corporate_number(words)
    except JapaneseInputError:
        which = or_(
            Organisation.name.contains(words, autoescape=True),
            Organisation.kana.contains(words, autoescape=True),
        )
    rows = await session.scalars(
        select(Organisation).where(which).order_by(Organisation.id).limit(MOST)
    )
    return list(rows)


async def found_people(session: AsyncSession, words: str) -> list[Person]:
    """By mail address, or a part of the name; at most `MOST`, no programs."""
    if not (words := words.strip()):
        return []
    which = or_(Person.email == words.lower(), Person.name.contains(words, autoescape=True))
    rows = await session.scalars(
        select(Person).where(which, ~Person.program).order_by(Person.id).limit(MOST)
    )
    return list(rows)


async def overseen(session: AsyncSession, organisation_id: str) -> Overseen:
    """One of them. IdentityError 404."""
    found = await session.get(Organisation, organisation_id) if is_id(organisation_id) else None
    if found is None:
        raise unknown("organisation")
    rows = await session.execute(
        select(Person, Membership.role)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == found.id, ~Person.program)
        .order_by(Person.id)
        .limit(500)
    )
    return Overseen(found, [(row[0], row[1]) for row in rows], await _open(session, found.id))


async def person_found(session: AsyncSession, person_id: str) -> Person:
    """One person. IdentityError 404, also for a program."""
    found = await session.get(Person, person_id) if is_id(person_id) else None
    if found is None or found.program:
        raise unknown("person")
    return found


async def end_person(
    session: AsyncSession, means: Means, actor: Actor, person_id: str, reason: str
) -> None:
    """Sign somebody out everywhere, their programs and services too; they are told.

    IdentityError 404, 422 without a reason. The caller has made sure that the actor may, and commits.
    """
    person, said = await person_found(session, person_id), _reason(reason)
    await end_access(session, means.now, person.id)
    await note(
        session, means.now, person.id, "sessions_ended_by_office", {"reason": said}, by=actor.id
    )


async def end_organisation_sessions(
    session: AsyncSession, means: Means, actor: Actor, organisation_id: str, reason: str
) -> int:
    """Sign everybody out who acts for an organisation, and end what programs hold for it; how many
    people. IdentityError 404, 422. The caller has made sure that the actor may, and commits.
    """
    found, said = await overseen(session, organisation_id), _reason(reason)
    for person, _ in found.people:
        await end_person(session, means, actor, person.id, said)
    await end_acting(session, means.now, found.organisation.id)
    payload = {"reason": said, "people": len(found.people)}
    await _record(
        session, means, actor, found.organisation.id, "organisation_sessions_ended", payload
    )
    return len(found.people)


async def ask_closing(
    session: AsyncSession, means: Means, actor: Actor, organisation_id: str, reason: str
) -> None:
    """The first of two officials wants an organisation closed; its people are told, who may object.

    IdentityError 404; 409 when it is closed or somebody asked already; 422. The caller commits.
    """
    await _locked(session, organisation_id)
    found, said = await overseen(session, organisation_id), _reason(reason)
    if found.organisation.closed_at is not None:
        raise refused("already_closed")
    if found.closing is not None:
        raise refused("already_asked")
    session.add(
        OrganisationClosing(
            id=new_id(),
            organisation_id=found.organisation.id,
            reason=said,
            asked_by=actor.id,
            asked_at=means.now,
        )
    )
    await session.flush()
    await _record(session, means, actor, found.organisation.id, "closing_asked", {"reason": said})
    await tell_asked(session, found.organisation, said, means.now)


async def settle_closing(
    session: AsyncSession, means: Means, actor: Actor, organisation_id: str, *, close: bool
) -> None:
    """The second official closes it, or either withdraws the closing.

    IdentityError 403 for the first one, 404 where nobody asked. The caller commits.
    """
    await _locked(session, organisation_id)
    found = await overseen(session, organisation_id)
    closing = found.closing
    if closing is None:
        raise unknown("closing")
    if close and closing.asked_by == actor.id:
        raise refused("second_official")
    closing.settled_by, closing.settled_at = actor.id, means.now
    closing.outcome = CLOSED if close else WITHDRAWN
    if close:
        for person, _ in found.people:
            await tell_closed(session, found.organisation, person, closing)
        await close_organisation(
            session, means, found.organisation.id, by=actor.id, reason=closing.reason
        )
    else:
        await _record(session, means, actor, found.organisation.id, "closing_withdrawn", {})
    await session.flush()


async def _locked(session: AsyncSession, organisation_id: str) -> None:
    if is_id(organisation_id):  # of two officials at once, one waits
        await session.get(Organisation, organisation_id, with_for_update=True)


async def _open(session: AsyncSession, organisation_id: str) -> OrganisationClosing | None:
    found: OrganisationClosing | None = await session.scalar(
        select(OrganisationClosing).where(
            OrganisationClosing.organisation_id == organisation_id,
            OrganisationClosing.outcome.is_(None),
        )
    )
    return found


def _reason(text: str) -> str:
    said = text.strip()[:LONGEST]
    if not said:
        raise refused("reason")
    return said


async def _record(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    organisation_id: str,
    action: str,
    payload: dict[str, object],
) -> None:
    await journal.append(
        session,
        subject=f"organisation:{organisation_id}",
        action=action,
        actor=actor.id,
        at=means.now,
        payload=payload,
    )
