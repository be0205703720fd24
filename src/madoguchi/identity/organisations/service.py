"""Branches and members of an organisation, changed by who manages them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.closing import settle_level
from madoguchi.identity.account.proving import Means
from madoguchi.identity.account.recording import note
from madoguchi.identity.errors import not_allowed, unknown
from madoguchi.identity.models import Membership, Organisation, Person
from madoguchi.identity.organisations.errors import refused
from madoguchi.identity.organisations.models import Branch
from madoguchi.identity.organisations.rules import (
    ADMINISTRATOR,
    MOST_LEVELS,
    STAFF,
    Scope,
    path_to,
    procedures_of,
    scope_of,
    within,
)
from madoguchi.identity.reproof.binding import binding
from madoguchi.identity.rules import Actor
from madoguchi.kernel import journal
from madoguchi.kernel.ids import is_id, new_id
from madoguchi.kernel.japanese import normalise_line

MOST_BRANCHES = 500
LONGEST = 200


@dataclass(frozen=True)
class Managed:
    """An organisation as somebody who manages it has it: itself, their scope, its branches by id."""

    organisation: Organisation
    scope: Scope
    branches: dict[str, Branch]
    branch: str | None

    @property
    def parents(self) -> dict[str, str | None]:
        """Each branch's parent."""
        return {id: one.parent_id for id, one in self.branches.items()}

    def name_of(self, branch: str | None) -> str:
        """A branch with those above it: 東日本支社 ＞ 横浜工場; "" for the organisation itself."""
        return " ＞ ".join(self.branches[one].name for one in path_to(self.parents, branch))


async def manages(session: AsyncSession, actor: Actor) -> bool:
    """Whether the actor manages members of the organisation they act for now."""
    return await _membership(session, actor) is not None


async def managed(session: AsyncSession, actor: Actor, *, whole: bool = False) -> Managed:
    """The organisation the actor manages and acts for now. IdentityError 403 for all others.

    `whole`: only who manages all of it.
    """
    held = await _membership(session, actor)
    if held is None:
        raise not_allowed()
    rows = await session.scalars(
        select(Branch).where(Branch.organisation_id == held.organisation_id).order_by(Branch.id)
    )
    branches = {one.id: one for one in rows}
    parents = {id: one.parent_id for id, one in branches.items()}
    scope = scope_of(held.role, held.branch_id, parents)
    if scope is None or (whole and not scope.whole):
        raise not_allowed()
    organisation = await session.get_one(Organisation, held.organisation_id)
    return Managed(organisation, scope, branches, held.branch_id)


async def _membership(session: AsyncSession, actor: Actor) -> Membership | None:
    if actor.agent or actor.token is not None or actor.organisation is None:
        return None
    held = await session.get(Membership, (actor.id, actor.organisation))
    return held if held is not None and scope_of(held.role, held.branch_id, {}) else None


async def add_branch(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    own: Managed,
    *,
    name: str,
    address: str,
    parent: str,
) -> Branch:
    """A new branch. IdentityError 403 (proof_needed), 422 for its name, or a parent that is none of theirs or too deep.

    The caller commits.
    """
    binding(actor, own.organisation.id)
    kept, place, above = normalise_line(name), normalise_line(address), parent or None
    if not 1 <= len(kept) <= LONGEST:
        raise refused("branch_name")
    if len(place) > 300:
        raise refused("branch_address")
    permitted = own.scope.whole if above is None else above in (own.scope.branches or own.branches)
    if not permitted or len(path_to(own.parents, above)) >= MOST_LEVELS:
        raise refused("branch_parent")
    if len(own.branches) >= MOST_BRANCHES:
        raise refused("too_many_branches")
    made = Branch(
        id=new_id(),
        organisation_id=own.organisation.id,
        parent_id=above,
        name=kept,
        address=place,
        created_at=means.now,
    )
    session.add(made)
    await session.flush()
    await _record(session, means, actor, own, "branch_added", {"branch": made.id, "name": kept})
    return made


async def remove_branch(
    session: AsyncSession, means: Means, actor: Actor, own: Managed, branch_id: str
) -> None:
    """Remove a branch nobody belongs to. IdentityError 404 for one that is none of theirs, 409 else."""
    if branch_id not in own.branches or branch_id not in (own.scope.branches or own.branches):
        raise unknown("branch")
    used = or_(
        exists().where(Membership.branch_id == branch_id),
        exists().where(Branch.parent_id == branch_id),
    )
    if await session.scalar(select(used)):
        raise refused("branch_used")
    await session.delete(own.branches[branch_id])
    await _record(session, means, actor, own, "branch_removed", {"branch": branch_id})


async def member(session: AsyncSession, own: Managed, person_id: str) -> tuple[Person, Membership]:
    """A member one manages. IdentityError 404 for anybody else."""
    row = None
    if is_id(person_id):
        row = (
            await session.execute(
                select(Person, Membership)
                .join(Membership, Membership.person_id == Person.id)
                .where(Person.id == person_id, Membership.organisation_id == own.organisation.id)
            )
        ).first()
    if row is None or not own.scope.manages(row[1].role, row[1].branch_id):
        raise unknown("member")
    return row[0], row[1]


async def change_member(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    own: Managed,
    person_id: str,
    *,
    role: str,
    branch: str,
    procedures: str,
) -> None:
    """Another role, branch or limit for a member. The caller commits.

    IdentityError 403 for oneself, 404 for who is not managed, 422 for role, branch or procedures.
    """
    person, held = await member(session, own, person_id)
    if person.id == actor.id:
        raise not_allowed()
    limits = procedures_of(procedures)
    if role not in (ADMINISTRATOR, STAFF):
        raise refused("member_role")
    chosen = branch or None
    if chosen is None:
        allowed = own.scope.whole
    else:
        allowed = chosen in own.branches and chosen in (own.scope.branches or own.branches)
    if not allowed:
        raise refused("member_branch")
    if limits is None:
        raise refused("member_procedures")
    if not within(limits, actor.limits):
        raise refused("beyond_own_limits")
    binding(actor, own.organisation.id)
    held.role, held.branch_id, held.procedures = role, chosen, limits
    await settle_level(session, person.id)
    payload = {"person": person.id, "role": role, "branch": chosen, "procedures": limits}
    await _record(session, means, actor, own, "member_changed", payload)
    told = {"organisation": own.organisation.id, "role": role}
    await note(session, means.now, person.id, "membership_changed", told, by=actor.id)


async def counts(session: AsyncSession, organisation_id: str) -> dict[str | None, int]:
    """How many people belong to each branch; None: to the organisation itself."""
    rows = await session.execute(
        select(Membership.branch_id, func.count())
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, ~Person.program)
        .group_by(Membership.branch_id)
    )
    return {row[0]: row[1] for row in rows}


async def _record(
    session: AsyncSession,
    means: Means,
    actor: Actor,
    own: Managed,
    action: str,
    payload: Mapping[str, object],
) -> None:
    await journal.append(
        session,
        subject=f"organisation:{own.organisation.id}",
        action=action,
        actor=actor.id,
        on_behalf_of=own.organisation.id,
        at=means.now,
        payload=dict(payload),
    )
