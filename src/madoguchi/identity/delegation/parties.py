"""Whose side somebody is on in a mandate (当事者), and what they may do about it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import Account
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.rules import ACCEPTED, ASKED, OFFERED
from madoguchi.identity.models import Membership
from madoguchi.identity.rules import Actor

MANAGING = frozenset({"representative"})
ANSWERING = MANAGING | {"administrator"}

PRINCIPAL, GIVER, AGENT = "principal", "giver", "agent"
ACCEPT, DECLINE, TAKE_BACK = "accept", "decline", "take_back"
WITHDRAW, GIVE_UP, PASS_ON, STAFF = "withdraw", "give_up", "pass_on", "staff"


@dataclass(frozen=True)
class Party:
    """Somebody's standing: as a person, with a proved address, and in their own organisation.

    `manages`: may give mandates and end them for the organisation; `answers`: may accept and
    decline for it; `oversees`: manages all of it without limits, and may see what was done for it;
    `resting`: the proof of who represents it is too old to bind it (identity.reproof).
    """

    person: str
    name: str
    address: str | None = None
    organisation: str | None = None
    manages: bool = False
    answers: bool = False
    oversees: bool = False
    at_rest: frozenset[str] = frozenset()
    """Organisations nobody may bind now through them: the proof of who represents these is too old."""

    @property
    def resting(self) -> bool:
        """Whether they may not bind their own organisation now."""
        return self.organisation in self.at_rest


async def party_of(session: AsyncSession, actor: Actor) -> Party:
    """The standing of an actor; also of one who acts for somebody else just now."""
    own = actor.own_organisation if actor.agent else actor.organisation
    held = await session.get(Membership, (actor.id, own)) if own else None
    account = await session.get(Account, actor.id)
    role = held.role if held is not None else ""
    return Party(
        actor.id,
        actor.name,
        account.address if account is not None else None,
        own if held is not None else None,
        role in MANAGING,
        role in ANSWERING,
        held is not None and role in ANSWERING and held.branch_id is None and not held.procedures,
        actor.resting,
    )


def is_agent(mandate: Mandate, party: Party) -> bool:
    """Whether the mandate is given to this person, their address or their organisation."""
    if mandate.agent_organisation_id is not None:
        return mandate.agent_organisation_id == party.organisation
    if mandate.agent_person_id is not None:
        return mandate.agent_person_id == party.person
    return party.address is not None and mandate.agent_address == party.address


def sides(mandate: Mandate, source: Mandate | None, party: Party) -> frozenset[str]:
    """On which sides of a mandate somebody is; on none: it does not exist for them."""
    found = set()
    if party.organisation is not None and mandate.principal_id == party.organisation:
        found.add(PRINCIPAL)
    if source is not None and is_agent(source, party):
        found.add(GIVER)
    if is_agent(mandate, party):
        found.add(AGENT)
    return frozenset(found)


def may(mandate: Mandate, source: Mandate | None, state: str, party: Party) -> frozenset[str]:
    """What somebody may do about a mandate now. Deny by default."""
    principal = mandate.principal_id == party.organisation and party.manages
    giver = source is not None and _for_agent(source, party, party.manages)
    agent = _for_agent(mandate, party, party.manages)
    answers = _for_agent(mandate, party, party.answers)
    allowed: set[str] = set()
    if state == OFFERED:
        allowed |= {ACCEPT, DECLINE} if answers else set()
        allowed |= {TAKE_BACK} if (giver if source is not None else principal) else set()
        allowed |= {TAKE_BACK} if principal else set()
    if state == ASKED:
        allowed |= {ACCEPT, DECLINE} if principal else set()
        allowed |= {TAKE_BACK} if agent else set()
    if state in ACCEPTED:
        allowed |= {WITHDRAW} if principal or giver else set()
        allowed |= {GIVE_UP} if agent else set()
        allowed |= {STAFF} if agent and mandate.agent_organisation_id else set()
        allowed |= {PASS_ON} if agent and mandate.may_sub_delegate and source is None else set()
    return frozenset(allowed)


def _for_agent(mandate: Mandate, party: Party, for_organisation: bool) -> bool:
    return is_agent(mandate, party) and (mandate.agent_organisation_id is None or for_organisation)
