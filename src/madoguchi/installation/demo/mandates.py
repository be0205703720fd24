"""Mandates of the demo (委任): the scrivener's clients, in every state one meets."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.installation.demo.people import BAY, COUNCIL, HAKATA, MINATO, PEOPLE
from madoguchi.installation.demo.playing import moment
from madoguchi.kernel.clock import Clock, fixed_clock, jst_date

AGENT = "agent"


async def give_mandates(
    session: AsyncSession,
    clock: Clock,
    companies: Mapping[str, identity.Organisation],
    actors: Mapping[str, Actor],
) -> None:
    """Those by which agents file in the demo, and some that wait, end soon or are over.

    The caller commits.
    """
    for person in PEOPLE:
        for number in person.agent_of:
            await identity.give_mandate(
                session,
                clock,
                principal_id=companies[number].id,
                agent_person_id=actors[person.key].id,
                by="demo",
            )
    await _passed_on(session, clock, companies, actors[AGENT].id)
    await _waiting(session, clock, companies, actors[AGENT].id)


async def _passed_on(
    session: AsyncSession, clock: Clock, companies: Mapping[str, identity.Organisation], agent: str
) -> None:
    """An association files for a member, and has a scrivener help it; both end soon."""
    soon = jst_date(moment(0)) + timedelta(days=20)
    through = await identity.give_mandate(
        session,
        clock,
        principal_id=companies[MINATO].id,
        agent_organisation_id=companies[COUNCIL].id,
        procedures=["simple-notice", "simple-filing"],
        valid_to=soon,
        may_sub_delegate=True,
        by="demo",
    )
    await identity.give_mandate(
        session,
        clock,
        principal_id=companies[MINATO].id,
        agent_person_id=agent,
        procedures=["simple-notice"],
        valid_to=soon,
        source_id=through.id,
        by="demo",
    )


async def _waiting(
    session: AsyncSession, clock: Clock, companies: Mapping[str, identity.Organisation], agent: str
) -> None:
    """One offered, one asked for, one that is over."""
    now = fixed_clock(moment(2))
    await identity.give_mandate(
        session,
        now,
        principal_id=companies[HAKATA].id,
        agent_person_id=agent,
        procedures=["management-improvement-plan"],
        accepted=False,
        by="demo",
    )
    await identity.give_mandate(
        session,
        now,
        principal_id=companies[BAY].id,
        agent_person_id=agent,
        asked=True,
        accepted=False,
        by="demo",
    )
    over = await identity.give_mandate(
        session, clock, principal_id=companies[BAY].id, agent_person_id=agent, by="demo"
    )
    await identity.revoke_mandate(session, fixed_clock(moment(30)), over.id, by="demo")
