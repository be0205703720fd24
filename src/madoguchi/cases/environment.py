"""What rules know of the applicant (申請者の情報): account, facts, registrations held."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.registers.holding import entries_held
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.language import Text
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.procedures.rounds import Round
from madoguchi.procedures.service import Environment
from madoguchi.registry.service import Fact, facts_of

_FACT = re.compile(r'fact(?:\.|\(\s*")([a-z][a-z0-9_]*)')
_ACCOUNT: Text = {"ja": "アカウントの登録情報", "en": "Your account"}


@dataclass(frozen=True)
class Party:
    """For whom a filing is: who acts, the organisation (None: the person), by an agent?

    `agency_id`: where an official belongs who files something internal.
    """

    person_id: str
    organisation_id: str | None
    agent: bool = False
    agency_id: str | None = None

    @property
    def id(self) -> str:
        """Whom facts are kept of: the organisation, or the person where there is none."""
        return self.organisation_id or self.person_id


@dataclass(frozen=True)
class Applicant:
    """The party as a case keeps it (申請者). `as_filed` is what the content hash covers."""

    organisation_name: str
    agent_name: str | None
    as_filed: Mapping[str, Any]


@dataclass(frozen=True)
class CatalogueRow:
    """A surveyed procedure as a simple filing binds it."""

    id: str
    title: Text
    agency: str | None
    values: Mapping[str, object]


async def environment_of(
    session: AsyncSession,
    party: Party,
    *,
    catalogue_id: str | None,
    today: date,
    filed_on: date,
    phase: str = "",
    filing_round: Round | None = None,
) -> Environment:
    """Everything rules may know besides the answers, on a day, in a phase of the workflow, in a
    round of filing.
    """
    facts = await facts_of(session, party.id, today)
    row = await catalogue_entry(session, catalogue_id) if catalogue_id is not None else None
    return Environment(
        today=today,
        filed_on=filed_on,
        account=await account_of(session, party),
        facts={name: fact.value for name, fact in facts.items()},
        catalogue=row.values if row is not None else {},
        entries=await entries_held(session, party.organisation_id, today),
        office=identity.office_of,
        phase=phase,
        filing_round=filing_round.as_context() if filing_round is not None else None,
    )


async def account_of(session: AsyncSession, party: Party) -> dict[str, object]:
    """`account` of the rules: {"organisation", "person", "agent"}; unknown parts are left out."""
    person = await identity.person(session, party.person_id)
    found = None
    if party.organisation_id is not None:
        found = await identity.organisation(session, party.organisation_id)
    return account_from(party, person, found)


def account_from(
    party: Party, person: identity.Person, of: identity.Organisation | None
) -> dict[str, object]:
    """`account` of the rules, from the rows of the party."""
    organisation = None
    if of is not None:
        organisation = _known({"id": of.id, **identity.corporation_value(of)})
    named = {name: getattr(person, name) for name in ("id", "name", "kana", "title", "email")}
    named["agency"] = party.agency_id
    return {"organisation": organisation, "person": _known(named), "agent": party.agent}


async def applicant_of(session: AsyncSession, party: Party, actor: Actor) -> Applicant:
    """The party as a case keeps it: who files, for whom, and through whom."""
    account = await account_of(session, party)
    agent_name = None
    if party.agent:
        agent_name = await identity.agent_title(session, actor)
    return applicant_from(account, party, actor, agent_name)


def applicant_from(
    account: Mapping[str, object], party: Party, actor: Actor, agent_name: str | None = None
) -> Applicant:
    """The party as a case keeps it, from its account."""
    organisation, person = account["organisation"], account["person"]
    who = organisation if isinstance(organisation, Mapping) else person
    named = who if isinstance(who, Mapping) else {}
    as_filed = {
        **{name: value for name, value in named.items() if name not in ("id", "email", "agency")},
        "kind": "organisation" if party.organisation_id is not None else "person",
        "filed_by": actor.name,
        **({"agent": agent_name} if agent_name else {}),
    }
    name = str(named.get("name") or "") if party.organisation_id is not None else ""
    return Applicant(name, agent_name, as_filed)


async def catalogue_entry(session: AsyncSession, entry_id: str) -> CatalogueRow:
    """The surveyed procedure a simple filing is about. CatalogueError 404."""
    row = await catalogue.entry(session, entry_id)
    name = " ".join(row.name.split())
    return CatalogueRow(
        row.id,
        {"ja": name, "en": name},
        row.agency,
        _known(
            {
                "id": row.id,
                "name": name,
                "law": row.law,
                "article": row.article,
                "agency": row.agency,
                "agency_name": row.ministry,
                "kind": row.kind,
            }
        ),
    )


async def describe_source(
    session: AsyncSession, party: Party, on: date
) -> Callable[[str], tuple[Text | None, str | None]]:
    """What a `prefill:` source is called, and as of when it holds: (label, ISO date)."""
    facts = await facts_of(session, party.id, on)
    account = (await account_of(session, party))["organisation"]
    registered = facts.get("registration")
    confirmed = registered is not None and _confirms(registered.value, account)

    def describe(source: str) -> tuple[Text | None, str | None]:
        for name in _FACT.findall(source):
            fact: Fact | None = facts.get(name)
            if fact is not None:
                return fact.source, fact.as_of.isoformat()
        if registered is not None and confirmed and "account.organisation" in source:
            return registered.source, registered.as_of.isoformat()
        return (dict(_ACCOUNT), None) if "account" in source else (None, None)

    return describe


def _confirms(record: object, account: object) -> bool:
    """Whether the corporate register says of an organisation what its account says."""
    if not isinstance(record, Mapping) or not isinstance(account, Mapping):
        return False
    officers = [officer.get("name") for officer in record.get("officers") or ()]
    return (
        all(record.get(name) == account.get(name) for name in ("number", "name"))
        and identity.address_line(record.get("address") or {}) == account.get("address")
        and account.get("representative_name") in officers
    )


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, "")}
