"""Principals and agents with accounts, for the tests of delegation."""

from dataclasses import dataclass, field
from datetime import date

from madoguchi.identity.account.proving import Means
from madoguchi.identity.delegation import ending, offering
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.offering import Agent, Terms
from madoguchi.identity.delegation.parties import Party, party_of
from madoguchi.identity.models import Verification
from madoguchi.identity.rules import Actor
from madoguchi.identity.service import (
    Shown,
    actor_of_person,
    add_member,
    add_organisation,
)
from madoguchi.identity.service.actors import acting_choices
from madoguchi.kernel.clock import jst_date
from tests.identity.account.site import Site

FIRM_NUMBER = "7000012050002"
TERMS = Terms(procedures=("gas", "oil"), valid_to=date(2027, 3, 31), may_sub_delegate=True)


@dataclass
class Parties:
    """A company, a firm of scriveners with a clerk, a second firm, and somebody without any."""

    site: Site
    people: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)

    async def add(self, who: str, firm: str | None, role: str, number: str | None = None) -> None:
        self.people[who] = await self.site.person(f"{who}@example.jp")
        async with self.site.database.session() as session:
            if firm is not None and firm not in self.organisations:
                made = await add_organisation(
                    session, self.site.clock, name=f"株式会社{firm}", corporate_number=number
                )
                self.organisations[firm] = made.id
            if firm is not None:
                await add_member(session, self.people[who], self.organisations[firm], role)
            await session.commit()

    def means(self) -> Means:
        settings = self.site.app.state.settings
        now = self.site.clock()
        return Means(self.site.database, now, settings.secret_key, settings.address, "ja")

    async def actor(self, who: str, acting_for: str | None = None) -> Actor | None:
        async with self.site.database.reading() as session:
            own = await acting_choices(session, self.people[who], jst_date(self.site.clock()))
            first = next((one.organisation.id for one in own if not one.agent), None)
            organisation = self.organisations[acting_for] if acting_for else first
            return await actor_of_person(
                session, self.people[who], Shown(organisation), "ja", self.site.clock()
            )

    async def party(self, who: str) -> Party:
        actor = await self.actor(who)
        assert actor is not None
        async with self.site.database.reading() as session:
            return await party_of(session, actor)

    async def offer(self, who: str, agent: Agent, terms: Terms = TERMS) -> str:
        party = await self.party(who)
        async with self.site.database.session() as session:
            made = await offering.offer(session, self.means(), party, agent, terms)
            await session.commit()
            return made.id

    async def do(self, what: str, who: str, mandate: str, *more: object) -> Mandate:
        """accept, decline, end, choose_members of `ending`."""
        party = await self.party(who)
        async with self.site.database.session() as session:
            found: Mandate = await getattr(ending, what)(
                session, self.means(), party, mandate, *more
            )
            await session.commit()
            return found

    async def proof_due(self, who: str, firm: str) -> None:
        """Their proof as representative of a firm is due from now on."""
        now = self.site.clock()
        async with self.site.database.session() as session:
            key = {"person_id": self.people[who], "organisation_id": self.organisations[firm]}
            session.add(Verification(**key, route="document", at=now, due_at=now))
            await session.commit()

    async def pass_on(self, who: str, source: str, agent: Agent, terms: Terms) -> str:
        party = await self.party(who)
        async with self.site.database.session() as session:
            made = await offering.pass_on(session, self.means(), party, source, agent, terms)
            await session.commit()
            return made.id

    def firm(self, name: str = "代書") -> Agent:
        return Agent(organisation=self.organisations[name])


async def make_parties(site: Site) -> Parties:
    parties = Parties(site)
    await parties.add("boss", "山田", "representative")
    await parties.add("worker", "山田", "staff")
    await parties.add("head", "代書", "representative", FIRM_NUMBER)
    await parties.add("clerk", "代書", "staff")
    await parties.add("second", "下請", "representative")
    await parties.add("free", None, "")
    return parties
