"""Tokens for a device code the person allowed (RFC 8628 3.4)."""

from typing import Any

from sqlalchemy import select, update

from madoguchi.identity.models import Person
from madoguchi.identity.provider import device
from madoguchi.identity.provider.clients.rules import PUBLIC
from madoguchi.identity.provider.errors import invalid_grant
from madoguchi.identity.provider.granting.asking import Asking, answer, next_refresh_token
from madoguchi.identity.provider.models import Grant
from madoguchi.identity.provider.secrets import sha256


async def for_device(asking: Asking) -> dict[str, Any]:
    """The tokens of a device. OAuthError. The caller commits, also when this raises."""
    session = asking.session
    code = asking.form.get("device_code", "")
    grant_id = await device.grant_for(session, asking.client, code, asking.now)
    grant = await session.scalar(
        select(Grant)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.id == grant_id, Person.active)
    )
    if grant is None or grant.revoked_at is not None:
        raise invalid_grant()
    refresh_token = next_refresh_token(asking, grant.id, grant.scopes)
    await session.execute(
        update(Grant)
        .where(Grant.id == grant.id)
        .values(
            refresh_sha256=sha256(refresh_token) if refresh_token else None,
            dpop_jkt=asking.jkt if asking.client.auth_method == PUBLIC else None,
        )
        .execution_options(synchronize_session=False)
    )
    return answer(asking, grant, grant.scopes, refresh_token)
