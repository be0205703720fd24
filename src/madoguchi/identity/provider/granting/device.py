"""Tokens for a device code the person allowed (RFC 8628 3.4)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.models import Person
from madoguchi.identity.provider import device
from madoguchi.identity.provider.clients.rules import PUBLIC
from madoguchi.identity.provider.errors import OAuthError, invalid_grant
from madoguchi.identity.provider.granting.asking import Asking, answer, next_refresh_token
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.secrets import sha256


async def for_device(asking: Asking) -> dict[str, Any]:
    """The tokens of a device. OAuthError."""
    async with asking.database.session() as session:
        try:
            grant, refresh_token = await _begun(session, asking)
        except OAuthError:
            await session.commit()  # when it asked is kept
            raise
        await session.commit()
    return answer(asking, grant, grant.scopes, refresh_token)


async def _begun(session: AsyncSession, asking: Asking) -> tuple[Grant, str | None]:
    code = asking.form.get("device_code", "")
    grant_id = await device.grant_for(session, asking.client, code, asking.now)
    grant = await session.scalar(
        select(Grant)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.id == grant_id, Person.active)
        .with_for_update(of=Grant)
    )
    if grant is None or grant.revoked_at is not None:
        raise invalid_grant()
    refresh_token = next_refresh_token(asking, grant.id, grant.scopes)
    grant.refresh_sha256 = sha256(refresh_token) if refresh_token else None
    grant.dpop_jkt = asking.jkt if asking.client.auth_method == PUBLIC else None
    return grant, refresh_token
