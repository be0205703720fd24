"""Proposing a mandate (委任の申込み・依頼): by the principal, by the agent, or passing one on."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.limits import DAILY, Limit, admit
from madoguchi.identity.account.proving import Means
from madoguchi.identity.account.rules import mail_address
from madoguchi.identity.delegation import telling
from madoguchi.identity.delegation.ending import mandate_seen
from madoguchi.identity.delegation.errors import refused
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.delegation.parties import PASS_ON, Party
from madoguchi.identity.delegation.rules import MOST_PROCEDURES, POWERS, within
from madoguchi.identity.errors import invalid_mandate, not_allowed
from madoguchi.identity.models import Organisation
from madoguchi.identity.reproof.binding import proof_needed
from madoguchi.identity.rules import Actor
from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.ids import new_id
from madoguchi.kernel.japanese import is_corporate_number

LONGEST = timedelta(days=5 * 366)
OF_A_FIRM = Limit("firm", 200, timedelta(hours=12))


@dataclass(frozen=True)
class Terms:
    """What a mandate is to say. Empty `procedures`: every one."""

    procedures: tuple[str, ...] = ()
    powers: tuple[str, ...] = tuple(POWERS)
    valid_from: date | None = None
    valid_to: date | None = None
    may_sub_delegate: bool = False


@dataclass(frozen=True)
class Agent:
    """To whom: exactly one of them."""

    organisation: str | None = None
    person: str | None = None
    address: str | None = None


async def agent_typed(session: AsyncSession, typed: str) -> Agent:
    """The agent somebody typed: a corporate number, or a mail address in any width.

    IdentityError 422. Whether an address has an account here is told to nobody.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    address = mail_address(text)
    if address is not None:
        return Agent(address=address)
    return Agent(organisation=await organisation_typed(session, text))


async def organisation_typed(session: AsyncSession, typed: str, pointer: str = "/agent") -> str:
    """The id of the organisation with a corporate number somebody typed. IdentityError 422."""
    text = unicodedata.normalize("NFKC", typed)
    number = "".join(c for c in text if not c.isspace() and c not in "-‐－ー")
    if not is_corporate_number(number):
        raise refused("agent_missing", pointer)
    found = await session.scalar(
        select(Organisation.id).where(
            Organisation.corporate_number == number, Organisation.closed_at.is_(None)
        )
    )
    if found is None:
        raise refused("agent_unknown", pointer)
    return str(found)


async def may_look_up(means: Means, actor: Actor) -> None:
    """Count one question who has a corporate number here, for the person and for their organisation.

    Asked before it is answered, in a transaction of its own, so that it counts however it ends;
    known and unknown numbers alike. IdentityError 429.
    """
    async with means.database.session() as session:
        within = await admit(session, DAILY, f"number\0{actor.id}", means.now)
        if within and actor.own is not None:
            within = await admit(session, OF_A_FIRM, f"number\0{actor.own}", means.now)
        await session.commit()
    if not within:
        raise refused("too_many")


def checked(terms: Terms, now: datetime) -> Terms:
    """The terms with their first day, if they make sense. IdentityError 422."""
    today = jst_date(now)
    start = max(terms.valid_from or today, today)
    if set(terms.powers) - set(POWERS):
        raise refused("powers_unknown")
    if len(terms.procedures) > MOST_PROCEDURES:
        raise refused("procedures_many")
    if terms.valid_to is not None and terms.valid_to < today:
        raise refused("period_past")
    if terms.valid_to is not None and terms.valid_to < (terms.valid_from or today):
        raise refused("period_backwards")
    if (terms.valid_to or start) - today > LONGEST:
        raise refused("period_long")
    powers = tuple(power for power in POWERS if power in terms.powers)
    procedures = tuple(dict.fromkeys(terms.procedures))
    return replace(terms, valid_from=start, powers=powers, procedures=procedures)


async def offer(
    session: AsyncSession, means: Means, party: Party, agent: Agent, terms: Terms
) -> Mandate:
    """Offer a mandate of the organisation somebody represents. The caller commits.

    IdentityError 403 for anybody else, 422, 429.
    """
    if not party.manages or party.organisation is None:
        raise not_allowed()
    if party.resting:
        raise proof_needed()
    if agent.organisation == party.organisation:
        raise refused("agent_is_principal")
    await _admitted(session, means, party)
    made = _made(party.organisation, agent, checked(terms, means.now), party.person, means.now)
    return await _sent(session, means, made)


