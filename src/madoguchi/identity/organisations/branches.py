"""Where a member belongs: what lies below it, and what it is called."""

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.organisations.models import Branch
from madoguchi.identity.organisations.rules import MOST_LEVELS, below, in_order, path_to
from madoguchi.identity.rules import Actor


async def branch_names(session: AsyncSession, branch_id: str | None) -> list[str]:
    """The names from the top down to a branch, for services that rely on us."""
    names: list[str] = []
    for _ in range(MOST_LEVELS):
        found = await session.get(Branch, branch_id) if branch_id else None
        if found is None:
            break
        names.append(found.name)
        branch_id = found.parent_id
    return names[::-1]


async def branches_below(
    session: AsyncSession, organisation_id: str, branch_id: str
) -> frozenset[str]:
    """A branch and all those below it."""
    rows = await session.execute(
        select(Branch.id, Branch.parent_id).where(Branch.organisation_id == organisation_id)
    )
    return below({row[0]: row[1] for row in rows}, branch_id)


def branch_and_below(branch_id: str) -> Select[str]:
    """The ids of a branch and of all below it, as part of another question."""
    found = select(Branch.id).where(Branch.id == branch_id).cte("below", recursive=True)
    lower = select(Branch.id).join(found, Branch.parent_id == found.c.id)
    return select(found.union(lower).c.id)


async def branches_seen(session: AsyncSession, actor: Actor) -> list[tuple[str, str]]:
    """The branches whose filings somebody sees in their own organisation, as (id, whole name), in the
    order of the tree; [] for an agent, and where there are none.
    """
    if actor.agent or actor.organisation is None:
        return []
    rows = list(
        await session.scalars(select(Branch).where(Branch.organisation_id == actor.organisation))
    )
    names = {one.id: one.name for one in rows}
    parents = {one.id: one.parent_id for one in rows}
    return [
        (id, " ＞ ".join(names[one] for one in path_to(parents, id)))
        for id, _ in in_order([(one.id, one.parent_id, one.name) for one in rows])
        if actor.branches is None or id in actor.branches
    ]
