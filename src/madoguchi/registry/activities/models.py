"""Tables of what corporations did: one row an activity, one row a field known of a corporation."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime

LONGEST_TITLE = 600  # PostgreSQL keeps no more than 2,704 bytes of a row in an index
_STANDS = text("withdrawn_at IS NULL")


class Activity(Base):
    """Activity (法人活動情報) of one of `kinds`, as a source published it.

    (`kind`, `source`, `key`) is unique: taken in again, a row replaces itself. `source` names who
    told it: "csv:…" a file of gBizINFO, "json:…" its interface, "register:…" an entry of our own
    registers. `title` (characters in their plain width, no control characters), `day`, `amount`
    (yen), `department` (府省), `ministry` (its code in `ministries`, "" for none) and `target` are
    what is searched, NULL or "" where what was published cannot be true; `data` holds the fields of
    gBizINFO's section under their v2 names, as published. `updated_on`: when the source said it
    last; `recorded_at`: when it was last taken in here. `withdrawn_at`: the source took it back; it
    stays as history.
    """

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("kind", "source", "key", name="uq_activity_kind_source_key"),
        Index("ix_activity_number_kind", "number", "kind"),
        Index("ix_activity_kind_updated_on_number", "kind", "updated_on", "number"),
        # What searches by title, amount and ministry read, without touching the rows themselves.
        Index("ix_activity_title", "kind", "title", "number", "withdrawn_at"),
        Index(
            "ix_activity_kind_amount",
            "kind",
            "amount",
            "number",
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        Index(
            "ix_activity_ministry",
            "ministry",
            "kind",
            "number",
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[str] = mapped_column(String(13))
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    day: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    department: Mapped[str] = mapped_column(String(300))
    ministry: Mapped[str] = mapped_column(String(2))
    target: Mapped[str] = mapped_column(String(1000))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    updated_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Detail(Base):
    """Detail (法人の詳細): one field known of a corporation beside its record, from one source.

    `field` is a scalar of gBizINFO's full record (capital_stock, employee_number, company_url, …)
    or a figure that is searched; of several sources the one published last is shown. `as_of` is the
    day it held, as published. `figure` is what ranges are asked of: the whole number, or of a field
    with bands (`bands`) the place of its band from 1; NULL for texts.
    """

    __tablename__ = "corporation_detail"
    __table_args__ = (Index("ix_corporation_detail_field", "field", "figure", "number"),)

    number: Mapped[str] = mapped_column(String(13), primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    source: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    figure: Mapped[int | None] = mapped_column(BigInteger)
    as_of: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ActivityFile(Base):
    """File of activities (活動情報のファイル) that was taken in, by the SHA-256 of its content and source.

    While `finished_at` is NULL the work goes on after `rows_read` rows, also after a crash.
    `findings` counts what was found wrong, by the name of the rule (`cleansing`).
    """

    __tablename__ = "activity_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(100))
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    rows_refused: Mapped[int] = mapped_column(server_default=text("0"))
    findings: Mapped[dict[str, int]] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
