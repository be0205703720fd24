"""Watching corporations (法人情報の変更の通知): who chose to be told of changes of the public registry.

Not by an outbox, as other events: whoever loads five million records must not write a job a record.
Each endpoint remembers how far in the registry's log of changes it has been told; the registry
brings it further.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.ids import new_id
from madoguchi.settings import Settings
from madoguchi.webhooks.delivering import add_delivery, has_left, locked
from madoguchi.webhooks.events import CORPORATION_CHANGED
from madoguchi.webhooks.models import WebhookEndpoint


async def behind(session: AsyncSession, newest: int) -> Sequence[str]:
    """The ids of endpoints that have not been told up to the `newest` place of the log.

    One that is disabled is told after it is enabled, of all that happened meanwhile at once.
    """
    place = WebhookEndpoint.corporations_place
    found = await session.scalars(
        select(WebhookEndpoint.id)
        .where(
            WebhookEndpoint.corporations_since.is_not(None),
            WebhookEndpoint.state == "active",
            or_(place.is_(None), place != newest),
        )
        .order_by(WebhookEndpoint.id)
    )
    return found.all()


async def watcher(session: AsyncSession, id: str, at: datetime) -> WebhookEndpoint | None:
    """An endpoint, locked, if it is still to be told; who answers for it may have left just now."""
    endpoint = await locked(session, id)
    if endpoint is None or endpoint.state != "active" or endpoint.corporations_since is None:
        return None
    return None if await has_left(session, endpoint, at) else endpoint


async def tell(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    subject: str,
    data: Mapping[str, Any],
    settings: Settings,
    at: datetime,
) -> None:
    """One event for a locked endpoint; `data` as in CorporationData."""
    event = {
        "id": new_id(),
        "type": CORPORATION_CHANGED,
        "time": at.isoformat().replace("+00:00", "Z"),
        "subject": subject,
        "data": dict(data),
    }
    await add_delivery(session, endpoint, event, settings, at)
