"""Programs (プログラム): service accounts of an organisation, which act for it with keys of their own.

A program is a member that cannot sign in: the person of it names it in every act and in the journal,
whoever made it may leave. Its keys are access tokens: at most two at once, shown once, each with an end.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.proving import Means
from madoguchi.identity.errors import unknown
from madoguchi.identity.models import AccessToken, Membership, Organisation, Person
from madoguchi.identity.organisations.errors import refused
from madoguchi.identity.organisations.rules import PROGRAM, procedures_of, within
from madoguchi.identity.reproof.binding import binding
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.tokens import LONGEST_DAYS, LONGEST_LABEL, PREFIX
from madoguchi.kernel import journal
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import normalise_line

MOST_PROGRAMS, MOST_KEYS = 50, 2
INHERITED = timedelta(days=30)
"""How long keys go on after somebody else represents the organisation: time to put new ones in place."""


async def programs(
    session: AsyncSession, organisation_id: str
) -> list[tuple[Person, Membership, list[AccessToken]]]:
    """An organisation's programs that are in use, oldest first, with their keys, newest first."""
    rows = await session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.role == PROGRAM)
        .order_by(Person.id)
    )
    found = [(row[0], row[1]) for row in rows]
    keys = await session.scalars(
        select(AccessToken)
        .where(
            AccessToken.person_id.in_([person.id for person, _ in found]),
            AccessToken.revoked_at.is_(None),
        )
        .order_by(AccessToken.id.desc())
    )
    by_person: dict[str, list[AccessToken]] = {}
    for key in keys:
        by_person.setdefault(key.person_id, []).append(key)
    return [(person, held, by_person.get(person.id, [])) for person, held in found]


async def add_program(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    organisation: Organisation,
    *,
    name: str,
    procedures: str,
) -> Person:
    """A new program, limited to these procedures (all when there are none). The caller commits.

    IdentityError 403 (proof_needed), 409 beyond MOST_PROGRAMS, 422 for its name or the procedures.
    """
    binding(actor, organisation.id)
    kept, limits = normalise_line(name), procedures_of(procedures)
    if not 1 <= len(kept) <= LONGEST_LABEL:
        raise refused("program_name")
    if limits is None:
        raise refused("member_procedures")
    if not within(limits, actor.limits):
        raise refused("beyond_own_limits")
    await session.get_one(Organisation, organisation.id, with_for_update=True)
    if len(await programs(session, organisation.id)) >= MOST_PROGRAMS:
        raise refused("too_many_programs")
    made = Person(id=new_id(), name=kept, program=True, active=True, about={}, created_at=means.now)
    session.add(made)
    await session.flush()
    session.add(
        Membership(
            person_id=made.id, organisation_id=organisation.id, role=PROGRAM, procedures=limits
        )
    )
    payload = {"program": made.id, "name": kept, "procedures": limits}
    await _record(session, means, actor, organisation, "program_added", payload)
    return made


async def program(
    session: AsyncSession, organisation: Organisation, program_id: str, *, lock: bool = False
) -> tuple[Person, Membership]:
    """One of an organisation's programs. IdentityError 404 for any other."""
    held = (
        await session.get(Membership, (program_id, organisation.id), with_for_update=lock)
        if is_id(program_id)
        else None
    )
    if held is None or held.role != PROGRAM:
        raise unknown("program")
    return await session.get_one(Person, program_id), held


async def issue_key(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    organisation: Organisation,
    program_id: str,
    days: int,
) -> str:
    """A new key, given here and never again. The caller commits.

    IdentityError 403 (proof_needed), 404; 409 while two are valid; 422 for the days.
    """
    binding(actor, organisation.id)
    person, held = await program(session, organisation, program_id, lock=True)
    if not within(held.procedures, actor.limits):
        raise refused("program_beyond_limits")
    if not 1 <= days <= LONGEST_DAYS:
        raise refused("days")
    valid = await session.scalars(
        select(AccessToken.id).where(
            AccessToken.person_id == person.id,
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > means.now,
        )
    )
    if len(valid.all()) >= MOST_KEYS:
        raise refused("too_many_keys")
    text = PREFIX + secrets.token_urlsafe(32)
    key = AccessToken(
        id=new_id(),
        person_id=person.id,
        organisation_id=organisation.id,
        label=person.name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        created_at=means.now,
        expires_at=means.now + timedelta(days=days),
    )
    session.add(key)
    await session.flush()
    payload = {"program": person.id, "key": key.id, "days": days}
    await _record(session, means, actor, organisation, "program_key_issued", payload)
    return text


