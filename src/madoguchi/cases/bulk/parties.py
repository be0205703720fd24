"""For whom a row is filed (行の申請者): oneself, or a client whose mandate the sender holds.

A client who gave no mandate, one who does not exist and one whose mandate does not cover the
procedure are told the same: nobody learns from a file who is registered here.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.bulk.models import BulkFiling
from madoguchi.cases.bulk.plan import CLIENT
from madoguchi.cases.bulk.registrations import with_entries
from madoguchi.cases.crosscase.answering import informed
from madoguchi.cases.environment import Applicant, Party, applicant_of, environment_of
from madoguchi.cases.errors import CaseError
from madoguchi.cases.filing.arrival_rows import Way
from madoguchi.cases.filing.drafts import agent_of, own_agency, party_for
from madoguchi.cases.filing.evaluating import first_phase, round_for
from madoguchi.cases.filing.prefilling import SUGGESTED, begin
from madoguchi.identity import service as identity
from madoguchi.identity.service import ActingFor, Actor, under_mandate
from madoguchi.kernel.clock import jst_date
from madoguchi.kernel.language import Text
from madoguchi.procedures.service import Environment, Fault, Package, is_blank

PLACE = f"/{CLIENT.path}"
_SPACE = re.compile(r"[\s-]")
_NO_MANDATE: Text = {
    "ja": "この法人番号の申請者のために、この手続を提出することはできません。"
    "番号と、委任の内容を確かめてください。",
    "en": "You cannot file this procedure for the applicant with this corporate number. "
    "Check the number and the mandate.",
}
_NOT_USED: Text = {
    "ja": "この手続は本人が提出する手続です。申請者の法人番号は書かないでください。",
    "en": "Everyone files this procedure for themselves. Leave the corporate number empty.",
}


@dataclass
class Parties:
    """Who the sender may file for, asked once for many rows."""

    bulk: BulkFiling
    package: Package
    now: datetime
    _choices: dict[str, ActingFor] | None = None
    _found: dict[str, "Actor | Fault"] = field(default_factory=dict)
    _environments: dict[str | None, Environment] = field(default_factory=dict)
    _applicants: dict[str | None, Applicant] = field(default_factory=dict)
    _told: dict[str, bool] = field(default_factory=dict)
    _known: dict[str | None, dict[str, Any]] = field(default_factory=dict)

    async def actor(self, session: AsyncSession, client: str) -> Actor | Fault:
        """As whom a row is filed, or why it cannot be."""
        name = _SPACE.sub("", unicodedata.normalize("NFKC", client))
        if name not in self._found:
            self._found[name] = await self._find(session, name)
        return self._found[name]

    async def environment(self, session: AsyncSession, actor: Actor) -> Environment:
        """What rules know of a party today; each evaluation asks its own questions of it."""
        organisation = party_for(self.package, actor)
        if organisation not in self._environments:
            today = jst_date(self.now)
            self._environments[organisation] = await environment_of(
                session,
                party_of_actor(actor, organisation),
                catalogue_id=None,
                today=today,
                filed_on=today,
                phase=first_phase(self.package),
                filing_round=round_for(self.package, self.now),
            )
        return self._environments[organisation]

    async def applicant(self, session: AsyncSession, actor: Actor) -> Applicant:
        """The party as its cases keep it."""
        organisation = party_for(self.package, actor)
        if organisation not in self._applicants:
            party = party_of_actor(actor, organisation)
            self._applicants[organisation] = await applicant_of(session, party, actor)
        return self._applicants[organisation]

    async def way(self, session: AsyncSession, actor: Actor, heard: bool) -> Way:
        """How a row of a party comes: by the mandate of its client, if it is not the sender's own."""
        organisation = party_for(self.package, actor)
        mandate = under_mandate(actor, organisation, self.package.id)
        if not mandate:
            return Way(self.bulk.channel, heard)
        named = mandate["mandate"]
        if named not in self._told:
            self._told[named] = await identity.tells_filings(session, named)
        return Way(self.bulk.channel, heard, mandate, self._told[named])

    async def entered(
        self, session: AsyncSession, actor: Actor, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The answers of a row as a form would have them: what is known of the applicant filled in
        where a whole question was left empty, registrations by id where they are named by number.
        """
        organisation = party_for(self.package, actor)
        environment = await self.environment(session, actor)
        if organisation not in self._known:
            self._known[organisation] = await self._prefilled(session, actor, environment)
        known = {
            name: value
            for name, value in self._known[organisation].items()
            if is_blank(given.get(name))
        }
        return with_entries(self.package, {**given, **known}, environment.entries)

    async def _prefilled(
        self, session: AsyncSession, actor: Actor, environment: Environment
    ) -> dict[str, Any]:
        """What a draft begins with from accounts and facts; not suggestions, not rows of tables."""
        party = party_of_actor(actor, party_for(self.package, actor))
        asked = {
            name
            for name, question in self.package.fields.items()
            if question.spec.prefill and not question.spec.readonly and question.type != "table"
        }
        if not asked:
            return {}
        (entered, provenance), _ = await informed(
            session,
            party,
            replace(environment, asked=set()),
            lambda known: begin(self.package, known, {}),
        )
        return {
            name: value
            for name, value in entered.items()
            if name in asked and provenance.get(f"/{name}", {}).get("source") != SUGGESTED
        }

    async def _find(self, session: AsyncSession, name: str) -> Actor | Fault:
        shown = identity.shown_of(self.bulk.shown)
        if name:
            if self.package.spec.who in ("person", "official"):
                return Fault(PLACE, "client-not-used", _NOT_USED)
            chosen = (await self._all(session)).get(name)
            if chosen is None:
                return Fault(PLACE, "no-mandate", _NO_MANDATE)
            shown = replace(shown, acting_for=chosen.organisation.id)
        actor = await identity.actor_of_person(
            session, self.bulk.person_id, shown, self.bulk.language, self.now
        )
        if actor is None:
            return Fault(PLACE, "no-mandate", _NO_MANDATE)
        try:
            party_for(self.package, actor)
        except CaseError as fault:
            if name:
                return Fault(PLACE, "no-mandate", _NO_MANDATE)
            return Fault(PLACE, fault.code, fault.message)
        return actor

    async def _all(self, session: AsyncSession) -> dict[str, ActingFor]:
        """By corporate number, and by id for those that have none (個人事業主)."""
        if self._choices is None:
            shown = identity.shown_of(self.bulk.shown)
            found = await identity.choices_shown(
                session, self.bulk.person_id, shown, jst_date(self.now)
            )
            self._choices = {item.organisation.id: item for item in found} | {
                item.organisation.corporate_number: item
                for item in found
                if item.organisation.corporate_number
            }
        return self._choices


def party_of_actor(actor: Actor, organisation: str | None) -> Party:
    """The party of a filing an actor makes for an organisation."""
    agent = agent_of(actor, organisation) is not None
    return Party(actor.id, organisation, agent, own_agency(actor))
