"""Answering a mandate and ending it (承諾・辞退・取消し・終了); what hangs on it ends with it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.proving import Means
from madoguchi.identity.delegation import parties, telling
from madoguchi.identity.delegation.errors import refused
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.parties import Party
from madoguchi.identity.delegation.rules import (
    ACCEPTED,
    CASCADED,
    DECLINED,
    GIVEN_UP,
    TAKEN_BACK,
    WAITING,
    WITHDRAWN,
    state_of,
)
from madoguchi.identity.errors import not_allowed, unknown
from madoguchi.identity.models import Membership
from madoguchi.identity.reproof.binding import proof_needed
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import is_id


@dataclass(frozen=True)
class Seen:
    """A mandate as a party sees it: its state now, whose side they are on, what they may do."""

    mandate: Mandate
    source: Mandate | None
    state: str
    sides: frozenset[str]
    may: frozenset[str]

    @property
    def is_agent(self) -> bool:
        """Whether they are its agent."""
        return parties.AGENT in self.sides


def seen_by(mandate: Mandate, source: Mandate | None, party: Party, now: datetime) -> Seen:
    """A mandate as somebody sees it."""
    state = state_of(mandate, now)
    return Seen(
        mandate,
        source,
        state,
        parties.sides(mandate, source, party),
        parties.may(mandate, source, state, party),
    )


async def mandate_seen(
    session: AsyncSession, party: Party, mandate_id: str, now: datetime, *, lock: bool = False
) -> Seen:
    """One mandate. IdentityError 404 for who is on neither side.

    `lock` for changing it: of two answers at the same moment the second sees what the first did.
    """
    if not is_id(mandate_id):
        raise unknown("mandate")
    if lock:
        # The source first, as whoever ends it does: its id is the older one. Locked the other way
        # round, accepting what was passed on and ending its source would wait for each other.
        source_id = select(Mandate.source_id).where(Mandate.id == mandate_id).scalar_subquery()
        await session.execute(
            select(Mandate.id)
            .where(or_(Mandate.id == mandate_id, Mandate.id == source_id))
            .order_by(Mandate.id)
            .with_for_update()
        )
    query = select(Mandate).where(Mandate.id == mandate_id)
    mandate: Mandate | None = await session.scalar(
        query.execution_options(populate_existing=True) if lock else query
    )
    if mandate is None:
        raise unknown("mandate")
    source = await session.get(Mandate, mandate.source_id) if mandate.source_id else None
    seen = seen_by(mandate, source, party, now)
    if not seen.sides:
        raise unknown("mandate")
    return seen


async def accept(session: AsyncSession, means: Means, party: Party, mandate_id: str) -> Mandate:
    """Agree: the agent to an offer, the principal to what was asked for. The caller commits.

    Repeated by the same person it changes nothing. IdentityError 403, 404, 409.
    """
    seen = await mandate_seen(session, party, mandate_id, means.now, lock=True)
    mandate = seen.mandate
    if seen.state in ACCEPTED and mandate.accepted_by == party.person:
        return mandate
    _answerable(seen, parties.ACCEPT)
    if party.resting:
        raise proof_needed()
    if mandate.source_id is not None and not await _source_holds(session, mandate, means.now):
        raise refused("not_waiting")
    if mandate.agent_person_id is None and mandate.agent_organisation_id is None:
        mandate.agent_person_id = party.person
    mandate.accepted_at, mandate.accepted_by = means.now, party.person
    await telling.record(session, mandate, "mandate_accepted", party.person, means.now)
    await telling.tell_principal(session, mandate, telling.ACCEPTED, "accepted")
    await telling.tell_agent(session, mandate, telling.ACCEPTED, "accepted")
    return mandate


async def decline(session: AsyncSession, means: Means, party: Party, mandate_id: str) -> Mandate:
    """Do not agree. The caller commits. IdentityError 403, 404, 409."""
    seen = await mandate_seen(session, party, mandate_id, means.now, lock=True)
    mandate = seen.mandate
    if seen.state == DECLINED:
        return mandate
    _answerable(seen, parties.DECLINE)
    mandate.revoked_at, mandate.ended_how = means.now, DECLINED
    await telling.record(session, mandate, "mandate_declined", party.person, means.now)
    told = telling.tell_agent if mandate.asked else telling.tell_principal
    await told(session, mandate, telling.DECLINED, "declined")
    return mandate


async def end(session: AsyncSession, means: Means, party: Party, mandate_id: str) -> Mandate:
    """End it at once: taken back before it was answered, withdrawn by the principal or who passed
    it on, or given up by the agent. What was passed on from it ends too. The caller commits.

    Repeated it changes nothing. IdentityError 403, 404, 409 when it is over already.
    """
    seen = await mandate_seen(session, party, mandate_id, means.now, lock=True)
    mandate = seen.mandate
    if seen.state in (TAKEN_BACK, WITHDRAWN, GIVEN_UP):
        return mandate
    if seen.state not in ACCEPTED | WAITING:
        raise refused("not_in_force")
    if parties.TAKE_BACK in seen.may:
        how = TAKEN_BACK
    elif parties.WITHDRAW in seen.may:
        how = WITHDRAWN
    elif parties.GIVE_UP in seen.may:
        how = GIVEN_UP
    else:
        raise not_allowed()
    await _end(session, mandate, how, party.person, means.now)
    return mandate


async def revoke_mandate(session: AsyncSession, clock: Clock, mandate_id: str, *, by: str) -> None:
    """End a mandate by command. IdentityError 404 when there is none. The caller commits."""
    found = await session.get(Mandate, mandate_id) if is_id(mandate_id) else None
    if found is None:
        raise unknown("mandate")
    await end_mandates(session, [found], WITHDRAWN, by, clock())


async def end_mandates(
    session: AsyncSession, mandates: list[Mandate], how: str, by: str, at: datetime
) -> None:
    """End these, whoever's they are, and what was passed on from them. The caller commits.

    For what ends them from outside: an organisation closes, a person loses every means.
    """
    for mandate in mandates:
        if mandate.revoked_at is None:
            await _end(session, mandate, how, by, at)


async def mandates_of(
    session: AsyncSession,
    *,
    organisation_id: str | None = None,
    person_id: str | None = None,
    address: str | None = None,
) -> list[Mandate]:
    """The mandates not ended yet that an organisation gave or has, or that a person has or was
    offered by address; locked.
    """
    conditions = []
    if organisation_id is not None:
        conditions += [
            Mandate.principal_id == organisation_id,
            Mandate.agent_organisation_id == organisation_id,
        ]
    if person_id is not None:
        conditions.append(Mandate.agent_person_id == person_id)
    if address is not None:
        conditions.append(Mandate.agent_address == address)
    found: list[Mandate] = []
    for condition in conditions:  # each has an index of its own
        query = select(Mandate).where(condition, Mandate.revoked_at.is_(None))
        found += await session.scalars(query.order_by(Mandate.id).with_for_update())
    return found


async def choose_members(
    session: AsyncSession,
    means: Means,
    party: Party,
    mandate_id: str,
    members: list[str] | None,
) -> Mandate:
    """Who of the agent's organisation may use a mandate: these people, or all (None).

    The caller commits. IdentityError 403, 404, 422 for people who are no members.
    """
    seen = await mandate_seen(session, party, mandate_id, means.now, lock=True)
    if parties.STAFF not in seen.may:
        raise not_allowed()
    mandate = seen.mandate
    if members is not None:
        known = set(
            await session.scalars(
                select(Membership.person_id).where(
                    Membership.organisation_id == mandate.agent_organisation_id
                )
            )
        )
        if not members or set(members) - known:
            raise refused("members_unknown")
    mandate.members = None if members is None else sorted(set(members))
    await telling.record(session, mandate, "mandate_members_chosen", party.person, means.now)
    return mandate


async def choose_telling(
    session: AsyncSession, means: Means, party: Party, mandate_id: str, tell: bool
) -> Mandate:
    """Whether the principal is told of each filing. The caller commits. IdentityError 403, 404."""
    seen = await mandate_seen(session, party, mandate_id, means.now, lock=True)
    if parties.PRINCIPAL not in seen.sides or not party.manages:
        raise not_allowed()
    seen.mandate.tell_filings = tell
    return seen.mandate


def _answerable(seen: Seen, what: str) -> None:
    if seen.state not in WAITING:
        raise refused("not_waiting")
    if what not in seen.may:
        raise not_allowed()


async def _source_holds(session: AsyncSession, mandate: Mandate, now: datetime) -> bool:
    # FOR UPDATE: whoever withdraws the source now waits, and then finds this one to end with it.
    query = select(Mandate).where(Mandate.id == mandate.source_id).with_for_update()
    source = await session.scalar(query.execution_options(populate_existing=True))
    return source is not None and state_of(source, now) in ACCEPTED


async def _end(session: AsyncSession, mandate: Mandate, how: str, by: str, at: datetime) -> None:
    waiting = mandate.accepted_at is None
    mandate.revoked_at, mandate.ended_how = at, how
    await telling.record(session, mandate, f"mandate_{how}", by, at)
    if not waiting:
        await telling.tell_principal(session, mandate, telling.ENDED, "ended")
        await telling.tell_agent(session, mandate, telling.ENDED, "ended")
    below = await session.scalars(
        select(Mandate)
        .where(Mandate.source_id == mandate.id, Mandate.revoked_at.is_(None))
        .order_by(Mandate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for lower in list(below):
        await _end(session, lower, CASCADED, by, at)
