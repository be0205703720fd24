"""The agency as letters and numbers name it (行政庁): its Japanese name and the head who signs."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.cases.letters import LANGUAGE, Office
from madoguchi.identity import service as identity
from madoguchi.kernel.language import pick


async def office_named(session: AsyncSession, agency_id: str) -> Office:
    """The agency of that id. IdentityError 404."""
    agency = await identity.agency(session, agency_id)
    name = pick(agency.name, LANGUAGE)
    return Office(agency.id, name, pick(agency.head, LANGUAGE) or name, name)
