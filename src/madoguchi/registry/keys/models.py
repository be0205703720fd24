"""Tables of the keys of programs, and of how much each was used."""

from datetime import date, datetime

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, UtcDateTime


class ApiKey(Base):
    """API key (APIキー) of an organisation, or of a person who acts for none, kept as SHA-256 only.

    `start` are its first letters, by which people tell keys apart.
    """

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    owner: Mapped[str] = mapped_column(String(26), index=True)
    person_id: Mapped[str] = mapped_column(String(26))
    name: Mapped[str] = mapped_column(String(100))
    start: Mapped[str] = mapped_column(String(4))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKeyUse(Base):
    """Use of a key (APIキーの利用): its requests of a day (JST), and those refused as too many."""

    __tablename__ = "api_key_use"

    key_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    requests: Mapped[int]
    refused: Mapped[int]
