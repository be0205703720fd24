"""What rules know of the applicant (申請者の情報): account, facts, registrations held."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.published import (
    REGISTRY,
    SOURCE,
    account_with,
    facts_with,
    parts_of,
    published,
    says_the_same,
)
from madoguchi.cases.registers.holding import entries_held
from madoguchi.identity import service as identity
from madoguchi.identity.service import Actor
from madoguchi.kernel.language import Text
from madoguchi.procedures.catalogue import service as catalogue
from madoguchi.procedures.rounds import Round
from madoguchi.procedures.service import Environment, Source
from madoguchi.registry.corporations.record import Record
from madoguchi.registry.service import REGISTRATION, Fact, facts_of

_FACT = re.compile(r'(?:fact(?:\.|\(\s*")|known\(\s*")([a-z][a-z0-9_]*)')
_ORGANISATION = re.compile(r"account\.organisation(?:\.([a-z_]+))?")
_PUBLISHED = ("", "kind", "status")  # the whole, and what an account says nothing of
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
    account = await account_of(session, party)
    facts = await facts_of(session, party.id, today, ended=True)
    record = await published(session, number_of(account))
    row = await catalogue_entry(session, catalogue_id) if catalogue_id is not None else None
    return Environment(
        today=today,
        filed_on=filed_on,
        **known_of(account, facts, record),
        catalogue=row.values if row is not None else {},
        entries=await entries_held(session, party.organisation_id, today),
        office=identity.office_of,
        phase=phase,
        filing_round=filing_round.as_context() if filing_round is not None else None,
    )


def known_of(
    account: Mapping[str, object], facts: Mapping[str, Fact], record: Record | None
) -> dict[str, Any]:
    """`account`, `facts` and `source_of` of an Environment: what the account says of the applicant,
    with what the registry publishes of it. `facts` hold those that ended, too.
    """
    known, organisation = facts_with(facts, record), account["organisation"]
    own = organisation if isinstance(organisation, Mapping) else None
    merged = account_with(own, record) if own is not None else None
    return {
        "account": {**account, "organisation": merged},
        "facts": {name: fact.value for name, fact in known.items()},
        "source_of": sources(known, own or {}, record),
    }


async def facts_known(session: AsyncSession, party: Party, on: date) -> dict[str, Fact]:
    """Everything known of a party on a day, its published record included."""
    facts = await facts_of(session, party.id, on, ended=True)
    return facts_with(facts, await published(session, number_of(await account_of(session, party))))


def number_of(account: Mapping[str, object]) -> str | None:
    """The corporate number of `account.organisation`, None where there is none."""
    organisation = account["organisation"]
    found = organisation.get("number") if isinstance(organisation, Mapping) else None
    return str(found) if found else None


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


def sources(
    facts: Mapping[str, Fact], own: Mapping[str, object], record: Record | None
) -> Callable[[str, str], Source | None]:
    """Where what a rule reads comes from (`Environment.source_of`): a fact, the published record,
    or the account, whose words are `own`.
    """
    registered = facts.get(REGISTRATION)
    confirmed = registered is not None and _confirms(registered.value, own)
    told = {name for name, text in parts_of(record).items() if text} if record is not None else ()

    def source_of(rule: str, part: str = "") -> Source | None:
        for name in _FACT.findall(rule):
            fact = facts.get(name)
            if fact is not None:
                return Source(dict(fact.source), fact.as_of)
        asked = _ORGANISATION.search(rule)
        name = part or (asked[1] or "" if asked is not None else "")
        if asked is not None and record is not None and (name in told or name in _PUBLISHED):
            said = str(own.get(name) or "")
            other = bool(said) and name in told and not says_the_same(said, name, record)
            return Source(dict(SOURCE), record.updated_on, REGISTRY, said if other else None)
        if asked is not None and registered is not None and confirmed:
            return Source(dict(registered.source), registered.as_of)
        return Source(dict(_ACCOUNT)) if "account" in rule else None

    return source_of


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
