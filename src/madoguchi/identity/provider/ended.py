"""What the end of a session means for services (OpenID Connect Back-Channel Logout 1.0, 2.4, 2.7).

Refresh tokens given for `offline_access` go on; everything else of the session ends with it, codes
not yet exchanged too. Every service that got tokens of the session and asked to be told is told,
also where its tokens had ended before: its own session with the person may still stand.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.identity.provider.models import Client, Grant
from madoguchi.identity.provider.profiles import OFFLINE
from madoguchi.kernel.jobs import enqueue

TELL_JOB = "identity.provider.tell_sign_out"
ATTEMPTS = 7  # 5 s, 10 s … 160 s: some five minutes, then the operator sees it


async def services_signed_out(
    session: AsyncSession, at: datetime, session_ids: Collection[str]
) -> None:
    """End what lived by these sessions and have their services told. The caller commits."""
    if not session_ids:
        return
    rows = await session.execute(
        select(Grant, Client.backchannel_logout_uri, Client.disabled_at)
        .join(Client, Client.id == Grant.client_id)
        .where(Grant.sign_in_id.in_(session_ids))
        .order_by(Grant.id)
        .with_for_update(of=Grant)
    )
    told = set()
    for grant, address, disabled_at in rows:
        waits = grant.code_sha256 is not None and grant.code_used_at is None
        if grant.revoked_at is None and (waits or OFFLINE not in grant.scopes):
            grant.revoked_at = at
        if address and disabled_at is None and not waits:
            told.add((grant.client_id, grant.subject, grant.sign_in_id))
    for client_id, subject, session_id in sorted(told):
        await enqueue(
            session,
            TELL_JOB,
            {"client": client_id, "sub": subject, "sid": session_id},
            max_attempts=ATTEMPTS,
        )
