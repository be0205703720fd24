"""Ending sessions (セッションの終了): the one place where they end, so that whoever must learn of it does."""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import SignIn
from madoguchi.identity.provider.ended import services_signed_out


async def end_sessions(
    session: AsyncSession, at: datetime, *which: ColumnElement[bool]
) -> list[SignIn]:
    """End the open sessions that meet these conditions, for good; those that ended by it.

    The services they signed in to lose what lived by them and are told. The caller journals and
    commits.
    """
    ended = await session.scalars(
        update(SignIn)
        .where(SignIn.ended_at.is_(None), *which)
        .values(ended_at=at)
        .returning(SignIn)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    found = list(ended)
    await services_signed_out(session, at, [one.session_id for one in found])
    return found
