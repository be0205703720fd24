"""Proofs in doubt, due and lapsed: noted, told and journaled; who is asked, and where one stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.inviting import REPRESENTATIVE
from madoguchi.identity.models import Membership, Organisation, Person, Verification
from madoguchi.identity.reproof.rules import (
    DUE,
    GRACE,
    LAPSED,
    NOTICES,
    SOON,
    doubted,
    lapses,
    notice_of,
    state_of,
)
from madoguchi.identity.reproof.settling import settle_proof
from madoguchi.identity.reproof.telling import tell_doubt, tell_notice
from madoguchi.kernel import journal
from madoguchi.kernel.language import Text
from madoguchi.kernel.periods import until_text

MOST = 500
SYSTEM = "system"


@dataclass(frozen=True)
class Standing:
    """Where the proof of a representative stands: whose, of what, its state and its days."""

    person: Person
    organisation: Organisation
    proof: Verification
    state: str

    @property
    def until(self) -> Text:
        """The last day on which it is good; {} for one without a day."""
        return until_text(self.proof.due_at) if self.proof.due_at else {}

    @property
    def lapse(self) -> Text:
        """The last day before it rests unless it is renewed."""
        return until_text(lapses(self.proof.due_at)) if self.proof.due_at else {}


async def standing_of(
    session: AsyncSession, person_id: str, organisation_id: str | None, now: datetime
) -> Standing | None:
    """Of somebody's own proof as representative; None for who represents it not, or unproved."""
    found = await _proofs(
        session,
        Verification.person_id == person_id,
        Verification.organisation_id == (organisation_id or ""),
    )
    return _standing(found[0], now) if found else None


async def asked_again(session: AsyncSession, now: datetime, limit: int = MOST) -> list[Standing]:
    """The proofs that are due soon, due or lapsed, the oldest first: what the desk sees."""
    found = await _proofs(session, Verification.due_at <= now + SOON, limit=limit)
    return [_standing(row, now) for row in found]


async def doubt(session: AsyncSession, now: datetime, organisation_id: str, why: str) -> int:
    """Put the proofs of an organisation's representatives in doubt, for what the registry says; how
    many. Each is told. The caller commits.
    """
    found = await _proofs(session, Verification.organisation_id == organisation_id)
    for person, organisation, proof in found:
        proof.due_at, proof.doubt, proof.told = doubted(proof.due_at, why, now), why, ""
        proof.told = notice_of(proof.due_at, now)  # this word is the notice of it, too
        await _record(session, proof, "proof_doubted", now, {"why": why})
        await tell_doubt(session, person, organisation, proof)
    await session.flush()
    await settle_proof(session, organisation_id)
    return len(found)


async def tell_due(session: AsyncSession, now: datetime) -> int:
    """Tell representatives whose proof comes due, is due or lapsed, once each; how many, at most
    `MOST`. The caller commits.
    """
    rows = await _proofs(session, _untold(now), limit=MOST)
    for person, organisation, proof in rows:
        assert proof.due_at is not None  # noqa: S101 - asked for by it
        notice = proof.told = notice_of(proof.due_at, now)
        if notice in (DUE, LAPSED):
            await _record(session, proof, f"proof_{notice}", now, {"why": proof.doubt})
        await tell_notice(session, person, organisation, proof, notice)
    return len(rows)


def _untold(now: datetime) -> ColumnElement[bool]:
    """Those who have yet to hear of the newest stage they are in; a day on which nothing ran is made
    up for.
    """
    moments = {str(days): now + timedelta(days=days) for days in NOTICES}
    moments |= {DUE: now, LAPSED: now - GRACE}
    stages = list(moments)
    return or_(
        *(
            and_(Verification.due_at <= moment, Verification.told.in_(["", *stages[:place]]))
            for place, moment in enumerate(moments.values())
        )
    )


async def _proofs(
    session: AsyncSession, *which: ColumnElement[bool], limit: int | None = None
) -> Sequence[tuple[Person, Organisation, Verification]]:
    rows = await session.execute(
        select(Person, Organisation, Verification)
        .join(Verification, Verification.person_id == Person.id)
        .join(Organisation, Organisation.id == Verification.organisation_id)
        .join(
            Membership,
            (Membership.person_id == Person.id) & (Membership.organisation_id == Organisation.id),
        )
        .where(Membership.role == REPRESENTATIVE, Person.active, *which)
        .order_by(Verification.due_at, Person.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _standing(row: tuple[Person, Organisation, Verification], now: datetime) -> Standing:
    person, organisation, proof = row
    return Standing(person, organisation, proof, state_of(proof.due_at, now))


async def _record(
    session: AsyncSession, proof: Verification, action: str, now: datetime, payload: dict[str, str]
) -> None:
    for subject in (f"organisation:{proof.organisation_id}", f"person:{proof.person_id}"):
        await journal.append(
            session,
            subject=subject,
            action=action,
            actor=SYSTEM,
            at=now,
            payload={**payload, "person": proof.person_id, "due_at": str(proof.due_at)},
        )
