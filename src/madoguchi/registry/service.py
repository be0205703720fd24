"""The registry for the other modules: facts of a party, the registry link, postal codes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.canonical import canonical_json, plain
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.language import Text
from madoguchi.registry.link import LinkUnavailable, LookUp, RegistryRecord, simulated_look_up
from madoguchi.registry.models import FactRecord, PostalCode, RegistryQuery
from madoguchi.registry.postal import load_postal_codes, load_shipped_postal_codes

__all__ = [
    "REGISTRATION",
    "Fact",
    "LinkUnavailable",
    "LookUp",
    "PostalPlace",
    "RegistryRecord",
    "consult",
    "facts_of",
    "load_postal_codes",
    "load_shipped_postal_codes",
    "lookup_postal_code",
    "record_fact",
    "refresh_registration",
    "retract_fact",
    "simulated_look_up",
]

REGISTRATION = "registration"
_LINK: Text = {"ja": "登記情報連携", "en": "Registry information link"}
_SIMULATED: Text = {"ja": "登記情報連携（模擬）", "en": "Registry information link (simulated)"}


@dataclass(frozen=True)
class Fact:
    """What is known: the value (JSON), where from {"ja", "en"}, the day from which it holds."""

    value: Any
    source: Text
    as_of: date


@dataclass(frozen=True)
class PostalPlace:
    """A place a postal code stands for; street is the town's name, "" for a whole city."""

    postal_code: str
    prefecture: str
    city: str
    street: str


async def facts_of(
    session: AsyncSession,
    party_id: str | None,
    on: date,
    *,
    known_at: datetime | None = None,
    ended: bool = False,
) -> dict[str, Fact]:
    """What is known of a party on that day: of each name the latest fact that holds then.

    A party is an organisation, or a person who files for themselves.

    With `known_at`, as it was believed at that moment: what an official saw when deciding. With
    `ended`, also the facts that no longer hold, their value None. Nobody (None) has no facts.
    """
    if party_id is None:
        return {}
    found = await facts_of_many(session, [party_id], on, known_at=known_at, ended=ended)
    return found[party_id]


async def facts_of_many(
    session: AsyncSession,
    party_ids: Collection[str],
    on: date,
    *,
    known_at: datetime | None = None,
    ended: bool = False,
) -> dict[str, dict[str, Fact]]:
    """What is known of each of these parties, as `facts_of`, with one query."""
    query = select(FactRecord).where(FactRecord.party_id.in_(party_ids), FactRecord.as_of <= on)
    if known_at is None:
        query = query.where(FactRecord.superseded_at.is_(None))
    else:
        query = query.where(
            FactRecord.recorded_at <= known_at,
            or_(FactRecord.superseded_at.is_(None), FactRecord.superseded_at > known_at),
        )
    latest: dict[str, dict[str, FactRecord]] = {party: {} for party in party_ids}
    for record in await session.scalars(
        query.order_by(FactRecord.as_of, FactRecord.recorded_at, FactRecord.id)
    ):
        latest[record.party_id][record.name] = record
    return {
        party: {
            name: Fact(record.value, record.source, record.as_of)
            for name, record in known.items()
            if ended or record.value is not None
        }
        for party, known in latest.items()
    }


async def record_fact(
    session: AsyncSession,
    party_id: str,
    name: str,
    value: Any,
    *,
    source: Mapping[str, str],
    source_key: str,
    as_of: date,
    at: datetime,
) -> bool:
    """Note a fact; whether anything changed. The same fact again changes nothing.

    `value` is JSON (Decimals and dates are written as texts). `source_key` names the event it comes
    from ("case:ID"). A different value for the same day is a correction of the earlier record.
    """
    kept = plain(value)
    known = await session.scalar(
        select(FactRecord).where(
            FactRecord.party_id == party_id,
            FactRecord.name == name,
            FactRecord.as_of == as_of,
            FactRecord.superseded_at.is_(None),
        )
    )
    if known is not None:
        if canonical_json(plain(known.value)) == canonical_json(kept):
            return False
        known.superseded_at = at
        await session.flush()
    session.add(
        FactRecord(
            id=new_id(),
            party_id=party_id,
            name=name,
            value=kept,
            source=dict(source),
            source_key=source_key,
            as_of=as_of,
            recorded_at=at,
        )
    )
    await session.flush()
    return True


async def retract_fact(
    session: AsyncSession,
    party_id: str,
    name: str,
    *,
    source: Mapping[str, str],
    source_key: str,
    as_of: date,
    at: datetime,
) -> bool:
    """Note that from `as_of` the fact no longer holds (a registration was cancelled)."""
    return await record_fact(
        session,
        party_id,
        name,
        None,
        source=source,
        source_key=source_key,
        as_of=as_of,
        at=at,
    )


async def consult(
    session: AsyncSession,
    look_up: LookUp,
    corporate_number: str,
    *,
    purpose: str,
    legal_basis: str,
    asked_by: str,
    at: datetime,
    case_id: str | None = None,
) -> RegistryRecord | None:
    """Ask the registry link and log the question with its purpose and legal basis.

    None when there is no record, or one under change (登記事件中), which must not be relied on.
    LinkUnavailable passes through; commit the session all the same to keep the log of it.
    """
    record, outcome = None, "unavailable"
    try:
        record = await look_up(corporate_number)
        outcome = _outcome(record)
    finally:
        session.add(
            RegistryQuery(
                id=new_id(),
                corporate_number=corporate_number,
                purpose=purpose[:200],
                legal_basis=legal_basis[:200],
                asked_by=asked_by,
                case_id=case_id,
                at=at,
                outcome=outcome,
            )
        )
    return None if record is None or record.under_change else record


async def refresh_registration(
    session: AsyncSession,
    look_up: LookUp,
    party_id: str,
    corporate_number: str,
    *,
    purpose: str,
    legal_basis: str,
    asked_by: str,
    at: datetime,
) -> RegistryRecord | None:
    """Consult the link and keep the result as the fact `registration`: `known("registration")`.

    A closed or merged company's registration is retracted: its certificate must be looked at.
    """
    record = await consult(
        session,
        look_up,
        corporate_number,
        purpose=purpose,
        legal_basis=legal_basis,
        asked_by=asked_by,
        at=at,
    )
    if record is None:
        return None
    value = record.as_json() if record.status == "active" else None
    await record_fact(
        session,
        party_id,
        REGISTRATION,
        value,
        source=_SIMULATED if record.simulated else _LINK,
        source_key=f"registry:{corporate_number}",
        as_of=jst_date(at),
        at=at,
    )
    return record


async def lookup_postal_code(session: AsyncSession, code: str) -> list[PostalPlace]:
    """The places of a code of seven digits, in the order of their names; [] when unknown."""
    query = select(PostalCode).where(PostalCode.code == code)
    rows = await session.scalars(
        query.order_by(PostalCode.prefecture, PostalCode.city, PostalCode.street)
    )
    return [PostalPlace(row.code, row.prefecture, row.city, row.street) for row in rows]


def _outcome(record: RegistryRecord | None) -> str:
    if record is None:
        return "not_found"
    return "under_change" if record.under_change else "found"
