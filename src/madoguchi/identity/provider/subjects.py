"""What a client calls a person (`sub`): never changed, never given to another."""

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.gbizid.accounts import account_number
from madoguchi.identity.provider.profiles import Profile


async def subject_for(session: AsyncSession, profile: Profile, person_id: str) -> str:
    """The person's id, or their account number for clients of the GbizID profile. The caller commits."""
    return await account_number(session, person_id) if profile.gbizid_fields else person_id
