"""Tables of webhooks: who wants to be told where, what is delivered, and each attempt."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class WebhookEndpoint(Base):
    """Webhook endpoint (通知先): an address of one organisation's or agency's program.

    `events`: the types wanted, [] for all but corporation.changed, which must be chosen: since when
    it is stands in `corporations_since`, up to which place of the registry's log of changes has been
    told in `corporations_place`, and `corporations` are the numbers wanted, [] for every change.
    `state`: active 有効, disabled 停止; `reason` then says by whom: owner, left (`created_by` sees all
    of the organisation no longer), gone (the address answered 410) or failing (no success for two
    days or more). No secret is kept: it is derived from the installation's key, `id` and
    `secret_serial`; the one before is valid until `old_secret_until`. `failures` in a row since
    `failing_since`; while `open_until` is set the circuit is open and one trial at a time is made.
    `sequence`: the order number given last.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("(organisation_id IS NULL) <> (agency_id IS NULL)", name="one_owner"),
        CheckConstraint("state IN ('active', 'disabled')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    organisation_id: Mapped[str | None] = mapped_column(String(26), index=True)
    agency_id: Mapped[str | None] = mapped_column(String(60), index=True)
    label: Mapped[str] = mapped_column(String(100))
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]] = mapped_column(Json)
    corporations: Mapped[list[str]] = mapped_column(Json, default=list, server_default="[]")
    corporations_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    corporations_place: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(10))
    secret_serial: Mapped[int] = mapped_column(default=1)
    old_secret_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sequence: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookDelivery(Base):
    """Webhook delivery (通知の配信): one event for one endpoint, with its order number there.

    `event` is the body as it is sent. `state`: pending 配信待ち, delivered 配信済み, failed 失敗 (given
    up after three days). `round_from`: since when the present round of attempts runs; a replay
    begins a new one. `attempts` counts those of the round.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        UniqueConstraint("endpoint_id", "sequence"),
        CheckConstraint("state IN ('pending', 'delivered', 'failed')", name="state"),
        Index("ix_webhook_delivery_state", "endpoint_id", "state", "sequence"),
        Index("ix_webhook_delivery_created", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    endpoint_id: Mapped[str] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    event_id: Mapped[str] = mapped_column(String(26))
    type: Mapped[str] = mapped_column(String(60))
    sequence: Mapped[int]
    event: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    round_from: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookAttempt(Base):
    """Webhook attempt (配信の試み): one request, and what came back.

    `status` NULL: no answer; `fault` then says why: timeout, refused_address, unknown_host,
    unreachable, too_large. `answer`: the beginning of the body that came back.
    """

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_delivery", "delivery_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("webhook_delivery.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    fault: Mapped[str | None] = mapped_column(String(20))
    milliseconds: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)
