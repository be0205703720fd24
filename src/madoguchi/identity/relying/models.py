"""Tables of relying on other providers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class TrustedProvider(Base):
    """Trusted provider (信頼するIDプロバイダー): by which officials of an agency may sign in.

    `secret` is sealed. `levels` says which of its `acr` values is which of ours; one that is not
    named there counts as the lowest.
    """

    __tablename__ = "trusted_provider"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    agency_id: Mapped[str] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[dict[str, Any]] = mapped_column(Json)
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(200))
    secret: Mapped[str] = mapped_column(String(4000))
    acr_values: Mapped[list[str]] = mapped_column(Json, default=list)
    levels: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ProviderLink(Base):
    """Link (アカウントの連携): the person a provider knows by `subject`. Never found by mail address."""

    __tablename__ = "provider_link"
    __table_args__ = (UniqueConstraint("person_id", "provider_id"),)

    provider_id: Mapped[str] = mapped_column(ForeignKey("trusted_provider.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProviderRequest(Base):
    """Request under way (問い合わせの途中): asked of a provider, not yet answered; good once.

    `provider_id` is a trusted provider or "card". `person_id` is who was signed in when it was
    asked. Nonce and verifier are derived from the state, of which only the SHA-256 is kept.
    """

    __tablename__ = "provider_request"

    state_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider_id: Mapped[str] = mapped_column(String(26))
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[str | None] = mapped_column(String(26))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    max_age: Mapped[int | None] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ProviderSession(Base):
    """Session at a provider (プロバイダーのセッション): which sign-in here came of it."""

    __tablename__ = "provider_session"
    __table_args__ = (Index("ix_provider_session_provider_id_subject", "provider_id", "subject"),)

    sign_in_id: Mapped[str] = mapped_column(ForeignKey("sign_in.id"), primary_key=True)
    provider_id: Mapped[str] = mapped_column(ForeignKey("trusted_provider.id"))
    subject: Mapped[str] = mapped_column(String(255))
    sid: Mapped[str | None] = mapped_column(String(255))
