"""What changed in a period (updateInfo): numbers page by page, and what changed of them."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.registry.activities.models import Activity
from madoguchi.registry.corporations.codes import DELETED
from madoguchi.registry.corporations.models import Corporation
from madoguchi.registry.whole import Whole, wholes

PAGE = 1_000


async def changed(
    session: AsyncSession, first: date, last: date, page: int
) -> tuple[int, list[Whole]]:
    """How many corporations have a record of these days, and a page of them (from 1)."""
    within = (
        Corporation.updated_on.between(first, last),
        Corporation.process != DELETED,
        Corporation.hidden.is_(False),
    )
    total = await session.scalar(select(func.count()).select_from(Corporation).where(*within))
    numbers = await session.scalars(
        select(Corporation.number)
        .where(*within)
        .order_by(Corporation.updated_on, Corporation.number)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    return total or 0, await wholes(session, list(numbers))


async def changed_activities(
    session: AsyncSession, kind: str, first: date, last: date, page: int
) -> tuple[int, list[Whole]]:
    """The same of those with activities of a kind updated in these days; only these are in them."""
    within = (
        Activity.kind == kind,
        Activity.updated_on.between(first, last),
        Activity.withdrawn_at.is_(None),
        Corporation.number == Activity.number,
        Corporation.process != DELETED,
        Corporation.hidden.is_(False),
    )
    total = await session.scalar(select(func.count(Activity.number.distinct())).where(*within))
    numbers = await session.scalars(
        select(Activity.number)
        .where(*within)
        .distinct()
        .order_by(Activity.number)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    found = await wholes(session, list(numbers))
    return total or 0, [
        one._replace(
            activities=[
                act
                for act in one.activities
                if act.kind == kind and first <= act.updated_on <= last
            ]
        )
        for one in found
    ]
