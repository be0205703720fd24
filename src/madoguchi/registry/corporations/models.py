"""Tables of corporations: what holds now, what held before, which files were taken in."""

from datetime import date, datetime

from sqlalchemy import Date, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, UtcDateTime

_SUCCEEDED = text("successor <> ''")


class _State:
    """The columns of a `record.Record`, in its order and under its names."""

    process: Mapped[str] = mapped_column(String(2))
    corrected: Mapped[bool]
    changed_on: Mapped[date | None] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(600))
    name_image: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(3))
    prefecture: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(60))
    street: Mapped[str] = mapped_column(String(600))
    address_image: Mapped[str] = mapped_column(String(8))
    prefecture_code: Mapped[str] = mapped_column(String(2))
    city_code: Mapped[str] = mapped_column(String(3))
    postal_code: Mapped[str] = mapped_column(String(7))
    abroad: Mapped[str] = mapped_column(String(600))
    abroad_image: Mapped[str] = mapped_column(String(8))
    closed_on: Mapped[date | None] = mapped_column(Date)
    close_cause: Mapped[str] = mapped_column(String(2))
    successor: Mapped[str] = mapped_column(String(13))
    change_cause: Mapped[str] = mapped_column(String(1000))
    assigned_on: Mapped[date | None] = mapped_column(Date)
    english_name: Mapped[str] = mapped_column(String(600))
    english_prefecture: Mapped[str] = mapped_column(String(60))
    english_city: Mapped[str] = mapped_column(String(600))
    english_abroad: Mapped[str] = mapped_column(String(600))
    kana: Mapped[str] = mapped_column(String(600))
    hidden: Mapped[bool]


class Corporation(_State, Base):
    """Corporation (法人): the newest record of a corporate number.

    `process` 99: the number was withdrawn; what was known of it stays. By (updated_on, number)
    programs learn what changed. By name it is found while there is no index to search.
    """

    __tablename__ = "corporation"
    __table_args__ = (
        Index("ix_corporation_updated_on_number", "updated_on", "number"),
        Index("ix_corporation_name", "name"),
        # Whom a corporation took over: few have a successor.
        Index(
            "ix_corporation_successor",
            "successor",
            sqlite_where=_SUCCEEDED,
            postgresql_where=_SUCCEEDED,
        ),
    )

    number: Mapped[str] = mapped_column(String(13), primary_key=True)
    updated_on: Mapped[date] = mapped_column(Date)
    sequence: Mapped[int]


class PastCorporation(_State, Base):
    """Past record (過去の記録) of a corporation: what was published before.

    Two times: from `changed_on` it held, from `updated_on` it was recorded; `superseded_on` is when
    a correction (訂正) said that it had been wrong, NULL when it was true of its time.
    """

    __tablename__ = "corporation_past"

    number: Mapped[str] = mapped_column(String(13), primary_key=True)
    updated_on: Mapped[date] = mapped_column(Date, primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    superseded_on: Mapped[date | None] = mapped_column(Date)


class CorporationFile(Base):
    """File of corporations (法人のファイル) that was taken in, by the SHA-256 of its content.

    `day` is that of a difference file, NULL for a full one. While `finished_at` is NULL the work
    goes on after `rows_read` rows, also after a crash.
    """

    __tablename__ = "corporation_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    day: Mapped[date | None] = mapped_column(Date, index=True)
    rows_read: Mapped[int] = mapped_column(server_default=text("0"))
    rows_refused: Mapped[int] = mapped_column(server_default=text("0"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