async def revoke_key(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    organisation: Organisation,
    program_id: str,
    key_id: str,
) -> None:
    """End a key at once. IdentityError 404 for any other program's. The caller commits."""
    person, _ = await program(session, organisation, program_id)
    gone = await session.scalar(
        update(AccessToken)
        .where(
            AccessToken.id == key_id,
            AccessToken.person_id == person.id,
            AccessToken.revoked_at.is_(None),
        )
        .values(revoked_at=means.now)
        .returning(AccessToken.id)
    )
    if gone is None:
        raise unknown("key")
    payload = {"program": person.id, "key": key_id}
    await _record(session, means, actor, organisation, "program_key_revoked", payload)


async def revoke_all_keys(
    session: AsyncSession, means: Means, actor: Actor, organisation: Organisation
) -> int:
    """End every key of every program at once; how many. The caller commits."""
    gone = await session.scalars(
        update(AccessToken)
        .where(_keys_of(organisation.id, means.now))
        .values(revoked_at=means.now)
        .returning(AccessToken.id)
        .execution_options(synchronize_session=False)
    )
    keys = sorted(gone)
    if keys:
        payload = {"keys": keys}
        await _record(session, means, actor, organisation, "program_keys_revoked", payload)
    return len(keys)


async def limit_inherited_keys(
    session: AsyncSession, now: datetime, organisation_id: str, *, by: str
) -> int:
    """Keys made before somebody else represents the organisation end by INHERITED: whoever made them
    may know them still. How many end sooner by it. The caller commits.
    """
    until = now + INHERITED
    sooner = await session.scalars(
        update(AccessToken)
        .where(_keys_of(organisation_id, now), AccessToken.expires_at > until)
        .values(expires_at=until)
        .returning(AccessToken.id)
        .execution_options(synchronize_session=False)
    )
    keys = sorted(sooner)
    if keys:
        await journal.append(
            session,
            subject=f"organisation:{organisation_id}",
            action="program_keys_limited",
            actor=by,
            at=now,
            payload={"keys": keys, "until": until.isoformat()},
        )
    return len(keys)


def _keys_of(organisation_id: str, now: datetime) -> ColumnElement[bool]:
    """The condition of keys that open something for an organisation's programs now."""
    its = select(Membership.person_id).where(
        Membership.organisation_id == organisation_id, Membership.role == PROGRAM
    )
    return and_(
        AccessToken.person_id.in_(its),
        AccessToken.revoked_at.is_(None),
        AccessToken.expires_at > now,
    )


async def end_program(
    session: AsyncSession, means: Means, actor: Actor, organisation: Organisation, program_id: str
) -> None:
    """End a program and its keys; what it filed keeps its name. IdentityError 404. The caller commits."""
    person, held = await program(session, organisation, program_id, lock=True)
    person.active = False
    await session.delete(held)
    await session.execute(
        update(AccessToken)
        .where(AccessToken.person_id == person.id, AccessToken.revoked_at.is_(None))
        .values(revoked_at=means.now)
    )
    await _record(session, means, actor, organisation, "program_ended", {"program": person.id})


async def _record(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    organisation: Organisation,
    action: str,
    payload: Mapping[str, object],
) -> None:
    await journal.append(
        session,
        subject=f"organisation:{organisation.id}",
        action=action,
        actor=actor.id,
        on_behalf_of=organisation.id,
        at=means.now,
        payload=dict(payload),
    )
