"""Which mandates hold at this moment, and for whom: asked anew at every act."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.rules import Held

_Source = aliased(Mandate)


async def held_by(
    session: AsyncSession, person_id: str, own: Mapping[str, Collection[str]], today: date
) -> list[Held]:
    """The mandates a person may use, given to them or to their own organisations, oldest first.

    `own`: each of these with the procedures the person may file there (none: every one): a firm's
    mandate reaches no further in their hands.
    """
    agent: ColumnElement[bool] = Mandate.agent_person_id == person_id
    if own:
        agent = or_(agent, Mandate.agent_organisation_id.in_(list(own)))
    rows = await session.execute(
        select(
            Mandate.id,
            Mandate.principal_id,
            Mandate.agent_organisation_id,
            Mandate.procedures,
            Mandate.powers,
            Mandate.members,
        )
        .where(agent, holding_on(today))
        .order_by(Mandate.id)
    )
    found = (
        (Held(id, principal, firm, frozenset(procedures), frozenset(powers)), members)
        for id, principal, firm, procedures, powers, members in rows
    )
    usable = (
        one.narrowed(frozenset(own.get(one.own or "", ())))
        for one, members in found
        if one.own is None or members is None or person_id in members
    )
    return [one for one in usable if one is not None]


async def still_hold(session: AsyncSession, mandate_ids: Collection[str]) -> frozenset[str]:
    """Which of these nobody has ended by now. The rows stay as they are until the transaction ends:
    whoever withdraws one at this moment waits, or was first.
    """
    if not mandate_ids:
        return frozenset()
    # Sources are locked by name: FOR SHARE does not reach the far side of an outer join.
    rows = list(
        await session.execute(
            select(Mandate.id, Mandate.source_id, Mandate.revoked_at, Mandate.accepted_at)
            .where(
                or_(
                    Mandate.id.in_(mandate_ids),
                    Mandate.id.in_(select(_Source.source_id).where(_Source.id.in_(mandate_ids))),
                )
            )
            .order_by(Mandate.id)
            .with_for_update(read=True)
        )
    )
    alive = {id for id, _, ended, accepted in rows if ended is None and accepted is not None}
    return frozenset(
        id
        for id, source, _, _ in rows
        if id in alive and id in mandate_ids and (source is None or source in alive)
    )


def holding_on(today: date) -> ColumnElement[bool]:
    """The condition "in force on that day, and so is its source (復委任の元)"."""
    source = exists().where(_Source.id == Mandate.source_id, _holds(_Source, today))
    return and_(_holds(Mandate, today), or_(Mandate.source_id.is_(None), source))


def _holds(table: type[Mandate], today: date) -> ColumnElement[bool]:
    return and_(
        table.accepted_at.is_not(None),
        table.revoked_at.is_(None),
        table.valid_from <= today,
        or_(table.valid_to.is_(None), table.valid_to >= today),
    )
