"""Requests under way (問い合わせ): begun for one browser, answered once."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.secrets import sha256
from madoguchi.identity.relying.models import ProviderRequest

LIFE = timedelta(minutes=10)


async def begin(
    session: AsyncSession,
    now: datetime,
    provider_id: str,
    purpose: str,
    *,
    person_id: str | None,
    data: Mapping[str, Any] | None = None,
    max_age: int | None = None,
) -> str:
    """The state of a new request, which the browser keeps; those past their time are deleted.

    The caller commits.
    """
    await session.execute(delete(ProviderRequest).where(ProviderRequest.expires_at < now))
    state = secrets.token_urlsafe(32)
    session.add(
        ProviderRequest(
            state_sha256=sha256(state),
            provider_id=provider_id,
            purpose=purpose,
            person_id=person_id,
            data=dict(data or {}),
            max_age=max_age,
            expires_at=now + LIFE,
        )
    )
    await session.flush()
    return state


async def take(
    session: AsyncSession, now: datetime, provider_id: str, state: str
) -> ProviderRequest | None:
    """The request of a state, which it uses up; None when there is none. The caller commits.

    One statement: of two answers at the same time one gets it.
    """
    found = await session.scalar(
        delete(ProviderRequest)
        .where(
            ProviderRequest.state_sha256 == sha256(state),
            ProviderRequest.provider_id == provider_id,
        )
        .returning(ProviderRequest)
    )
    return found if found is not None and now < found.expires_at else None
