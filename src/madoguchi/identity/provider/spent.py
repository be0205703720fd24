"""Identifiers that must not be accepted twice, kept as long as they could be shown again."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.models import Spent
from madoguchi.identity.provider.secrets import sha256


async def spend(session: AsyncSession, kind: str, identifier: str, until: datetime) -> bool:
    """Write down that an identifier was used; False when it was before. The caller commits."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = (
        dialect.insert(Spent)
        .values(sha256=_key(kind, identifier), expires_at=until)
        .on_conflict_do_nothing()
        .returning(Spent.sha256)
    )
    return await session.scalar(statement) is not None


async def is_spent(session: AsyncSession, kind: str, identifier: str) -> bool:
    """Whether an identifier was used."""
    asked = select(exists().where(Spent.sha256 == _key(kind, identifier)))
    return bool(await session.scalar(asked))


def _key(kind: str, identifier: str) -> str:
    return sha256(f"{kind}\n{identifier}")
