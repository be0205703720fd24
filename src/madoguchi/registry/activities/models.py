"""Tables of what corporations did: one row an activity, one row a field known of a corporation."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class Activity(Base):
    """Activity (法人活動情報) of one of `kinds`, as a source published it.

    (`kind`, `source`, `key`) is unique: taken in again, a row replaces itself. `source` names who
    told it: "csv:…" a file of gBizINFO, "register:…" an entry of our own registers. `title`, `day`,
    `amount` (yen; NULL where the published figure cannot be true), `department` (府省) and `target`
    are what is searched; `data` holds the fields of gBizINFO's section under their v2 names, as
    published. `withdrawn_at`: the source took it back; it stays as history.
    """

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("kind", "source", "key", name="uq_activity_kind_source_key"),
        Index("ix_activity_number_kind", "number", "kind"),
        Index("ix_activity_kind_updated_on_number", "kind", "updated_on", "number"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str] = mapped_column(String(13))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(2000))
    day: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    department: Mapped[str] = mapped_column(String(300))
    target: Mapped[str] = mapped_column(String(1000))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    updated_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Detail(Base):
    """Detail (法人の詳細): one field known of a corporation beside its record, from one source.

    `field` is a scalar of gBizINFO's full record (capital_stock, employee_number, company_url, …);
    of several sources the one published last is shown. `as_of` is the day it held, as published.
    """

    __tablename__ = "corporation_detail"

    number: Mapped[str] = mapped_column(String(13), primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    source: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    as_of: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
