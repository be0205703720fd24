"""Proving a representative by card (カードによる代表者の確認): at once where it agrees, else the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.errors import case_error
from madoguchi.cases.proofing import succession
from madoguchi.cases.proofing.models import RepresentativeProof
from madoguchi.cases.proofing.rules import (
    AGREES,
    BUSINESS_NAME,
    OTHER_ACCOUNT,
    REPRESENTED,
    Officer,
    Proved,
    address_of,
    finding_on_corporation,
    finding_on_proprietor,
    sounds_official,
)
from madoguchi.cases.proofing.service import (
    GRANTED,
    REFUSED,
    WAITING,
    begin_proof,
    begun,
    make_representative,
    one_at_a_time,
    tell,
)
from madoguchi.identity.account.proving import Known
from madoguchi.identity.account.representing import CARD, representatives_of, sole_business_of
from madoguchi.identity.provider.secrets import sha256
from madoguchi.identity.relying.checking import SignedIn
from madoguchi.identity.reproof.rules import CURRENT, MONTHS
from madoguchi.identity.reproof.service import standing_of
from madoguchi.identity.service import organisation_by_number
from madoguchi.kernel.clock import Clock
from madoguchi.kernel.ids import new_id

SOLE_TITLE = "個人事業主"


@dataclass(frozen=True)
class Wish:
    """What is asked: for which corporate number ("": a sole proprietor), under what name."""

    number: str
    name: str
    title: str


async def prove(
    session: AsyncSession,
    clock: Clock,
    known: Known,
    wish: Wish,
    card: SignedIn,
    proved: Proved,
    record: Mapping[str, Any] | None,
    *,
    demo: bool,
    months: int = MONTHS,
) -> RepresentativeProof:
    """Decide by card, or send what it proved to the desk; nobody is refused by a machine.

    `record` is the registry's of the corporation, None when there is none. CaseError 409 while
    another proof waits, or for a sole proprietor who is one already. The caller commits.
    """
    await begun(session, known)
    mark = sha256(f"{card.issuer}\n{card.subject}")
    await one_at_a_time(session, f"card:{mark}", f"number:{wish.number or known.person.id}")
    if not wish.number:
        await _no_second_business(session, clock, known)
    finding, officer = await _compare(session, known, wish, mark, proved, record, demo=demo)
    name = str((record or {}).get("name") or "") if officer else ""
    made = RepresentativeProof(
        id=new_id(),
        person_id=known.person.id,
        corporate_number=wish.number,
        organisation_name=name or wish.name or proved.name,
        title=officer.title if officer else wish.title or SOLE_TITLE,
        route=CARD,
        card=mark,
        proved={
            **proved.as_json(),
            "issuer": card.issuer,
            "acr": card.acr or "",
            "finding": finding,
        },
        state=WAITING,
        asked_at=clock(),
    )
    await begin_proof(session, clock, made)
    if finding == AGREES:
        place = _place(record) if wish.number else address_of(proved.address)
        await make_representative(
            session, clock, known, made, by="system", address=place, months=months
        )
        made.state, made.decided_at = GRANTED, clock()
        await tell(session, clock, made)
    else:
        await succession.begin(session, clock, made, instead=False)
    return made


async def _compare(
    session: AsyncSession,
    known: Known,
    wish: Wish,
    mark: str,
    proved: Proved,
    record: Mapping[str, Any] | None,
    *,
    demo: bool,
) -> tuple[str, Officer | None]:
    """How a card compares with the registry, the account and what is known here already."""
    officer = None
    if wish.number:
        finding, officer = finding_on_corporation(proved, known.person.name, record, demo=demo)
    else:
        finding = finding_on_proprietor(proved, known.person.name)
        if finding == AGREES and sounds_official(wish.name):
            finding = BUSINESS_NAME
    if finding == AGREES and await _of_another(session, mark, known.person.id):
        finding = OTHER_ACCOUNT
    if finding == AGREES and await _represented_by_others(session, wish.number, known.person.id):
        finding = REPRESENTED
    return finding, officer


async def _of_another(session: AsyncSession, mark: str, person_id: str) -> bool:
    """Whether the card was shown for another account before."""
    other = exists().where(
        RepresentativeProof.card == mark,
        RepresentativeProof.person_id != person_id,
        RepresentativeProof.state != REFUSED,
    )
    return bool(await session.scalar(select(other)))


async def _represented_by_others(session: AsyncSession, number: str, person_id: str) -> bool:
    """Whether others represent it and must be heard first (succession)."""
    organisation = await organisation_by_number(session, number) if number else None
    if organisation is None:
        return False
    found = {person.id for person in await representatives_of(session, organisation.id)}
    return bool(found) and person_id not in found


async def _no_second_business(session: AsyncSession, clock: Clock, known: Known) -> None:
    """One business each; the one there is may be proved anew once that is asked for (再確認)."""
    one = exists().where(
        RepresentativeProof.person_id == known.person.id,
        RepresentativeProof.corporate_number == "",
        RepresentativeProof.state == GRANTED,
    )
    business = await sole_business_of(session, known.person.id)
    standing = await standing_of(
        session, known.person.id, business.id if business else None, clock()
    )
    if (standing is None or standing.state == CURRENT) and await session.scalar(select(one)):
        raise case_error(
            "already_proved",
            409,
            "個人事業主としての確認は、すでに終わっています。",
            "You are proved as a sole proprietor already.",
        )


def _place(record: Mapping[str, Any] | None) -> dict[str, str]:
    place = (record or {}).get("address")
    return {k: str(v) for k, v in place.items() if v} if isinstance(place, Mapping) else {}
