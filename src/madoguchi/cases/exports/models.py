"""The table of exports."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, Json, UtcDateTime

WAITING, DONE, FAILED = "waiting", "done", "failed"


class Export(Base):
    """Export (書き出し): a selection somebody asked for as a file, and the file once it is made.

    `shown`: by what it was asked for (identity.shown).
    `selection`: {source, …filters}. `agencies`: whose cases it holds; whoever no longer covers them
    may no longer open it. `scope`: of an applicant's file, the procedures and branches it may hold
    (each NULL: every one); whoever may see fewer by now may no longer open it.
    `problem`: {"ja", "en"}, why it could not be made. The file is kept until
    `expires_at`; then `sha256` is NULL again.
    """

    __tablename__ = "export"
    __table_args__ = (Index("ix_export_person", "person_id", "id"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(26))
    organisation_id: Mapped[str | None] = mapped_column(String(26))
    shown: Mapped[dict[str, Any]] = mapped_column(Json, server_default="{}")
    language: Mapped[str] = mapped_column(String(8))
    selection: Mapped[dict[str, Any]] = mapped_column(Json)
    agencies: Mapped[list[str]] = mapped_column(Json, default=list)
    scope: Mapped[dict[str, Any] | None] = mapped_column(Json)
    format: Mapped[str] = mapped_column(String(10))
    rows: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    problem: Mapped[dict[str, str] | None] = mapped_column(Json)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100), default="")
    sha256: Mapped[str | None] = mapped_column(String(64), info={BLOB: True}, index=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
