"""Signing in and out, and choosing for whom one acts."""

from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.assurance import acr_of
from madoguchi.identity.ending import end_sessions
from madoguchi.identity.errors import demo_only, not_allowed, unknown
from madoguchi.identity.models import Person, SignIn
from madoguchi.identity.rules import Actor
from madoguchi.identity.service.actors import choices_of
from madoguchi.identity.service.standing import ActingFor
from madoguchi.kernel import journal
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.web.session import LIFETIME_SECONDS

SIGN_IN, ACTING_FOR = "sign_in", "acting_for"


async def sign_in_as(
    session: AsyncSession, clock: Clock, person_id: str, *, demo: bool, device: str = ""
) -> tuple[SignIn, Person]:
    """Sign in as a person of the development chooser. The caller commits.

    IdentityError 403 unless `demo` (settings.demo) is true; 404 for anyone the chooser does not
    offer.
    """
    if demo is not True:
        raise demo_only()
    found = await session.get(Person, person_id) if is_id(person_id) else None
    if found is None or not found.active or not found.about:
        raise unknown("person")
    return await start_sign_in(session, clock, found, method="chooser", device=device), found


async def start_sign_in(
    session: AsyncSession,
    clock: Clock,
    person: Person,
    *,
    method: str,
    amr: Sequence[str] = (),
    device: str = "",
    acr: str | None = None,
    at: datetime | None = None,
) -> SignIn:
    """Record a sign-in of a person whose identity is proven by `amr` (RFC 8176).

    `device`: of `device.device_of`. Where another provider proved it, `acr` and `at` are what its
    answer is worth. The caller commits.
    """
    now = clock()
    sign_in = SignIn(
        id=new_id(),
        person_id=person.id,
        method=method,
        acr=acr or acr_of(amr),
        amr=list(amr),
        authenticated_at=at or now,
        device=device,
        created_at=now,
    )
    session.add(sign_in)
    await session.flush()
    await journal.append(
        session,
        subject=f"person:{person.id}",
        action="signed_in",
        actor=person.id,
        at=now,
        payload={
            "sign_in": sign_in.id,
            "method": method,
            "acr": sign_in.acr,
            "device": device,
        },
    )
    return sign_in


async def sign_out(session: AsyncSession, clock: Clock, sign_in_id: str) -> None:
    """End one session for good; unknown or ended ones are passed over. The caller commits."""
    if not is_id(sign_in_id):
        return
    for ended in await end_sessions(session, clock(), SignIn.id == sign_in_id):
        await _journal_end(session, clock, ended)


async def continue_session(
    session: AsyncSession, clock: Clock, earlier_id: str, sign_in: SignIn
) -> None:
    """The earlier sign-in of this browser ends for the new one. The caller commits.

    Of the same person it is one session that goes on: services are not told that it ended. Of
    another it is over.
    """
    earlier = (
        await session.scalar(
            update(SignIn)
            .where(
                SignIn.id == earlier_id,
                SignIn.person_id == sign_in.person_id,
                SignIn.ended_at.is_(None),
            )
            .values(ended_at=clock())
            .returning(SignIn)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        if is_id(earlier_id)
        else None
    )
    if earlier is None:
        await sign_out(session, clock, earlier_id)
        return
    sign_in.continues = earlier.session_id
    await _journal_end(session, clock, earlier)


async def session_id_of(session: AsyncSession, sign_in_id: object) -> str | None:
    """What services know the session of an open sign-in by: `sid`."""
    if not isinstance(sign_in_id, str):
        return None
    found = await session.get(SignIn, sign_in_id)
    return None if found is None or found.ended_at else found.session_id


async def end_other_sign_ins(session: AsyncSession, clock: Clock, actor: Actor, keep: str) -> None:
    """End every other session of the actor. The caller commits."""
    await end_sessions(session, clock(), SignIn.person_id == actor.id, SignIn.id != keep)
    await journal.append(
        session,
        subject=f"person:{actor.id}",
        action="other_sessions_ended",
        actor=actor.id,
        at=clock(),
        payload={"kept": keep},
    )


async def end_all_sign_ins(
    session: AsyncSession, clock: Clock, person_id: str | None, *, by: str
) -> int:
    """End every session of a person, or (None) of everybody; how many. The caller commits."""
    which = [] if person_id is None else [SignIn.person_id == person_id]
    ended = await end_sessions(session, clock(), *which)
    for owner in sorted({one.person_id for one in ended}):
        await journal.append(
            session,
            subject=f"person:{owner}",
            action="sessions_ended",
            actor=by,
            at=clock(),
            payload={"sign_ins": [one.id for one in ended if one.person_id == owner]},
        )
    return len(ended)


async def end_sign_in(session: AsyncSession, clock: Clock, actor: Actor, sign_in_id: str) -> None:
    """End one of the actor's sessions. IdentityError 404 for anybody else's. The caller commits."""
    found = await session.get(SignIn, sign_in_id) if is_id(sign_in_id) else None
    if found is None or found.person_id != actor.id:
        raise unknown("sign_in")
    await sign_out(session, clock, sign_in_id)


async def open_sign_ins(session: AsyncSession, actor: Actor, now: datetime) -> list[SignIn]:
    """The actor's sessions that are neither ended nor too old, newest first, at most 20."""
    begun = now - timedelta(seconds=LIFETIME_SECONDS)
    rows = await session.scalars(
        select(SignIn)
        .where(SignIn.person_id == actor.id, SignIn.ended_at.is_(None), SignIn.created_at > begun)
        .order_by(SignIn.id.desc())
        .limit(20)
    )
    return list(rows)


async def choose_acting_for(
    session: AsyncSession, clock: Clock, actor: Actor, organisation_id: str
) -> ActingFor:
    """The organisation the actor may act for. IdentityError 403 for any other."""
    choices = await choices_of(session, actor, jst_date(clock()))
    for item in choices:
        if item.organisation.id == organisation_id:
            return item
    raise not_allowed()


def start_web_session(web_session: MutableMapping[str, Any], sign_in: SignIn) -> None:
    """Begin the cookie session anew, so nothing of an earlier one remains in it."""
    for key in list(web_session):
        del web_session[key]
    web_session[SIGN_IN] = sign_in.id


async def _journal_end(session: AsyncSession, clock: Clock, ended: SignIn) -> None:
    await journal.append(
        session,
        subject=f"person:{ended.person_id}",
        action="signed_out",
        actor=ended.person_id,
        at=clock(),
        payload={"sign_in": ended.id},
    )
