"""Events (できごと): what can be told, and putting one into the outbox of the act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.ids import new_id
from madoguchi.kernel.jobs import enqueue
from madoguchi.kernel.language import Text
from madoguchi.webhooks.models import WebhookEndpoint

FAN_OUT_JOB = "webhooks.fan_out"
TEST = "webhook.test"
CORPORATION_CHANGED = "corporation.changed"  # of the public registry: told to who chose it alone

EVENTS: Mapping[str, Text] = {
    "case.submitted": {"ja": "提出された", "en": "A filing arrived"},
    "case.corrected": {"ja": "補正が届いた", "en": "A corrected filing arrived"},
    "case.correction_requested": {"ja": "補正を求めた", "en": "A correction was asked for"},
    "case.state_changed": {"ja": "状態が変わった", "en": "A case came into another state"},
    "case.decided": {"ja": "結果が出た", "en": "A case was decided"},
    "case.withdrawn": {"ja": "取り下げられた", "en": "A case was withdrawn"},
    "message.sent": {"ja": "お知らせが届いた", "en": "A message was sent"},
    "letter.issued": {"ja": "通知書・許可証などが発行された", "en": "A letter was issued"},
    "payment.requested": {"ja": "納付を求めた", "en": "A payment was asked for"},
    "payment.paid": {"ja": "納付された", "en": "A payment arrived"},
    "payment.mismatched": {"ja": "違う金額が納付された", "en": "Another amount was paid"},
    "payment.expired": {"ja": "納付期限を過ぎた", "en": "A payment expired"},
    "payment.cancelled": {"ja": "納付の求めを取り消した", "en": "A payment was cancelled"},
    "payment.refunded": {"ja": "還付した", "en": "A payment was refunded"},
    "obligation.due": {"ja": "提出期限が近い", "en": "A duty is soon due"},
    "obligation.overdue": {"ja": "提出期限を過ぎた", "en": "A duty is overdue"},
    "register.changed": {"ja": "登録簿が変わった", "en": "A registration changed"},
    CORPORATION_CHANGED: {
        "ja": "法人の公開情報が変わった",
        "en": "What is published of corporations changed",
    },
}


@dataclass(frozen=True)
class Audience:
    """Whose event it is: the organisation it concerns, the agency in charge, the procedure."""

    organisation: str | None = None
    agency: str | None = None
    procedure: str | None = None


async def announce(
    session: AsyncSession,
    type: str,
    audience: Audience,
    *,
    subject: str,
    data: Mapping[str, Any],
    at: datetime,
) -> None:
    """Put an event into the caller's transaction; it is told once that commits.

    `subject` is the API path of what it is about; `data` only ids, states and days: whoever is
    told fetches the rest with their own rights. Where nobody listens it costs one look.
    """
    if type not in EVENTS:
        raise ValueError(f"not an event: {type}")
    if await anybody_listens(session):
        await enqueue(session, FAN_OUT_JOB, event_payload(type, audience, subject, data, at))


async def anybody_listens(session: AsyncSession) -> bool:
    """Whether there is any endpoint at all: where there is none, events need not be made."""
    return await session.scalar(select(WebhookEndpoint.id).limit(1)) is not None


def event_payload(
    type: str, audience: Audience, subject: str, data: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """What the job that tells of an event carries (name FAN_OUT_JOB); see `announce`."""
    return {
        "event": {
            "id": new_id(),
            "type": type,
            "time": at,
            "subject": subject,
            "data": dict(data),
        },
        "organisation": audience.organisation,
        "agency": audience.agency,
        "procedure": audience.procedure,
    }
