"""Addresses at rest (休止中のメールアドレス): left a short while ago, and not yet anybody else's."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.account.models import FormerAddress


async def resting(
    session: AsyncSession, address: str, now: datetime, *, but: str | None = None
) -> bool:
    """Whether nobody (`but` this person) may make an account with the address, or change to it."""
    left = exists().where(FormerAddress.address == address, FormerAddress.free_at > now)
    if but is not None:
        left = left.where(FormerAddress.person_id != but)
    return bool(await session.scalar(select(left)))
