"""Tables of the registry: facts about parties, postal codes, the logs of questions and changes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

_CURRENT = text("superseded_at IS NULL")


class FactRecord(Base):
    """Fact (既知の事実): something known of a party, from when, since when recorded.

    Two times: `as_of` is the day from which it held (有効時点); `recorded_at` to `superseded_at` is
    when this record was believed. A correction supersedes the record of the same day; a newer
    `as_of` does not: the older fact stays true of the days before. `value` NULL: no longer holds.
    """

    __tablename__ = "fact"
    __table_args__ = (
        Index(
            "uq_fact_current",
            "party_id",
            "name",
            "as_of",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    party_id: Mapped[str] = mapped_column(String(26))
    name: Mapped[str] = mapped_column(String(100))
    value: Mapped[Any | None] = mapped_column(Json)
    source: Mapped[dict[str, Any]] = mapped_column(Json)
    source_key: Mapped[str] = mapped_column(String(200))
    as_of: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PostalCode(Base):
    """Postal code (郵便番号): one place it stands for; a code may stand for several towns."""

    __tablename__ = "postal_code"

    code: Mapped[str] = mapped_column(String(7), primary_key=True)
    prefecture: Mapped[str] = mapped_column(String(10), primary_key=True)
    city: Mapped[str] = mapped_column(String(60), primary_key=True)
    street: Mapped[str] = mapped_column(String(200), primary_key=True)


class RegistryQuery(Base):
    """Question to the registry link (登記情報の照会): who asked about whom, why, on what basis.

    `outcome`: found, not_found, under_change 登記事件中, unavailable. `remembered`: answered from what
    was kept, without asking again.
    """

    __tablename__ = "registry_query"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    corporate_number: Mapped[str] = mapped_column(String(13), index=True)
    purpose: Mapped[str] = mapped_column(String(200))
    legal_basis: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[str] = mapped_column(String(120))
    case_id: Mapped[str | None] = mapped_column(String(26), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    remembered: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    milliseconds: Mapped[int] = mapped_column(default=0, server_default="0")


class RegistryAnswer(Base):
    """Answer of the registry link (登記情報の控え): the last record of a company, kept for days."""

    __tablename__ = "registry_answer"

    corporate_number: Mapped[str] = mapped_column(String(13), primary_key=True)
    record: Mapped[dict[str, Any]] = mapped_column(Json)
    retrieved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkState(Base):
    """State of a connection (接続の状態): failures in a row, until when it rests, what it simulates.

    `fault`: what the simulator is told to do: "" nothing, timeout, unavailable, under_change,
    not_found, wrong_data.
    """

    __tablename__ = "link_state"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(String(20), default="")


class RegistryChange(Base):
    """Change (法人情報の変更) of some corporations: their numbers, in the order of `place`.

    Places are given out in the order of commits, without gaps in between: who has read up to one has
    missed nothing. Old rows go; an index older than they are is built anew, and a reader of the feed
    is told to begin anew.
    """

    __tablename__ = "registry_change"

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    numbers: Mapped[list[str]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
