"""Where a member belongs, for services that rely on us."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.organisations.models import Branch
from madoguchi.identity.organisations.rules import MOST_LEVELS


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
