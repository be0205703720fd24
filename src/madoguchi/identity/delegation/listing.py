"""Lists of mandates as a party sees them (委任の一覧): given, received, waiting."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.ending import Seen, seen_by
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.parties import Party
from madoguchi.identity.models import Organisation, Person

GIVEN, RECEIVED = "given", "received"
PAGE = 50


@dataclass(frozen=True)
class Line:
    """A mandate with the names of its parties."""

    seen: Seen
    principal: str
    agent: str

    @property
    def mandate(self) -> Mandate:
        """The row."""
        return self.seen.mandate


async def lines(
    session: AsyncSession,
    party: Party,
    now: datetime,
    side: str,
    *,
    words: str = "",
    open_only: bool = True,
    before: str | None = None,
    limit: int = PAGE,
) -> list[Line]:
    """Up to limit + 1 mandates of one side, newest first; `before` is the last id of a page.

    `words`: part of the other side's name, or its corporate number. `open_only` leaves out those
    somebody ended.
    """
    principal = select(Organisation.id).where(*_named(words))
    condition = _given(party) if side == GIVEN else _received(party)
    query = select(Mandate).where(condition)
    if words.strip() and side == RECEIVED:
        query = query.where(Mandate.principal_id.in_(principal))
    if words.strip() and side == GIVEN:
        people = select(Person.id).where(Person.name.contains(words.strip()[:100], autoescape=True))
        query = query.where(
            or_(
                Mandate.agent_organisation_id.in_(principal),
                Mandate.agent_person_id.in_(people),
                Mandate.agent_address == words.strip().lower()[:320],
            )
        )
    if open_only:
        query = query.where(Mandate.revoked_at.is_(None))
    if before:
        query = query.where(Mandate.id < before)
    found = list(await session.scalars(query.order_by(Mandate.id.desc()).limit(limit + 1)))
    return await named(session, party, found, now)


async def below(session: AsyncSession, party: Party, source: Mandate, now: datetime) -> list[Line]:
    """The mandates passed on from one (復委任), oldest first."""
    query = select(Mandate).where(Mandate.source_id == source.id).order_by(Mandate.id)
    return await named(session, party, list(await session.scalars(query)), now)


async def named(
    session: AsyncSession, party: Party, mandates: Sequence[Mandate], now: datetime
) -> list[Line]:
    """The mandates with names, those of others left out."""
    sources = await _by_id(session, Mandate, {m.source_id for m in mandates})
    organisations = await _by_id(
        session,
        Organisation,
        {m.principal_id for m in mandates} | {m.agent_organisation_id for m in mandates},
    )
    people = await _by_id(session, Person, {m.agent_person_id for m in mandates})
    return [
        Line(seen, organisations[m.principal_id].name, _agent(m, organisations, people))
        for m in mandates
        for seen in [seen_by(m, sources.get(m.source_id or ""), party, now)]
        if seen.sides or (m.source_id in sources and _known_above(sources[m.source_id], party))
    ]


def _known_above(source: Mandate, party: Party) -> bool:
    return bool(seen_by(source, None, party, source.created_at).sides)


def _agent(
    mandate: Mandate, organisations: dict[str, Organisation], people: dict[str, Person]
) -> str:
    if mandate.agent_organisation_id is not None:
        return organisations[mandate.agent_organisation_id].name
    if mandate.agent_person_id is not None:
        return people[mandate.agent_person_id].name
    return mandate.agent_address or ""


def _given(party: Party) -> ColumnElement[bool]:
    return Mandate.principal_id == (party.organisation or "")


def _received(party: Party) -> ColumnElement[bool]:
    theirs: list[ColumnElement[bool]] = [Mandate.agent_person_id == party.person]
    if party.organisation is not None:
        theirs.append(Mandate.agent_organisation_id == party.organisation)
    if party.address is not None:
        theirs.append(
            and_(Mandate.agent_person_id.is_(None), Mandate.agent_address == party.address)
        )
    return or_(*theirs)


def _named(words: str) -> list[ColumnElement[bool]]:
    text = words.strip()[:100]
    return [
        or_(
            Organisation.name.contains(text, autoescape=True),
            Organisation.kana.contains(text, autoescape=True),
            Organisation.corporate_number == text,
        )
    ]


_Row = TypeVar("_Row", Mandate, Organisation, Person)


async def _by_id(
    session: AsyncSession, table: type[_Row], ids: Collection[str | None]
) -> dict[str, _Row]:
    wanted = sorted(id for id in ids if id)
    if not wanted:
        return {}
    rows = await session.scalars(select(table).where(table.id.in_(wanted)))
    return {row.id: row for row in rows}
