"""Tables of messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class Message(Base):
    """Message (お知らせ): what the office tells a person or an organisation, in both languages.

    `dedupe_key` makes telling twice impossible: the job that tells may run again after a crash.
    One sent to an organisation is read when any of its members has read it.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(
            "recipient_person IS NOT NULL OR recipient_organisation IS NOT NULL", name="recipient"
        ),
        Index(None, "recipient_person", "id"),
        Index(None, "recipient_organisation", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    recipient_person: Mapped[str | None] = mapped_column(String(26))
    recipient_organisation: Mapped[str | None] = mapped_column(String(26))
    subject: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    link: Mapped[str | None] = mapped_column(String(500))
    case_id: Mapped[str | None] = mapped_column(String(26), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)


class ConversationEntry(Base):
    """Entry of a conversation (やり取りの発言): one thing said about a case, by one side.

    `direction`: to_office 窓口へ or to_applicant 申請者へ. `read_at`: when the other side saw it.
    """

    __tablename__ = "conversation_entry"
    __table_args__ = (
        CheckConstraint("direction IN ('to_office', 'to_applicant')", name="direction"),
        Index(None, "case_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(26))
    direction: Mapped[str] = mapped_column(String(12))
    author: Mapped[str] = mapped_column(String(26))
    author_name: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DevelopmentMail(Base):
    """Mail that was not sent (送信しなかったメール): shown at /dev/mail when no SMTP is set."""

    __tablename__ = "development_mail"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    message_id: Mapped[str | None] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
