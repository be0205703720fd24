"""Where a member belongs: what lies below it, and what it is called."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.organisations.models import Branch
from madoguchi.identity.organisations.rules import MOST_LEVELS, below


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
