"""Tables of accounts: credentials, proofs under way, limits, invitations."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class Account(Base):
    """Account (アカウント): how a person signs in; people of the demonstration have none.

    `level`: entry (a mail address), prime (the representative is proved), member (invited by a
    prime). `password` is an Argon2id hash; `totp` the sealed secret of an authenticator app, in
    force from `totp_since`. A reset asked for at `reset_at` may be carried out a waiting time later.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("level IN ('entry', 'prime', 'member')", name="level"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(320), unique=True)
    level: Mapped[str] = mapped_column(String(10), default="entry")
    password: Mapped[str | None] = mapped_column(String(200))
    totp: Mapped[str | None] = mapped_column(String(300))
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reset_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Passkey(Base):
    """Passkey (パスキー): a public key of one of a person's devices (WebAuthn Level 3)."""

    __tablename__ = "passkey"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    """The credential's id, base64url."""
    public_key: Mapped[str] = mapped_column(String(4000))
    """COSE key, base64url."""
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    label: Mapped[str] = mapped_column(String(100))
    synced: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """Recovery code (回復コード): one of ten, each good once; only its keyed hash is kept."""

    __tablename__ = "recovery_code"

    mac: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)


class Proof(Base):
    """Proof under way (本人確認の途中): between typing an address and being signed in.

    `purpose`: sign_in, sign_up, address (a new address), recovery, or form (what was typed when a
    fresh proof was asked: account.interrupted, under the id of its session). The same row is made whether
    or not anybody has the address. `amr` are the ways already passed; `code` the keyed hash of a
    code sent by mail.
    """

    __tablename__ = "proof"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(320))
    amr: Mapped[list[str]] = mapped_column(Json, default=list)
    code: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Throttle(Base):
    """Limit in use (試行回数の制限): until when a limit is used up, by a hash of what it limits."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[int] = mapped_column(BigInteger, index=True)
    """Milliseconds since 1970: the theoretical arrival time of GCRA."""


class Invitation(Base):
    """Invitation (招待): a representative asks somebody to act for the organisation, by mail."""

    __tablename__ = "invitation"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    address: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(40))
    branch_id: Mapped[str | None] = mapped_column(ForeignKey("branch.id"))
    mac: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FormerAddress(Base):
    """Former address (以前のメールアドレス): what an account was entered with until `left_at`.

    Nobody else has it before `free_at`. `mac` is of the link by which its owner undoes the change to
    `followed_by`; an account that was closed has neither.
    """

    __tablename__ = "former_address"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(String(320), index=True)
    followed_by: Mapped[str | None] = mapped_column(String(320))
    mac: Mapped[str | None] = mapped_column(String(64), unique=True)
    left_at: Mapped[datetime] = mapped_column(UtcDateTime)
    free_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