async def ask(
    session: AsyncSession, means: Means, party: Party, principal_id: str, terms: Terms
) -> Mandate:
    """Ask an organisation for a mandate (委任の依頼): for the firm one represents, else for oneself.

    The caller commits. IdentityError 403, 422, 429.
    """
    if party.organisation is not None and not party.manages:
        raise not_allowed()  # a member asks through who represents the firm
    if party.resting:
        raise proof_needed()
    if principal_id == party.organisation:
        raise refused("agent_is_principal")
    await _admitted(session, means, party)
    agent = Agent(party.organisation, None if party.organisation else party.person)
    made = _made(principal_id, agent, checked(terms, means.now), party.person, means.now)
    made.asked = True
    session.add(made)
    await session.flush()
    await telling.record(session, made, "mandate_asked", party.person, means.now)
    await telling.tell_principal(session, made, telling.ASK, "asked")
    return made


async def pass_on(
    session: AsyncSession, means: Means, party: Party, source_id: str, agent: Agent, terms: Terms
) -> Mandate:
    """Offer somebody else part of a mandate one has (復委任, 民法第104条). The caller commits.

    Only where it allows that, one level deep, nowhere wider. IdentityError 403, 404, 409, 422, 429.
    """
    seen = await mandate_seen(session, party, source_id, means.now, lock=True)
    source = seen.mandate
    if PASS_ON not in seen.may:
        raise refused("no_sub_delegation") if seen.is_agent else not_allowed()
    if party.resting or source.principal_id in party.at_rest:
        raise proof_needed()
    if agent.organisation in (source.principal_id, source.agent_organisation_id) and (
        agent.organisation is not None
    ):
        raise refused("agent_is_principal")
    terms = checked(terms, means.now)
    start = max(terms.valid_from or source.valid_from, source.valid_from)
    terms = replace(terms, valid_from=start, may_sub_delegate=False)
    if not within(
        terms.procedures,
        terms.powers,
        (start, terms.valid_to),
        of=(source.procedures, source.powers, (source.valid_from, source.valid_to)),
    ):
        raise refused("wider_than_source")
    await _admitted(session, means, party)
    made = _made(source.principal_id, agent, terms, party.person, means.now)
    made.source_id = source.id
    await _sent(session, means, made)
    await telling.tell_principal(session, made, telling.PASSED_ON, "passed_on")
    return made


async def give_mandate(
    session: AsyncSession,
    clock: Clock,
    *,
    principal_id: str,
    agent_person_id: str | None = None,
    agent_organisation_id: str | None = None,
    procedures: Sequence[str] = (),
    powers: Sequence[str] = tuple(POWERS),
    valid_from: date | None = None,
    valid_to: date | None = None,
    may_sub_delegate: bool = False,
    source_id: str | None = None,
    asked: bool = False,
    accepted: bool = True,
    by: str,
) -> Mandate:
    """A mandate offered and accepted by command, from today (JST) by default. The caller commits.

    Unless `accepted` it waits for its answer; `source_id` is not compared with what it passes on.

    IdentityError 422 unless there is exactly one agent, other than the principal, and the period
    does not end before it begins.
    """
    now = clock()
    start = valid_from or jst_date(now)
    one_agent = (agent_person_id is None) != (agent_organisation_id is None)
    backwards = valid_to is not None and valid_to < start
    if not one_agent or agent_organisation_id == principal_id or backwards:
        raise invalid_mandate()
    agent = Agent(agent_organisation_id, agent_person_id)
    terms = Terms(tuple(procedures), tuple(powers), start, valid_to, may_sub_delegate)
    mandate = _made(principal_id, agent, terms, by, now)
    mandate.source_id, mandate.asked = source_id, asked
    if accepted:
        mandate.accepted_at, mandate.accepted_by = now, by
    session.add(mandate)
    await session.flush()
    action = "mandate_given" if accepted else "mandate_asked" if asked else "mandate_offered"
    await telling.record(session, mandate, action, by, now)
    return mandate


async def _admitted(session: AsyncSession, means: Means, party: Party) -> None:
    """Fifty in twelve hours: who asks about corporate numbers one by one does not get far."""
    if not await admit(session, DAILY, f"mandate\0{party.organisation or party.person}", means.now):
        raise refused("too_many")


async def _sent(session: AsyncSession, means: Means, made: Mandate) -> Mandate:
    session.add(made)
    await session.flush()
    await telling.record(session, made, "mandate_offered", made.proposed_by, means.now)
    await telling.tell_agent(session, made, telling.OFFER, "offered")
    if made.agent_person_id is None and made.agent_organisation_id is None:
        await telling.write_to_agent(session, means, made)
    return made


def _made(principal_id: str, agent: Agent, terms: Terms, by: str, at: datetime) -> Mandate:
    return Mandate(
        id=new_id(),
        principal_id=principal_id,
        agent_person_id=agent.person,
        agent_organisation_id=agent.organisation,
        agent_address=agent.address,
        procedures=list(terms.procedures),
        powers=list(terms.powers),
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        may_sub_delegate=terms.may_sub_delegate,
        asked=False,
        tell_filings=True,
        proposed_by=by,
        created_at=at,
    )
