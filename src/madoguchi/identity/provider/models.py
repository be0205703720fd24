"""Tables of the OpenID provider. Secrets, codes and tokens are kept as SHA-256 only."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class Client(Base):
    """Client (接続システム): a service registered to let people sign in with us."""

    __tablename__ = "oidc_client"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[dict[str, Any]] = mapped_column(Json)
    profile: Mapped[str] = mapped_column(String(20), default="standard")
    auth_method: Mapped[str] = mapped_column(String(30), default="client_secret_basic")
    secret_sha256: Mapped[str | None] = mapped_column(String(64))
    jwks: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Its public keys (RFC 7517), for private_key_jwt."""
    redirect_uris: Mapped[list[str]] = mapped_column(Json, default=list)
    post_logout_uris: Mapped[list[str]] = mapped_column(Json, default=list)
    backchannel_logout_uri: Mapped[str | None] = mapped_column(Text)
    """Told when a session ends; `sid` is always said, whether or not the service requires it."""
    backchannel_logout_session_required: Mapped[bool] = mapped_column(default=False)
    grant_types: Mapped[list[str]] = mapped_column(Json, default=list)
    scopes: Mapped[list[str]] = mapped_column(Json, default=list)
    id_token_alg: Mapped[str] = mapped_column(String(10), default="ES256")
    par_required: Mapped[bool] = mapped_column(default=False)
    dpop_required: Mapped[bool] = mapped_column(default=False)
    introspects: Mapped[bool] = mapped_column(default=False)
    """A resource server: may ask about tokens of other clients."""
    registered_by: Mapped[str] = mapped_column(String(30))
    initial_token_id: Mapped[str | None] = mapped_column(String(26))
    """The initial access token by which it registered itself; None: an operator registered it."""
    registration_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the registration access token by which it manages itself (RFC 7592)."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class InitialToken(Base):
    """Initial access token (登録用トークン): lets a service register itself (RFC 7591 3), some times."""

    __tablename__ = "oidc_initial_token"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    """For whom it was made."""
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(Json)
    """What a service registered by it may ask for."""
    uses_left: Mapped[int] = mapped_column(Integer)
    made_by: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Consent(Base):
    """Consent (情報提供の同意): a person lets a client have what these scopes name."""

    __tablename__ = "oidc_consent"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oidc_client.id"), primary_key=True)
    scopes: Mapped[list[str]] = mapped_column(Json)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Grant(Base):
    """Grant (認可): one sign-in of a person at a client, with its code and its family of tokens.

    One row from the code to the last refresh token, so that an exchange changes one row, and
    `revoked_at` ends everything that came of it. Whoever is acted for is fixed at the sign-in.
    """

    __tablename__ = "oidc_grant"
    __table_args__ = (
        Index("ix_oidc_grant_person_id_client_id", "person_id", "client_id"),
        Index("ix_oidc_grant_expires_at", "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oidc_client.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    subject: Mapped[str] = mapped_column(String(26))
    """What the client calls the person: `sub`."""
    sign_in_id: Mapped[str] = mapped_column(ForeignKey("sign_in.id"), index=True)
    """The first sign-in of the session it came from: `sid`."""
    scopes: Mapped[list[str]] = mapped_column(Json)
    acr: Mapped[str] = mapped_column(String(40))
    amr: Mapped[list[str]] = mapped_column(Json, default=list)
    authenticated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    nonce: Mapped[str | None] = mapped_column(String(500))
    redirect_uri: Mapped[str | None] = mapped_column(Text)
    """As the request named it; None when it left it out."""
    code_challenge: Mapped[str | None] = mapped_column(String(43))
    code_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    code_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refresh_sha256: Mapped[str | None] = mapped_column(String(64))
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    """The key (RFC 7638) its tokens are bound to."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The end of its last refresh token, whatever happens."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Spent(Base):
    """Spent identifier (使用済みの識別子): what must not be accepted again before it expires.

    `sha256` is of a kind and an identifier: an assertion's or a proof's jti, a revoked token's.
    """

    __tablename__ = "oidc_spent"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PushedRequest(Base):
    """Pushed authorisation request (事前に預かった認可リクエスト): kept until its code is given."""

    __tablename__ = "oidc_pushed_request"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oidc_client.id"))
    parameters: Mapped[dict[str, Any]] = mapped_column(Json)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class DeviceRequest(Base):
    """Device request (機器からのログイン要求): a device waits for a person to agree elsewhere."""

    __tablename__ = "oidc_device_request"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("oidc_client.id"))
    scopes: Mapped[list[str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10))
    grant_id: Mapped[str | None] = mapped_column(ForeignKey("oidc_grant.id"))
    interval: Mapped[int] = mapped_column(Integer)
    polled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AccountNumber(Base):
    """Account number (アカウント管理番号): what clients of the GbizID profile call a person, for ever."""

    __tablename__ = "oidc_account_number"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), unique=True)
