"""Account numbers (アカウント管理番号), and what userinfo needs to know of an account."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.delegation.holding import held_by
from madoguchi.identity.delegation.models import Mandate
from madoguchi.identity.models import Membership, Organisation, Verification
from madoguchi.identity.organisations.branches import branch_names
from madoguchi.identity.provider.claims import Subject
from madoguchi.identity.provider.gbizid.fields import MEMBER, REPRESENTATIVE, Account, Delegation
from madoguchi.identity.provider.models import AccountNumber, Grant
from madoguchi.identity.reproof.rules import LAPSED, state_of
from madoguchi.kernel.periods import start_of_day


async def account_number(session: AsyncSession, person_id: str) -> str:
    """The number of a person's account, given once and for ever. The caller commits."""
    number = await _number(session, person_id)
    if number is None:  # asked first: an insert that finds one uses up a number of the sequence
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        await session.execute(
            dialect.insert(AccountNumber)
            .values(person_id=person_id)
            .on_conflict_do_nothing(index_elements=["person_id"])
        )
        number = await _number(session, person_id)
    return str(number)


async def account_of(
    session: AsyncSession,
    grant: Grant,
    subject: Subject,
    own: Organisation | None,
    today: date,
) -> Account:
    """The account behind a grant. `own` is an agent's own organisation."""
    if subject.organisation is not None and subject.role is None:
        delegation = await _delegation(session, grant, subject.organisation, own, today)
        return await _account(session, grant, subject, own, delegation, today)
    return await _account(session, grant, subject, subject.organisation, None, today)


async def _account(
    session: AsyncSession,
    grant: Grant,
    subject: Subject,
    organisation: Organisation | None,
    delegation: Delegation | None,
    today: date,
) -> Account:
    role, parent = subject.role, None
    if organisation is not None and delegation is not None:
        role = await session.scalar(
            select(Membership.role).where(
                Membership.person_id == grant.person_id,
                Membership.organisation_id == organisation.id,
            )
        )
    proof = (
        await session.get(Verification, (grant.person_id, organisation.id))
        if organisation is not None
        else None
    )
    held = (
        await session.get(Membership, (grant.person_id, organisation.id)) if organisation else None
    )
    branches = tuple(await branch_names(session, held.branch_id if held else None))
    account = Account(
        grant.subject,
        grant.client_id,
        subject.person,
        organisation,
        role,
        None,
        delegation,
        proof,
        branches,
        state_of(_due(organisation, proof, role), start_of_day(today)) == LAPSED,
    )
    if account.kind != MEMBER or organisation is None:
        return account
    parent = await session.scalar(
        select(AccountNumber.number)
        .join(Membership, Membership.person_id == AccountNumber.person_id)
        .where(Membership.organisation_id == organisation.id, Membership.role == REPRESENTATIVE)
        .order_by(AccountNumber.number)
        .limit(1)
    )
    return replace(account, parent=None if parent is None else str(parent))


def _due(
    organisation: Organisation | None, proof: Verification | None, role: str | None
) -> datetime | None:
    """Of a representative the own proof counts, of members that of the organisation."""
    if role == REPRESENTATIVE:
        return proof.due_at if proof else None
    return organisation.proof_due_at if organisation else None


async def _delegation(
    session: AsyncSession,
    grant: Grant,
    principal: Organisation,
    own: Organisation | None,
    today: date,
) -> Delegation | None:
    member = await session.get(Membership, (grant.person_id, own.id)) if own else None
    firms = {} if own is None else {own.id: member.procedures if member else []}
    held = await held_by(session, str(grant.person_id), firms, today)
    newest = max(
        (one for one in held if one.principal == principal.id),
        key=lambda one: one.mandate,
        default=None,
    )
    found = await session.get(Mandate, newest.mandate) if newest else None
    return Delegation(found, principal, newest.procedures) if found and newest else None


async def _number(session: AsyncSession, person_id: str) -> int | None:
    found: int | None = await session.scalar(
        select(AccountNumber.number).where(AccountNumber.person_id == person_id)
    )
    return found
