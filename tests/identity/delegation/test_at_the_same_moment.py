"""Two who act on one chain of mandates at the same moment: on PostgreSQL, where rows are locked."""

import asyncio

import pytest

from madoguchi.identity.delegation import ending, offering
from madoguchi.identity.delegation.ending import mandate_seen
from madoguchi.identity.delegation.errors import refused
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Agent
from madoguchi.identity.errors import IdentityError
from madoguchi.identity.rules import Actor
from madoguchi.kernel.database import Database
from tests.identity.account.site import make_site
from tests.identity.delegation.world import TERMS, make_parties


async def test_accepting_waits_for_whoever_ends_the_source(database: Database) -> None:
    """It finds the source ended; neither waits for the other for ever (deadlock)."""
    if database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")
    parties = await make_parties(make_site(database))
    source = await parties.offer("boss", parties.firm())
    await parties.do("accept", "head", source)
    lower = await parties.pass_on(
        "head", source, Agent(organisation=parties.organisations["下請"]), TERMS
    )
    boss = await parties.party("boss")
    async with database.session() as session:
        await mandate_seen(session, boss, source, parties.means().now, lock=True)
        waiting = asyncio.create_task(parties.do("accept", "second", lower))
        await asyncio.sleep(1)
        assert not waiting.done()
        await ending.end(session, parties.means(), boss, source)
        await session.commit()
    with pytest.raises(IdentityError) as fault:
        await waiting
    assert fault.value.code == "not_waiting"
    async with database.reading() as session:
        assert (await session.get_one(Mandate, lower)).accepted_at is None


async def test_a_firm_asks_for_so_many_numbers_whoever_of_it_does(database: Database) -> None:
    parties = await make_parties(make_site(database))
    means = parties.means()
    people = [Actor(f"P{n}", "", "applicant", organisation="FIRM") for n in range(5)]
    for person in people[:4]:
        for _ in range(50):
            await offering.may_look_up(means, person)
        with pytest.raises(IdentityError) as fault:
            await offering.may_look_up(means, person)
        assert (fault.value.status, fault.value.code) == (429, refused("too_many").code)
    with pytest.raises(IdentityError):  # one who asked for none yet, of the same firm
        await offering.may_look_up(means, people[4])
    await offering.may_look_up(means, Actor("P9", "", "applicant", organisation="OTHER"))
