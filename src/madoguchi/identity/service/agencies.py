"""Agencies: putting the shipped ones into the database, finding one, the tree."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.agencies import shipped_agencies
from madoguchi.identity.errors import unknown
from madoguchi.identity.models import Agency


@dataclass(frozen=True)
class AgencyNode:
    """An agency and those below it."""

    agency: Agency
    children: tuple["AgencyNode", ...] = field(default=())


async def seed_agencies(session: AsyncSession) -> int:
    """Put every shipped agency into the database or bring it up to date; gives their number.

    May be repeated; agencies an installation added itself stay. The caller commits.
    """
    known = {agency.id: agency for agency in await session.scalars(select(Agency))}
    for position, record in enumerate(shipped_agencies().values()):
        agency = known.get(record.id)
        if agency is None:
            agency = Agency(id=record.id)
            session.add(agency)
        agency.kind, agency.parent_id = record.kind, record.parent
        agency.name, agency.head = dict(record.name), dict(record.head)
        agency.prefectures, agency.aliases = list(record.prefectures), list(record.aliases)
        agency.position = position
    await session.flush()
    return len(shipped_agencies())


async def agency(session: AsyncSession, agency_id: str) -> Agency:
    """One agency. IdentityError 404 when there is none."""
    found = await session.get(Agency, agency_id)
    if found is None:
        raise unknown("agency")
    return found


async def agencies(session: AsyncSession) -> list[Agency]:
    """Every agency in the order shown."""
    return list(await session.scalars(select(Agency).order_by(Agency.position, Agency.id)))


async def agency_tree(session: AsyncSession) -> list[AgencyNode]:
    """The agencies without a parent, each with those below it, in the order shown."""
    children: dict[str | None, list[Agency]] = {}
    for item in await agencies(session):
        children.setdefault(item.parent_id, []).append(item)

    def node(item: Agency) -> AgencyNode:
        return AgencyNode(item, tuple(node(child) for child in children.get(item.id, ())))

    return [node(item) for item in children.get(None, ())]


async def find_agency(
    session: AsyncSession, name: str, prefecture: str | None = None
) -> Agency | None:
    """The agency of that name or other name (経済産業省, 警察庁, METI's English name).

    With a prefecture, `name` is a kind ("bureau", "prefecture") and the one in charge there is
    given. None when there is none.
    """
    wanted = name.strip()
    for item in await agencies(session):
        if prefecture is not None:
            if item.kind == wanted and prefecture in item.prefectures:
                return item
        elif wanted in (item.id, *item.name.values(), *item.aliases):
            return item
    return None
